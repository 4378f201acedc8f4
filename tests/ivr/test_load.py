"""Mistakes in dialplan files: each is found, at its line, and says how to mend it; all at once."""

from __future__ import annotations

import time

import pytest

from ivr.document import parse as parse_yaml
from ivr.load import load, parse, read_all
from ivr.words import Known, Mistakes
from tests.ivr.stage import ENGLISH, SITE, plan, warned, wrong

HEAD = "routes: [{do: main}]\nscripts:\n  main:\n"
BOTH = '{zh: "甲", en: "a"}'


def in_step(step: str, known: Known = SITE, more: str = "") -> list[str]:
    """Mistakes of a script of one step, which stands in line 4, and a hangup."""
    return wrong(f"{HEAD}    - {step}\n{more}", known)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("frobnicate: 1", "'frobnicate' is no verb"),
        ("sya: x", 'Did you mean "say"?'),
        ("{}", "A step has one verb, not none"),
        ("record: hello", "needs its arguments by name"),
        ("menu: main", "needs its arguments by name"),
        ("say:", "missing in zh, en"),
        ("goto: ''", "is empty"),
        (f"{{say: {BOTH}, play: welcome}}", "not say and play"),
        ("[x]", "No step"),
        ("repeat", "outside a menu"),
        ("hangup: busi", 'Did you mean "busy"?'),
        ("hangup: {casue: busy}", 'Did you mean "cause"?'),
        ("goto: mian", 'Did you mean "main"?'),
        ("goto: main.x", "There is no script or label 'main.x'"),
        ("goto: [a]", "must be"),
        ("goto: repeat", "is a branch"),
        ("say: hello", "one language only"),
        ("say: {zh: 您好}", "missing in en"),
        ("say: {zh: 您好, en: hi, fr: salut}", "'fr' is neither"),
        (f"say: {{text: {BOTH}, tims: 2}}", 'Did you mean "times"?'),
        (f"say: {{text: {BOTH}, times: 99}}", "Write a number 1 to 20."),
        (f"say: {{text: {BOTH}, times: two}}", "must be a whole number"),
        ("say: {text: hi, language: fr}", "does not speak 'fr'"),
        ("say: []", "empty list"),
        (f"say: [[{BOTH}]]", "list inside a list"),
        ("say: [{pause: long}]", "whole number"),
        ('say: {zh: "{nmae}", en: "{caller}"}', "Nothing sets the variable {nmae}"),
        ('say: {zh: "{callr}", en: "a"}', 'Did you mean "caller"?'),
        ('say: {zh: "{", en: "a"}', "stands alone"),
        ('say: {zh: "", en: "a"}', "is empty"),
        ("play: welcom", 'Did you mean "welcome"?'),
        ("play: half", "missing in en. Record prompts/en/half.wav."),
        ("queue: slaes", 'Did you mean "sales"?'),
        ("queue: {priority: 1}", "\"queue\" needs 'name'"),
        ("queue: {name: sales, music: jazz}", "no music class 'jazz'"),
        ("queue: {name: sales, max_wait: soon}", "must be a length of time"),
        ("voicemail: '2009'", "no mailbox '2009'"),
        ("dial: '2009'", "no extension 2009"),
        ("dial: '0 1'", "is no number"),
        ("dial: '123@carier'", 'There is no trunk'),
        ("dial: []", "empty list"),
        ("dial: {to: '2001', trunk: carier}", "There is no trunk"),
        ("dial: {to: '1@carrier', trunk: carrier}", "given twice"),
        ("dial: {to: '2001', machine: [hangup]}", "nobody listens for a machine"),
        ("dial: {to: '2001', amd: perhaps}", "Write true, false, or lengths"),
        ("dial: {to: '2001', amd: [greeting]}", '"amd" is a list'),
        ("dial: {to: '2001', amd: {greetings: 1500}}", 'Did you mean "greeting"?'),
        ("dial: {to: '2001', amd: {greeting: 2.5}}", "must be a whole number"),
        ("dial: {to: '2001', amd: {greeting: 99}}", "Write a number 100 to 60000"),
        ("dial: {to: '2001', amd: {beep: true}}", "There is no length 'beep'"),
        ("dial: {to: '2001', amd: no, machine: [hangup]}", "nobody listens for a machine"),
        ("set: {called: '1'}", "set by the switch"),
        ("set: {Name: x}", "cannot be a variable's name"),
        ("set: {language: fr}", "does not speak"),
        ("set: x", "needs a mapping"),
        ("hours: office", "both branches"),
        ("hours: {name: office, open: main}", "no opening hours 'office'"),
        (f"menu: {{say: {BOTH}, keys: {{'1': main}}, no_match: repeat}}", "needs 'no_input'"),
        (f"menu: {{say: {BOTH}, keys: {{'1': main}}, no_input: repeat}}", "needs 'no_match'"),
        (f"menu: {{say: {BOTH}, no_input: repeat, no_match: repeat}}", "needs 'keys'"),
        ("menu: {keys: {'1': main}, no_input: repeat, no_match: repeat}", "says nothing"),
        (f"menu: {{say: {BOTH}, keys: {{x: main}}, no_input: repeat, no_match: repeat}}", "cannot be keyed"),
        (f"menu: {{say: {BOTH}, keys: {{}}, no_input: repeat, no_match: repeat}}", "is empty"),
        (f"menu: {{say: {BOTH}, keys: [main], no_input: repeat, no_match: repeat}}", "must be a mapping"),
        (f"menu: {{say: {BOTH}, keys: {{'1': main}}, timeout: 0, no_input: repeat, no_match: repeat}}", "0.5 to 120"),
        (f"menu: {{say: {BOTH}, keys: {{'1': main}}, barge_in: maybe, no_input: repeat, no_match: repeat}}", "true or"),
        (f"gather: {{say: {BOTH}}}", "needs 'no_input'"),
        (f"gather: {{say: {BOTH}, finish_on_key: , no_input: repeat, no_match: repeat}}", 'Write "#" in quotes'),
        (f"gather: {{say: {BOTH}, finish_on_key: x, no_input: repeat, no_match: repeat}}", "Keys are 0-9"),
        (f"gather: {{say: {BOTH}, min_digits: 9, max_digits: 3, no_input: repeat, no_match: repeat}}", "more than"),
        (f"gather: {{say: {BOTH}, accept: '/(/', no_input: repeat, no_match: repeat}}", "ends too early"),
        (f"gather: {{say: {BOTH}, no_input: {{label: x, hangup: busy}}, no_match: repeat}}", "inside a branch"),
        (f"gather: {{say: {BOTH}, no_input: '', no_match: repeat}}", "leads nowhere"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_step_is_told_at_its_line(step, said):
    found = in_step(step)
    assert any(line.startswith("4:") and said.lower() in line.lower() for line in found), found


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("routes: {to: 1}", 1, "must be a list"),
        ("routes:\n  - x", 2, "must be a mapping"),
        ("routes:\n  - {to: '1'}", 2, "Give one of do, dial and reject"),
        ("routes:\n  - {to: '1', do: a, reject: busy}", 2, "not to do and reject"),
        ("routes:\n  - {to: '1', do: a}", 2, "There is no script 'a'"),
        ("routes:\n  - {too: '1', reject: busy}", 2, 'Did you mean "to"?'),
        ("routes:\n  - {to: '(', reject: busy}", 2, "cannot be in a number"),
        ("routes:\n  - to: '1'\n    reject: bsy", 3, 'Did you mean "busy"?'),
        ("routes:\n  - {to: '1', trunk: carier, reject: busy}", 2, "There is no trunk"),
        ("routes:\n  - {trunk: carrier, phone: true, reject: busy}", 2, "No call comes"),
        ("routes:\n  - {extension: '2001', phone: false, reject: busy}", 2, "has no extension"),
        ("routes:\n  - {hours: office, reject: busy}", 2, "no opening hours 'office'"),
        ("routes:\n  - {to: '1', dial: {timeout: 5}}", 2, '"dial" needs "to"'),
        ("routes:\n  - {to: '1', dial: {to: '2001', caler_id: '1'}}", 2, 'Did you mean "caller_id"?'),
        ("routes:\n  - {to: *8, reject: busy}", 2, "*8 is not in quotes"),
        ("route: []", 1, 'Did you mean "routes"?'),
        ("- a", 1, "must be a mapping"),
        ("hours:\n  office: {zone: Asia/Shangai, open: 'daily 09:00-10:00'}", 2, 'Did you mean "Asia/Shanghai"?'),
        ("hours:\n  office: {open: 'mon 25:00-26:00'}", 2, "beyond the clock"),
        ("hours:\n  office:\n    open:\n      - mon 09:00-10:00\n      - mon", 5, "no time range"),
        ("hours:\n  office: {opn: 'mon 09:00-10:00'}", 2, 'Did you mean "open"?'),
        ("hours:\n  office: {closed: '2026-01-01'}", 2, "never open"),
        ("scripts:\n  Main: [hangup]", 2, "cannot be a script's name"),
        ("scripts:\n  hangup: [hangup]", 2, "cannot be a script's name"),
        ("scripts:\n  main: hangup", 2, "must be a list"),
        ("scripts:\n  main: []", 2, "has no steps"),
        ("scripts:\n  a: [hangup]\n  a: [hangup]", 3, "is here twice"),
        ("routes:\n\t- b", 2, "Not YAML"),
        ("a: [", 1, "Not YAML"),
    ],
)
def test_a_mistake_elsewhere_is_told_at_its_line(text, line, said):
    assert any(each.startswith(f"{line}:") and said in each for each in wrong(text)), wrong(text)


