"""Scripts as they run, over a port under a virtual clock."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from ivr import load, prompts
from ivr.run import run
from ivr.words import DialResult, Known, QueueResult, RecordResult
from tests.ivr.fakeport import FakePort, HungUp
from tests.ivr.stage import SITE, plan, script

MENU = """
    - menu:
        say: Press one or two.
        keys: {"1": [{say: One}], "2": {dial: "2001"}, "34": {hangup: busy}, "3": [{say: Three}], "#": repeat}
        %s
        no_input: [{say: Nothing}]
        no_match: [{say: Wrong}]
    - say: Next
"""


async def told(made, keys="", **more):
    """Run `main`; the port and why it ended."""
    port = FakePort(keys, **more)
    why = await run(made, "main", port)
    return port, why


async def test_a_key_takes_its_branch_and_the_script_goes_on_after_it():
    port, why = await told(script(MENU % ""), "1")
    assert port.said == ["en: Press one or two.", "en: One", "en: Next"]
    assert why == "the script came to its end" and port.ended == "normal"


async def test_a_key_during_the_announcement_cuts_it():
    port, _ = await told(script(MENU % ""), [("1", 0.5)])
    assert port.story[2] == (0.5, "say en: One")


async def test_keys_dialled_ahead_skip_the_announcement():
    port, _ = await told(
        script("- say: Welcome\n" + MENU.replace("    - ", "- ").replace("    ", "  ") % ""), [("1", 0.1)]
    )
    assert port.said == ["en: Welcome", "en: One", "en: Next"]


async def test_without_barge_in_the_announcement_is_heard_out_and_earlier_keys_do_not_count():
    port, _ = await told(script(MENU % "barge_in: false"), [("2", 0.5), ("1", 3.0)])
    assert port.said == ["en: Press one or two.", "en: One", "en: Next"]
    assert port.story[2] == (3.0, "say en: One")


async def test_silence_is_asked_again_and_then_taken_as_no_input():
    port, _ = await told(script(MENU % "retry_say: Again\n        timeout: 3"))
    asked = ["en: Press one or two."]
    assert port.said == [*asked, "en: Again", *asked, "en: Again", *asked, "en: Nothing", "en: Next"]
    first, second = (when for when, what in port.story if what == "say en: Again")
    assert second - first == pytest.approx(3 + 1.7 + 0.5)


async def test_a_wrong_key_is_asked_again_and_then_taken_as_no_match():
    port, _ = await told(script(MENU % "retries: 1"), "99")
    assert port.said[-2:] == ["en: Wrong", "en: Next"]
    assert port.said.count("en: Press one or two.") == 2


async def test_the_last_attempt_decides_between_no_input_and_no_match():
    port, _ = await told(script(MENU % "retries: 1"), "9")
    assert port.said[-2:] == ["en: Nothing", "en: Next"]


async def test_a_longer_key_is_waited_for():
    assert (await told(script(MENU % ""), "34"))[0].ended == "busy"
    port, _ = await told(script(MENU % ""), "3")
    assert port.said[-2:] == ["en: Three", "en: Next"]
    assert port.said.count("en: Wrong") == 0
    port, _ = await told(script(MENU % "retries: 0"), "35")
    assert "en: Wrong" in port.said


async def test_repeat_plays_the_menu_again():
    port, _ = await told(script(MENU % ""), "#1")
    assert port.said == ["en: Press one or two.", "en: Press one or two.", "en: One", "en: Next"]


GATHER = """
    - gather: {say: Number?, %s no_input: {hangup: declined}, no_match: {hangup: busy}}
    - say: "You keyed {digits}."
