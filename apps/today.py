"""Today's counts for people who look: calls; answered and abandoned by queue; calls and failed by trunk.

Counted as things happen, and begun from the books (reports.py counts the same way), so that a restart loses none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class QueueToday:
    """One queue since midnight."""

    answered: int = 0
    abandoned: int = 0
    in_time: int = 0
    """Answered within the queue's `service_level`."""
    sent_on_late: int = 0
    """Sent on without an agent after longer than that."""

    @property
    def counted(self) -> int:
        """Of whom the service level is a share (docs/reports.md)."""
        return self.answered + self.abandoned + self.sent_on_late


@dataclass(slots=True)
class TrunkToday:
    """One trunk since midnight, both directions."""

    calls: int = 0
    failed: int = 0


class Today:
    """Counts since the site's midnight. `now` counts of running calls by trunk are kept here too."""

    def __init__(self) -> None:
        self.calls = 0
        self._queues: dict[str, QueueToday] = defaultdict(QueueToday)
        self._trunks: dict[str, TrunkToday] = defaultdict(TrunkToday)
        self._running: Counter[str] = Counter()
        self.trunk_legs: Counter[str] = Counter()
        self.trunk_failures: Counter[str] = Counter()
        """By trunk, since the start: a new day leaves these alone."""

    def queue(self, name: str) -> QueueToday:
        """A queue's counts."""
        return self._queues[name]

    def trunk(self, name: str) -> TrunkToday:
        """A trunk's counts."""
        return self._trunks[name]

    def trunk_calls(self, name: str) -> int:
        """Legs on a trunk at this moment."""
        return self._running[name]

    def trunk_leg(self, name: str) -> None:
        """A leg by this trunk began."""
        self._running[name] += 1
        self._trunks[name].calls += 1
        self.trunk_legs[name] += 1

    def trunk_leg_over(self, name: str, failed: bool) -> None:
        """A leg by this trunk ended."""
        self._running[name] -= 1
        self._trunks[name].failed += failed
        self.trunk_failures[name] += failed

    def remember(
        self, calls: int, queues: Mapping[str, tuple[int, int, int, int]], trunks: Mapping[str, tuple[int, int]]
    ) -> None:
        """What the books know of the day at start: all calls; answered, abandoned, answered in time and sent on late by
        queue; calls and failed by trunk. Replaces the counts."""
        self.new_day()
        self.calls = calls
        self._queues.update({name: QueueToday(*counts) for name, counts in queues.items()})
        self._trunks.update({name: TrunkToday(*counts) for name, counts in trunks.items()})

    def new_day(self) -> None:
        """Midnight: everything but what runs is zero."""
        self.calls = 0
        self._queues.clear()
        self._trunks.clear()
