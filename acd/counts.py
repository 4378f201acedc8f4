"""What an agent has taken: calls by day, queue and ever, talk, and whose turn it was. Strategies read it.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from acd.words import QueueName


@dataclass(frozen=True, slots=True)
class Taken:
    """What the books know of one agent."""

    today: int = 0
    ever: int = 0
    """Today's among them."""
    talk_s: float = 0.0
    """Today."""
    by_queue: Mapping[QueueName, int] = field(default_factory=dict)
    """Today."""
    turns: Mapping[QueueName, float] = field(default_factory=dict)
    """When last rung for each queue; any number that rises with time."""


@dataclass(slots=True)
class Counts:
    """One agent's, alive."""

    today: int = 0
    ever: int = 0
    talk_s: float = 0.0
    by_queue: dict[QueueName, int] = field(default_factory=dict)
    turns: dict[QueueName, float] = field(default_factory=dict)

    @staticmethod
    def of(taken: Taken) -> Counts:
        """As the books have them."""
        return Counts(taken.today, taken.ever, taken.talk_s, dict(taken.by_queue), dict(taken.turns))

    def take(self, queue: QueueName) -> None:
        """One more call, of this queue."""
        self.today += 1
        self.ever += 1
        self.by_queue[queue] = self.by_queue.get(queue, 0) + 1

    def new_day(self) -> None:
        """Midnight: what counts by day begins anew."""
        self.today, self.talk_s = 0, 0.0
        self.by_queue.clear()
