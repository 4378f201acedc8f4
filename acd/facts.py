"""What doors may ask for: a queue's figures, a caller's own, and what the shell knows of the world outside.

Each is found out only when it is asked for. None but `oldest_wait` costs more than the search of a sorted line.

Time: `now` in seconds, monotonic. Pure; reads the floor, changes nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Protocol

from acd.caller import Caller
from acd.door import Fact, Facts
from acd.expected import Hands, expected_s
from acd.lines import Lines
from acd.queue import Queue
from acd.words import QueueName

NOTHING: Facts = MappingProxyType({})


class Surroundings(Protocol):
    """What the shell knows and the centre does not: the wall clock, opening hours."""

    def facts(self, queue: QueueName) -> Facts:
        """`time` (14:05), `date` (2026-11-25), `weekday` (wed) and `open`, as they are now for this queue."""


class Nowhere:
    """No clock on the wall, and always open."""

    def facts(self, queue: QueueName) -> Facts:
        return {"open": True}


OF_QUEUE: Mapping[str, Callable[[Queue, float], Fact]] = MappingProxyType(
    {
        "agents_logged_in": lambda queue, now: len(queue.staff),
        "agents_idle": lambda queue, now: len(queue.free),
        "waiting": lambda queue, now: len(queue.line),
        "oldest_wait": lambda queue, now: max((now - caller.joined_at for _, _, caller in queue.line), default=0.0),
    }
)
OF_CALLER: Mapping[str, Callable[[Lines, Queue, Caller, float, Hands], Fact]] = MappingProxyType(
    {
        "position": lambda floor, queue, caller, now, hands: place_of(queue, caller),
        "waited": lambda floor, queue, caller, now, hands: now - caller.joined_at,
        "priority": lambda floor, queue, caller, now, hands: caller.priority,
        "expected_wait": lambda floor, queue, caller, now, hands: expected_s(floor, queue, caller, hands),
    }
)
OUTSIDE = ("time", "date", "weekday", "open")
BROUGHT = ("caller", "called")
"""What every caller brings, beside attributes (`CallerJoined.facts`)."""


def place_of(queue: Queue, caller: Caller) -> int:
    """The caller's place in the queue, from 1; of one who is not in it, the place they would take."""
    return bisect_left(queue.line, caller.entry) + 1


def of_queue(queue: Queue, asked: Collection[str], now: float) -> dict[str, Fact]:
    """The queue's figures, those that are asked for."""
    return {name: find(queue, now) for name, find in OF_QUEUE.items() if name in asked}


def of_caller(
    floor: Lines, queue: Queue, caller: Caller, asked: Collection[str], now: float, hands: Hands | None = None
) -> dict[str, Fact]:
    """A caller's own, those that are asked for. `hands`: see `expected_s`."""
    hands = {} if hands is None else hands
    own = {name: fact for name, fact in caller.facts.items() if name in asked}
    return own | {name: find(floor, queue, caller, now, hands) for name, find in OF_CALLER.items() if name in asked}


def outside(surroundings: Surroundings, queue: Queue, asked: Collection[str]) -> Facts:
    """What the shell knows, if any of it is asked for."""
    return surroundings.facts(queue.name) if any(name in asked for name in OUTSIDE) else NOTHING