def test_every_mistake_of_every_file_is_told_at_once_in_order(tmp_path):
    (tmp_path / "b.yaml").write_text("routes:\n  - {to: '1', do: mian}\nextra: 1\n", "utf-8")
    (tmp_path / "a.yml").write_text("scripts:\n  main:\n    - sya: x\n    - queue: nope\n", "utf-8")
    (tmp_path / "c.yaml").write_bytes(b"routes: \xff")
    with pytest.raises(Mistakes) as caught:
        load(tmp_path, SITE)
    told = [(mistake.file.split("/")[1], mistake.line) for mistake in caught.value.mistakes]
    assert told == [("a.yml", 3), ("a.yml", 4), ("b.yaml", 2), ("b.yaml", 3), ("c.yaml", 1)]
    assert list(caught.value.mistakes) == read_all(tmp_path, SITE)[1]


def test_files_name_each_others_scripts_and_hours(tmp_path):
    (tmp_path / "a.yaml").write_text("routes:\n  - {hours: office, do: main}\n", "utf-8")
    (tmp_path / "b.yaml").write_text("hours: {office: {open: daily 09:00-10:00}}\nscripts: {main: [hangup]}", "utf-8")
    assert load(tmp_path, SITE).routes[0].hours == "office"


def test_the_same_script_in_two_files_is_a_mistake(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("scripts: {main: [hangup]}", "utf-8")
    (tmp_path / "c.yaml").write_text("routes: [{do: main}]", "utf-8")
    (only,) = read_all(tmp_path, SITE)[1]
    assert only.file.endswith("b.yaml") and "a.yaml:1" in only.what


def test_no_directory_and_no_file_are_mistakes(tmp_path):
    assert len(read_all(tmp_path / "none", SITE)[1]) == 1
    assert len(read_all(tmp_path, SITE)[1]) == 1


def test_what_nothing_reaches_is_told_and_is_no_mistake():
    found = warned(f"{HEAD}    - hangup\n    - say: {BOTH}\n    - say: {BOTH}\n")
    assert len(found) == 1 and found[0].startswith("5: warning: ") and "never reached" in found[0]
    assert not warned(f"{HEAD}    - queue: sales\n    - say: {BOTH}\n")
    every = f"    - menu: {{say: {BOTH}, keys: {{'1': hangup}}, no_input: hangup, no_match: repeat}}\n"
    assert "never reached" in warned(f"{HEAD}{every}    - say: {BOTH}\n")[0]
    on = every.replace("no_input: hangup", "no_input: continue")
    assert not warned(f"{HEAD}{on}    - say: {BOTH}\n")
    assert "Nothing leads to the script 'main'" in warned("scripts:\n  main: [hangup]")[0]


def test_a_loop_needs_a_wait():
    assert "loop without a wait" in wrong(f"{HEAD}    - say: {BOTH}\n    - goto: main\n")[0].lower()
    assert not wrong(f"{HEAD}    - queue: sales\n    - goto: main\n")
    around = "  other:\n    - goto: main\n"
    assert len(wrong(f"{HEAD}    - goto: other\n{around}")) == 1


def test_a_label_with_a_scripts_name_is_a_mistake():
    assert "name of a script" in wrong(f"{HEAD}    - {{label: main, hangup: busy}}\n")[0]


def test_a_script_that_another_file_names_must_be_there_and_counts_as_used():
    named = Known(languages=("en",), scripts=frozenset({"late"}))
    assert "'late'" in wrong("routes: []", named)[0]
    assert not wrong("scripts: {late: [hangup]}", named)


def test_a_broken_route_casts_no_shadow():
    found = wrong("routes:\n  - {to: '(', reject: busy}\n  - {to: '2001', reject: busy}\n")
    assert len(found) == 1 and found[0].startswith("2:")


def test_one_language_needs_no_mapping():
    plan("routes: [{do: main}]\nscripts: {main: [{say: Hello}, hangup]}", ENGLISH)


def test_a_text_of_variables_alone_belongs_to_every_language():
    assert not in_step('say: "{caller:phone}"')


def test_a_verb_may_stand_alone_when_it_needs_nothing():
    assert not wrong(f"{HEAD}    - record:\n    - record\n    - hangup:\n")
    assert not wrong(f"{HEAD}    - hangup\n")


def test_plans_cannot_be_changed():
    made = plan("routes: [{do: main}]\nscripts: {main: [{set: {a: b}}, hangup]}")
    with pytest.raises(TypeError):
        made.scripts["x"] = made.scripts["main"]
    with pytest.raises(AttributeError):
        made.routes = ()
    with pytest.raises(AttributeError):
        made.scripts["main"].steps[0].verb.values = {}


def test_static_texts_are_those_without_variables():
    made = plan("""
        routes: [{do: main}]
        scripts:
          main:
            - say: ["Hello", "You called {called}.", {play: welcome}, {pause: 100}]
            - menu: {say: Choose, retry_say: Again, keys: {"1": [{say: Deep}, hangup]}, no_input: hangup, no_match: repeat}
    """)
    assert made.static_texts() == {(text, "en") for text in ("Hello", "Choose", "Again", "Deep")}


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [LAUGHS, "[" * 100_000, "{a: " * 50_000, "a: &a [*a]", "a\0b", "a: 1\n---\nb: 2", "[a]: b", "a: !!python/name:os.system",
     "\ud800", "routes:\n" + "  - " * 60 + "x", "scripts: {main: [" + "{menu: {keys: {'1': " * 30,
     "hours: {x: [" * 15, "? {a: b}\n: c", "%YAML 9.9\n---\na: b", "routes: [[], {}, '', {to: {}}, {do: []}]",
     "scripts: {a: [{say: {text: {text: {text: a}}}}]}", "scripts: {a: [{menu: []}, {menu: x}, {gather: [x]}, {dial: {to: {}}}]}"],
)  # fmt: skip
def test_hostile_files_end_soon_and_with_mistakes(text):
    begun = time.process_time()
    _, found = parse([parse_yaml(text, "d.yaml")], SITE)
    assert found and all("\n" not in str(mistake) for mistake in found)
    assert time.process_time() - begun < 5