"""


@pytest.mark.parametrize(
    ("options", "keys", "last"),
    [
        ("", "0100#", "say en: You keyed 0100."),
        ("", "12", "say en: You keyed 12."),
        ("num_digits: 3,", "1234", "say en: You keyed 123."),
        ("num_digits: 3, retries: 0,", "12", "hang up busy"),
        ("retries: 0,", "#", "hang up declined"),
        ("retries: 0,", "", "hang up declined"),
        ('finish_on_key: "*",', "1#2*", "say en: You keyed 1#2."),
        ('finish_on_key: "", max_digits: 2,', "##", "say en: You keyed ##."),
        ('accept: ["2XXX", "/99+/"],', "2001#", "say en: You keyed 2001."),
        ('accept: "2XXX", retries: 0,', "3001#", "hang up busy"),
        ('accept: "2XXX",', "3001#2001#", "say en: You keyed 2001."),
        ("min_digits: 4, retries: 0,", "123#", "hang up busy"),
    ],
)
async def test_digits_are_gathered_as_texts(options, keys, last):
    port, _ = await told(script(GATHER % options), keys)
    assert last in [what for _, what in port.story]


async def test_hidden_digits_are_not_told_to_the_books():
    port, _ = await told(script(GATHER % "hidden: true, num_digits: 4,"), "1234")
    assert port.variables["digits"] == "****"
    assert port.said[-1] == "en: You keyed 1234."


async def test_then_takes_the_digits_along():
    made = script("""
        - gather: {say: Number?, into: wanted, then: {dial: "{wanted}"}, no_input: hangup, no_match: hangup}
    """)
    port, why = await told(made, "2001#")
    assert "dial 2001" in port.acts and why == "the called side hung up"


async def test_a_queue_ends_the_call_when_the_agent_hung_up_and_goes_on_when_nobody_came():
    made = script("- queue: sales\n- say: Sorry")
    port, why = await told(made)
    assert (port.ended, why, port.said) == ("normal", "the agent hung up", [])
    port, _ = await told(made, queues={"sales": QueueResult("timed out", "", 60.0)})
    assert port.said == ["en: Sorry"] and port.variables["waited"] == "60"


@pytest.mark.parametrize("status", ["timed out", "no agents", "full", "removed", "connected"])
async def test_each_end_of_a_queue_can_have_a_branch(status):
    made = script(f"""
        - queue: {{name: sales, {status.replace(" ", "_")}: [{{say: "It was {{queue_status}}."}}]}}
        - say: Next
    """)
    port, _ = await told(made, queues={"sales": QueueResult(status, "", 3.0)})
    assert port.said == [f"en: It was {status}.", "en: Next"]


@pytest.mark.parametrize("status", ["busy", "no answer", "declined", "unreachable", "unknown number", "failed"])
async def test_each_end_of_a_dial_can_have_a_branch(status):
    branch = "otherwise" if status == "failed" else status.replace(" ", "_")
    made = script(f"""
        - dial: {{to: ["2001", "2002"], {branch}: [{{say: "It was {{dial_status}}."}}]}}
        - voicemail: "2001"
    """)
    port, _ = await told(made, dials={"2001 2002": DialResult(status)})
    assert port.said[0] == f"en: It was {status}." and "voicemail 2001 language=en" in port.acts


@pytest.mark.parametrize("who", ["human", "machine", "not_sure"])
async def test_a_dial_that_listens_for_a_machine_has_a_branch_for_it(who):
    made = script("""
        - dial:
            to: "2001"
            amd: true
            answered: [{say: "By {answered_by}."}]
            machine: [{say: "By a {answered_by}."}]
    """)
    result = DialResult("machine", 0.0, "machine") if who == "machine" else DialResult("answered", 20.0, who)
    port, _ = await told(made, dials={"2001": result})
    assert "dial 2001 amd" in port.acts
    assert port.said == ["en: By a machine." if who == "machine" else f"en: By {who}."]


@pytest.mark.parametrize(
    ("amd", "act"), [("yes", " amd"), ("no", ""), ("{greeting: 3000}", " amd{'greeting': 3000}"), ("{}", " amd")]
)
async def test_a_dial_may_judge_by_lengths_of_its_own(amd, act):
    port, _ = await told(script(f'- dial: {{to: "2001", amd: {amd}}}'))
    assert f"dial 2001{act}" in port.acts


async def test_a_dial_rings_before_the_caller_is_answered_and_by_the_trunk_it_names():
    port, _ = await told(script('- dial: {to: "{called}", trunk: carrier, timeout: 1m}'))
    assert port.acts == ["dial 4001@carrier", "hang up normal"]


async def test_hangup_refuses_with_a_cause():
    port, why = await told(script("- hangup: unknown_number"))
    assert port.acts == ["hang up unknown number"] and why == "hung up by the script: unknown number"


async def test_the_language_follows_the_call():
    made = script(
        "- say: {zh: 您好, en: Hello}\n- set: {language: en}\n- say: {zh: 您好, en: Hello}\n- queue: sales", SITE
    )
    port, _ = await told(made)
    assert port.said == ["zh: 您好", "en: Hello"]
    assert port.acts[1] == "queue sales priority=0 language=en"


async def test_a_route_can_begin_a_script_in_a_language():
    port = FakePort()
    await run(script("- say: {zh: 您好, en: Hello}", SITE), "main", port, language="en", variables={"rest": "7"})
    assert port.said == ["en: Hello"]


async def test_fixed_languages_prompts_and_pauses_are_played_in_order():
    made = script("""
        - say: [{text: 您好, language: zh}, {pause: 300}, {play: welcome}, {play: welcome, language: zh}, {beep: ""}, Hello]
    """, Known(languages=("zh",), prompts=frozenset({"zh/welcome"})))  # fmt: skip
    port, _ = await told(made)
    assert [what for _, what in port.story[1:-1]] == [
        "say zh: 您好", "Pause(ms=300)", "play zh/welcome", "play zh/welcome", "Beep()", "say zh: Hello"]  # fmt: skip


async def test_variables_are_texts_and_the_switchs_own_cannot_be_set():
    made = script('- set: {a: "0{called}", b: "{a}{a}"}\n- say: "{b} {date} {time} {caller}"')
    port, _ = await told(made, called="0100")
    assert port.said == ["en: 0010000100 2026-03-02 10:00 13800138000"]
    assert port.variables["b"] == "0010000100"


async def test_what_a_caller_sends_is_never_expanded():
    made = script('- set: {x: "{caller_name}"}\n- say: "Hello {x}, {caller}"')
    port, _ = await told(made, caller="{called}{x}")
    assert port.said == ["en: Hello , {called}{x}"]


async def test_recordings_and_messages_are_taken():
    made = script(
        '- record: {say: Speak, empty: [{say: Nothing}]}\n- say: "{recording_seconds} seconds"\n- voicemail: "2001"'
    )
    port, _ = await told(made)
    assert port.said[:2] == ["en: Speak", "en: 8 seconds"]
    assert "record max=120" in port.acts and "voicemail 2001 language=en" in port.acts
    assert "Please leave your message" in port.said[2]
    port, _ = await told(made, recorded=RecordResult("r.wav", 0.1, "silence"))
    assert "en: Nothing" in port.said


async def test_hours_choose_a_branch():
    made = script(
        "- hours: {name: office, closed: [{say: Closed}, hangup]}\n- say: Open",
        more="\nhours: {office: {zone: UTC, open: daily 09:00-18:00}}\n",
    )
    assert (await told(made))[0].said == ["en: Open"]
    late = FakePort().at.replace(hour=20)
    assert (await told(made, at=late))[0].said == ["en: Closed"]


async def test_goto_finds_labels_scripts_and_labels_of_scripts():
    made = plan("""
        routes: [{do: main}]
        scripts:
          main:
            - goto: there
            - {label: back, say: Back}
            - goto: other.second
            - {label: there, say: There}
            - goto: other
          other:
            - say: First
            - goto: main.back
            - {label: second, say: Second}
            - goto: end
          end: [{hangup: busy}]
    """)
    port, _ = await told(made)
    assert port.said == ["en: There", "en: First", "en: Back", "en: Second"] and port.ended == "busy"


async def test_a_goto_in_a_branch_leaves_all_branches():
    made = script("""
        - menu:
            say: A
            keys: {"1": {menu: {say: B, keys: {"2": out, "3": repeat, "4": continue}, no_input: repeat, no_match: repeat}}}
            no_input: hangup
            no_match: hangup
        - say: After
        - hangup
        - {label: out, say: Out}
    """)
    assert (await told(made, "12"))[0].said == ["en: A", "en: B", "en: Out"]
    assert (await told(made, "134"))[0].said == ["en: A", "en: B", "en: B", "en: After"]


async def test_a_caller_who_does_nothing_is_not_kept_for_ever():
    made = script("- menu: {say: Hm, keys: {'1': hangup}, retries: 0, no_input: repeat, no_match: repeat}")
    port, why = await told(made)
    assert why == "stopped: main.1-menu came round 10 times and the caller did nothing"
    assert port.said == ["en: Hm"] * 10 and port.ended == "normal"


async def test_a_caller_who_keys_may_go_round_until_the_budget_is_spent():
    made = script("- menu: {say: Hm, keys: {'1': hangup}, retries: 0, no_input: repeat, no_match: repeat}")
    _, why = await told(made, "9" * 50 + "1")
    assert why == "hung up by the script: normal"
    _, why = await told(made, "9" * 3000)
    assert why.startswith("stopped: more than 1000 steps")


async def test_a_queue_that_refuses_at_once_does_not_spin():
    made = script("- queue: sales\n- goto: main")
    _, why = await told(made, queues={"sales": QueueResult("no agents")})
    assert why == "stopped: main.1-queue came round 10 times and the caller did nothing"


async def test_the_books_are_told_of_steps_that_take_time():
    made = script(
        '- set: {a: b}\n- {label: hello, say: Hi}\n- menu: {say: M, keys: {"1": [{say: One}]}, no_input: hangup, no_match: hangup}'
    )
    port, _ = await told(made, "1")
    assert port.steps == ["main.hello", "main.3-menu", "main.3-menu/1/1-say"]


async def test_a_caller_who_hangs_up_ends_the_script_where_it_is():
    port = FakePort(hangs_up_at=1.0)
    with pytest.raises(HungUp):
        await run(script("- say: A long announcement without end\n- hangup"), "main", port)
    assert port.ended is None


async def test_cancelling_stops_a_script_at_once():
    waits = asyncio.Event()

    class Slow(FakePort):
        async def digit(self, timeout_s):
            waits.set()
            await asyncio.Event().wait()

    port = Slow()
    task = asyncio.create_task(run(script(MENU % ""), "main", port))
    await waits.wait()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert task.cancelled() and port.ended is None


async def test_an_unknown_script_hangs_up_with_the_reason():
    port = FakePort()
    assert await run(script("- hangup"), "nowhere", port) == "stopped: there is no script 'nowhere'"
    assert port.ended == "normal"


# ---- the dialplan of a new site -----------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def default_plan():
    found, mistaken = prompts.load(ROOT / "prompts", ("zh", "en"))
    assert not mistaken
    phones = frozenset({"2001", "2002", "2003", "2004", "2005"})
    known = Known(extensions=phones, mailboxes=phones, queues=frozenset({"sales", "service"}),
                  music=frozenset({"default"}), prompts=found.names)  # fmt: skip
    return load.load(ROOT / "config" / "dialplan", known)


async def walked(made, called, keys, extension="", **more):
    """Route and run a call on the default site; what was said and done."""
    port = FakePort(keys, called=called, extension=extension, trunk="" if extension else "carrier", **more)
    routed = made.route(called, port.caller, port.trunk, extension, port.local_now())
    await run(made, routed.action.script, port, language=routed.language, variables=routed.variables)
    return port


async def test_the_hotline_greets_in_two_languages_and_queues_the_caller(default_plan):
    port = await walked(default_plan, "02155501000", [("1", 4.0)])
    assert port.said[0].startswith("zh: 您好") and port.said[1] == "en: For English, press nine."
    assert "queue sales priority=0 language=zh" in port.acts
    port = await walked(default_plan, "4001", "92")
    assert "queue service priority=0 language=en" in port.acts


async def test_the_hotline_never_leaves_a_silent_caller_alone(default_plan):
    port = await walked(default_plan, "4001", "")
    assert "dial 2004" in port.acts
    port = await walked(default_plan, "4001", "1", queues={"sales": QueueResult("no agents")})
    assert "voicemail 2004 language=zh" in port.acts


async def test_an_extension_rings_and_then_takes_a_message(default_plan):
    port = await walked(default_plan, "2001", "", "2002", dials={"2001": DialResult("no answer")})
    assert port.acts[0] == "dial 2001" and "voicemail 2001 language=zh" in port.acts
    port = await walked(default_plan, "2999", "", "2002", dials={"2999": DialResult("unknown number")})
    assert port.ended == "unknown number"


def test_the_default_site_lets_no_caller_from_a_trunk_dial_out(default_plan):
    now = FakePort().local_now()
    for called in ("9013800138000", "110", "90", "00"):
        assert default_plan.route(called, "1", "carrier", "", now).action.script == "hotline"
    assert default_plan.route("9013800138000", "2001", "", "2001", now).action.numbers == ("013800138000",)
    assert default_plan.route("77", "2001", "", "2001", now) is None


async def test_a_queue_without_a_branch_gives_its_own_answer_and_may_lead_to_a_script():
    made = script("- queue: sales\n- say: Next")
    port, _ = await told(made, queues={"sales": QueueResult("full", "", 0.0)})
    assert "unserved sales: full" in port.acts and port.said == ["en: Next"]
    port, why = await told(made, queues={"sales": QueueResult("full", "", 0.0)}, go_on={"sales": "nowhere"})
    assert port.said == [] and "nowhere" in why
