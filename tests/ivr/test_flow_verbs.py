"""if, switch, call, return, set and remember: which way a script takes, and what it knows."""

from __future__ import annotations

from dataclasses import fields

import pytest

from ivr.argument_branch import Branch
from ivr.argument_expression import WORDS
from ivr.run import MAX_INSIDE, run
from ivr.steps.dial import Dial
from ivr.steps.queue import Queue
from tests.ivr.fakeport import FakePort
from tests.ivr.stage import SITE, plan, script, warned, wrong


async def said(made, port: FakePort | None = None) -> list[str]:
    port = port or FakePort()
    await run(made, "main", port)
    return [what.removeprefix("en: ") for what in port.said]


@pytest.mark.parametrize(("caller", "heard"), [("13800138000", "mobile"), ("02155501234", "other"), ("", "none")])
async def test_if_takes_its_branch_by_the_condition(caller, heard):
    made = script(
        """
        - if: {test: 'caller == ""', then: [{say: none}, hangup]}
        - if: {test: 'matches(caller, "1XXXXXXXXXX")', then: [{say: mobile}], otherwise: [{say: other}]}
        """
    )
    assert await said(made, FakePort(caller=caller)) == [heard]


@pytest.mark.parametrize(("digits", "heard"), [("1", "one"), ("2", "two"), ("3", "else"), ("", "else")])
async def test_switch_takes_the_case_or_otherwise(digits, heard):
    made = script(
        f"""
        - set: {{x: "{digits}"}}
        - switch: {{value: x, cases: {{"1": [{{say: one}}], "2": [{{say: two}}]}}, otherwise: [{{say: else}}]}}
        """
    )
    assert await said(made) == [heard]


async def test_a_value_is_worked_out_and_written_plainly():
    made = script(
        """
        - set: {n: "2", m: {value: "n * 1.5"}}
        - set: {n: {value: "n + 1"}, left: {value: "left(caller, 3)"}}
        - say: "{n} {m} {left}"
        """
    )
    assert await said(made) == ["3 3 138"]


async def test_a_called_script_has_its_parameters_returns_a_value_and_leaves_the_rest_as_it_was():
    made = script(
        """
        - set: {price: "1"}
        - call: {script: twice, values: {price: "21", extra: "x"}, into: paid}
        - say: "{price} {paid} [{extra}] {language}"
        """,
        more="""
        #
          twice:
            - say: "in {price}"
            - if: {test: "price == 21", then: [{return: {value: "price * 2"}}]}
            - say: never
        """,
    )
    assert await said(made) == ["in 21", "1 42 [] en"]


async def test_goto_and_labels_in_a_called_script_stay_inside_it_and_its_end_comes_back():
    made = script(
        """
        - call: first
        - say: back
        """,
        more="""
        #
          first:
            - goto: second
          second:
            - menu: {say: Choose, keys: {"1": [{call: third}]}, no_input: continue, no_match: continue}
          third:
            - say: deep
            - return
        """,
    )
    port = FakePort("1")
    assert await said(made, port) == ["Choose", "deep", "back"]
    assert port.ended == "normal"


async def test_scripts_that_call_one_another_without_end_are_stopped():
    made = script(
        """
        - menu: {say: Choose, keys: {"1": [{call: main}]}, no_input: hangup, no_match: hangup}
        """
    )
    why = await run(made, "main", FakePort("1" * 40))
    assert why == f"stopped: more than {MAX_INSIDE} scripts have called one another"


async def test_return_in_a_script_that_none_called_hangs_up():
    port = FakePort()
    assert "none had called it" in await run(script("- say: hello\n- return: done"), "main", port)
    assert port.ended == "normal"


async def test_what_is_remembered_of_a_caller_is_there_at_once_and_in_the_next_call():
    made = script(
        """
        - say: "{caller.visits:ordinal} {caller.city}"
        - remember: {visits: {value: "number(default(caller.visits, 0)) + 1"}, city: Wuhan}
        - say: "{caller.visits:ordinal} {caller.city}"
        - set: {language: "{caller.city}"}
        - remember: {city: ""}
        """
    )
    first = FakePort()
    assert await said(made, first) == ["first Wuhan"]
    assert first.memory == {"visits": "1", "city": ""}
    assert await said(made, FakePort(memory={"visits": "1"})) == ["first ", "second Wuhan"]
    assert made.recalls and not script("- say: hello").recalls


