"""The ways through a plan: loops without a wait, what nothing reaches, dead ends, and what is none of these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import pytest

from ivr import steps
from ivr.argument_branch import Target
from ivr.running import Running
from ivr.verb import Onward, Outcome, Verb, argument
from tests.ivr.stage import warned, wrong

HEAD = "routes: [{do: main}]\nscripts:\n  main:\n"
BOTH = '{zh: "甲", en: "a"}'
MENU = "menu: {say: " + BOTH + ", keys: {'1': %s}, no_input: %s, no_match: %s}"


def of(*lines: str, others: str = "") -> str:
    """A file whose script `main`, from line 4 on, has these steps."""
    return HEAD + "".join(f"    - {line}\n" for line in lines) + others


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (of(MENU % ("continue", "hangup", "hangup")), 4, 'A dead end: by 1 this "menu" goes on'),
        (of(MENU % ("hangup", "continue", "continue")), 4, 'by no_input, no_match this "menu"'),
        (of("dial: '2001'"), 4, 'A dead end: by busy, no_answer, declined, unreachable and others this "dial" goes on'),
        (of(f"say: {BOTH}", "set: {a: b}"), 5, 'A dead end: this "set" goes on'),
        (of(MENU % ("repeat", "repeat", "repeat")), 4, 'A dead end: from this "menu" on nothing ends the call'),
        (of(MENU % ("other", "repeat", "repeat"), others=f"  other:\n    - say: {BOTH}\n    - goto: main\n"), 4, "nothing ends"),
    ],
)  # fmt: skip
def test_a_dead_end_is_told_at_its_line(text: str, line: int, said: str) -> None:
    found = warned(text)
    assert len(found) == 1 and found[0].startswith(f"{line}: warning: ") and said in found[0], found


@pytest.mark.parametrize(
    "text",
    [
        of("queue: sales"),  # says its own answer
        of("voicemail: '2001'"),
        of(f"say: {BOTH}"),
        of("dial: '2001'", f"say: {BOTH}"),
        of("dial: {to: '2001', busy: hangup}", "hangup"),
        of(MENU % ("repeat", "repeat", "hangup")),
        of(MENU % ("continue", "hangup", "hangup"), "record"),
    ],
)
def test_what_leads_somewhere_is_no_dead_end(text: str) -> None:
    assert not warned(text)


def test_a_loop_is_found_through_branches_scripts_and_hours() -> None:
    hours = "hours: {office: {open: daily 09:00-10:00}}\n"
    text = of("hours: {name: office, closed: other}", "hangup", others="  other:\n    - goto: main\n")
    (found,) = wrong(hours + text)
    assert found.startswith("8:") and "main.1-hours" in found  # lines are one further down
    assert not wrong(hours + text.replace("goto: main", "queue: sales"))


# ---- a verb that calls a script and comes back --------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Visit(Verb):
    """Go to a script and come back: the analysis knows verbs only by what they say of themselves."""

    verb: ClassVar[str] = "visit"
    short: ClassVar[str] = "target"
    target: str = argument(Target(), doc="Where to.")

    async def run(self, call: Running) -> Outcome:
        return Onward()


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(steps, "VERBS", MappingProxyType({**steps.VERBS, "visit": Visit}))
    yield


ASKS = f"  asks:\n    - record\n    - say: {BOTH}\n"
QUICK = "  quick:\n    - set: {a: b}\n"


@pytest.mark.usefixtures("visit")
def test_a_script_that_is_called_counts_as_reached_and_may_end_without_a_word() -> None:
    assert not warned(of("visit: quick", "hangup", others=QUICK))


@pytest.mark.usefixtures("visit")
def test_a_loop_through_a_called_script_waits_if_that_script_does() -> None:
    assert not wrong(of("visit: asks", "goto: main", others=ASKS))
    assert "without a wait" in wrong(of("visit: quick", "goto: main", others=QUICK))[0]
    assert "without a wait" in wrong(of("visit: main", "hangup"))[0]
    # One of two ways through it waits for nothing.
    hours = "hours: {office: {open: daily 09:00-10:00}}\n"
    either = "  either:\n    - hours: {name: office, open: [record]}\n    - set: {a: b}\n"
    assert "without a wait" in wrong(hours + of("visit: either", "goto: main", others=either))[0]
