"""What a changed plan is told to be different in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.difference import MOST, differences
from tests.ivr.stage import SITE, plan

BASE = """
routes:
  - {to: "4001", do: main}
  - {to: "5XXX", phone: true, reject: busy}
hours:
  office: {open: "daily 09:00-10:00"}
scripts:
  main:
    - menu:
        say: {zh: "甲", en: "Press one"}
        keys: {"1": sales, "2": [{set: {a: b}}, repeat]}
        retries: 2
        no_input: repeat
        no_match: sales
  sales:
    - queue: sales
    - hangup
"""


def told(*changes: tuple[str, str]) -> list[str]:
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return differences(plan(BASE, SITE), plan(text, SITE))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("retries: 2", "retries: 1", ["d.yaml:9: main.1-menu: retries is 1, was 2."]),
        ('en: "Press one"', 'en: "Press two"', ["d.yaml:9: main.1-menu: say is “Press two”, was “Press one”."]),
        ('zh: "甲"', 'zh: "乙"', ["d.yaml:9: main.1-menu: say is “乙”, was “甲”."]),
        ('"1": sales, ', '"1": sales, "3": sales, ', ["d.yaml:9: main.1-menu: 3 is new, goto sales."]),
        ('"1": sales, ', "", ["d.yaml:9: main.1-menu: 1 is gone."]),
        ("{set: {a: b}}", "{set: {a: c}}", ["d.yaml:11: main.1-menu/2/1-set: values is a = c, was a = b."]),
        ("{set: {a: b}}, ", "", ["d.yaml:9: main.1-menu/2 has no set a = b any more."]),
        ("    - queue: sales\n", "    - say: {zh: 甲, en: Hi}\n    - queue: sales\n",
         ["d.yaml:16: sales has a new say “甲”."]),
        ("queue: sales", "queue: {name: sales, max_wait: 60}", ["d.yaml:16: sales.1-queue: max_wait is 60, was not given."]),
        ('to: "4001"', 'to: "4002"', ["d.yaml:3: A new route, to 4002: script main.", "A route is gone, to 4001: script main."]),
        ("daily 09:00-10:00", "daily 09:00-11:00", ["The opening hours office are different."]),
        ("  sales:\n", "  more:\n    - hangup\n  sales:\n", ["New scripts: more."]),
    ],
)  # fmt: skip
def test_a_difference_is_told_at_its_place(old: str, new: str, said: list[str]) -> None:
    assert told((old, new)) == said


def test_an_order_of_routes_is_a_difference_of_its_own() -> None:
    first, second = '  - {to: "4001", do: main}\n', '  - {to: "5XXX", phone: true, reject: busy}\n'
    assert told((first + second, second + first)) == ["The order of the routes is different."]


def test_a_comment_and_a_rename_of_lines_are_no_difference() -> None:
    assert told(("scripts:\n", "# more\n\nscripts:\n")) == []


def test_a_verb_in_place_of_another_is_gone_and_new() -> None:
    assert told(("    - hangup\n", "    - voicemail: '2001'\n")) == [
        "d.yaml:15: sales has no hangup any more.", "d.yaml:17: sales has a new voicemail 2001."]  # fmt: skip


def test_what_may_be_a_secret_is_not_shown() -> None:
    ask = (
        "    - http: {url: 'https://a.example', headers: {Authorization: 'Bearer %s'}, failed: hangup}\n    - hangup\n"
    )
    one, other = (plan(BASE.replace("    - hangup\n", ask % token), SITE) for token in ("first", "second"))
    assert differences(one, other) == ["d.yaml:17: sales.2-http: headers is different."]


def test_many_differences_are_counted() -> None:
    routes = "".join(f'  - {{to: "{n}", do: main}}\n' for n in range(1000, 1300))
    found = told(("routes:\n", "routes:\n" + routes))
    assert len(found) == MOST + 1 and found[-1] == "And 200 more differences of the dialplan."


@given(st.sets(st.sampled_from(["retries", "keys", "say"])), st.integers(0, 3))
def test_no_sentence_without_a_difference_and_none_missed(which: set[str], retries: int) -> None:
    swaps = {
        "retries": ("retries: 2", f"retries: {3 + retries}"),
        "keys": ('"1": sales', '"7": sales'),
        "say": ("甲", "丙"),
    }
    found = told(*(swaps[each] for each in which))
    assert bool(found) == bool(which)
    assert len(found) == len(which) + ("keys" in which)