async def test_the_language_may_come_from_what_is_remembered():
    made = plan(
        """
        routes: [{do: main}]
        scripts:
          main:
            - remember: {speaks: "{caller.speaks}"}
            - set: {language: "{caller.speaks}"}
            - say: {zh: 您好, en: Hello}
        """,
        SITE,
    )
    assert await said(made, FakePort(memory={"speaks": "en"})) == ["Hello"]
    assert await said(made, FakePort(memory={"speaks": "de"})) == ["zh: 您好"]


@pytest.mark.parametrize(
    ("step", "mistake"),
    [
        ("if: {test: 'caller = 1', then: hangup}", 'In "test", at column 8: a single = is not known here. Write == '),
        ("if: {test: 'caller', otherwise: continue}", "Both branches are the next step"),
        ("if: {test: 'time >= 18', then: hangup}", "a text is compared with a number"),
        ("if: {test: 'calller == 1', then: hangup}", "Nothing sets the variable {calller}. Did you mean"),
        ("if: {test: '\"1\"', then: hangup}", "this is a text, not a condition"),
        (
            "if: {test: 'queue_status == \"timed_out\"', then: hangup}",
            "queue_status is never 'timed_out'. Did you mean \"timed o",
        ),
        ('if: {test: \'dial_status in ["busy", "gone"]\', then: hangup}', "dial_status is never 'gone'"),
        ("if: {test: '\"de\" == language', then: hangup}", "language is never 'de'"),
        ("switch: {value: weekday, cases: {monday: hangup}}", "weekday is never 'monday'. Did you mean \"mon\"?"),
        ("switch: {value: len(caller), cases: {x: hangup}}", "'x' is never the value: it is a number"),
        ("switch: {value: 'caller == 1', cases: {\"1\": hangup}}", "'1' is never the value: it is true or false"),
        ("switch: {value: caller, cases: {}}", 'needs "cases"|must be a mapping'),
        ("call: nowhere", "There is no script or label 'nowhere'"),
        ("call: {script: main, values: {caller: x}}", "{caller} is set by the switch"),
        ("set: {x: {value: 'x +'}}", 'In "value", at column 4: it ends too early'),
        ("set: {x: {worth: '1'}}", "'x' must be a text, not a mapping"),
        ("set: {language: de}", "The site does not speak 'de'"),
        ("remember: {Visits: '1'}", "cannot be the name of what is remembered"),
        ("return: {text: a, value: b}", "The result is given twice"),
    ],
)
def test_mistakes_in_these_verbs_are_told_with_their_line(step, mistake):
    found = wrong(f"routes: [{{do: main}}]\nscripts:\n  main:\n    - say: {{zh: 好, en: Hi}}\n    - {step}\n")
    assert any(line.startswith("5: ") and any(part in line for part in mistake.split("|")) for line in found), found


def test_what_no_script_remembers_may_come_from_elsewhere_and_is_a_warning():
    text = "routes: [{do: main}]\nscripts:\n  main:\n    - %s\n    - say: {zh: '{caller.vips}', en: '{caller.vips}'}\n"
    (line,) = warned(text % "say: {zh: 好, en: Hi}")
    assert line.startswith("5: warning: No script remembers {caller.vips}. It must come from elsewhere")
    (line,) = warned(text % "remember: {vip: '1'}")
    assert 'Did you mean "caller.vip"? Else it must come from elsewhere' in line


def test_a_called_script_that_waits_breaks_a_loop_and_one_that_only_returns_does_not():
    text = """
        routes: [{do: main}]
        scripts:
          main:
            - call: inner
            - goto: main
          inner:
            - %s
            - return
        """
    asked = "menu: {say: {zh: 按, en: Press}, keys: {'1': continue}, no_input: hangup, no_match: hangup}"
    assert wrong(text % asked) == []
    assert any("A loop without a wait" in line for line in wrong(text % "set: {x: '1'}"))


@pytest.mark.parametrize(("verb", "name"), [(Queue, "queue_status"), (Dial, "dial_status")])
def test_a_status_that_has_a_branch_can_be_asked_for(verb, name):
    branches = {one.name.replace("_", " ") for one in fields(verb) if isinstance(one.metadata["kind"], Branch)}
    assert branches - {"otherwise"} <= set(WORDS[name])
