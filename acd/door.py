"""The doors of a queue: conditions under which a caller is not let in, or is sent on, over facts of the moment.

A door is shut to a caller when its condition holds (`if`), or when it does not (`unless`). The first that is shut
decides. Facts are asked for by name, and found out only when some door asks for them.

Pure. Deliberately absent: what the facts are (facts.py), when they are looked at (caller_events.py), where the caller
goes then (apps).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

Fact = str | int | float | Collection[str] | None
"""None: not known; compares as false."""
Facts = Mapping[str, Fact]


class Condition(Protocol):
    """A checked condition over facts."""

    @property
    def text(self) -> str:
        """As written; for sentences."""

    @property
    def names(self) -> Collection[str]:
        """The facts it asks for."""

    def holds(self, facts: Facts) -> bool:
        """Whether it is true. Never raises."""


@dataclass(frozen=True, slots=True)
class Door:
    """One condition of a queue."""

    condition: Condition
    unless: bool = False
    """Shut when the condition does not hold."""

    @property
    def text(self) -> str:
        return f"{'unless' if self.unless else 'if'} {self.condition.text}"

    def shut(self, facts: Facts) -> bool:
        """Whether a caller with these facts is not to be here."""
        return self.condition.holds(facts) != self.unless


@dataclass(frozen=True, slots=True)
class Shut:
    """The door that a caller met."""

    index: int
    """Its place among the queue's."""
    why: str
    """Its text, and what the facts were."""


def names(doors: Iterable[Door]) -> frozenset[str]:
    """All the facts that doors ask for."""
    return frozenset(name for door in doors for name in door.condition.names)


def first_shut(doors: Iterable[Door], facts: Facts) -> Shut | None:
    """The first door that is shut; None: none is."""
    for index, door in enumerate(doors):
        if door.shut(facts):
            return Shut(index, f"{door.text} ({known(door, facts)})")
    return None


def known(door: Door, facts: Facts) -> str:
    """The facts that a door asks for, as they are: `agents_idle 0, waited 121`."""
    return ", ".join(f"{name} {_said(facts.get(name))}" for name in sorted(door.condition.names))


def _said(fact: Fact) -> str:
    match fact:
        case None:
            return "unknown"
        case bool():
            return "true" if fact else "false"
        case float():
            return f"{fact:.0f}"
        case _:
            return str(fact)[:40]
