"""One queue: its line of callers, those of them still to be given to somebody, and its free agents.

Three sorted lists (order.py) that floor.py keeps true after every event, so that a decision reads only heads.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.agent import FreeEntry
from acd.caller import LineEntry
from acd.words import AgentName, QueueName, QueueSettings


@dataclass(slots=True, eq=False)
class Queue:
    """One queue, alive. Only floor.py writes it."""

    settings: QueueSettings
    line: list[LineEntry] = field(default_factory=list)
    """Every caller of the queue, waiting or alerting: the place in it is the position."""
    waiting: list[LineEntry] = field(default_factory=list)
    """Those nobody rings for."""
    free: list[FreeEntry] = field(default_factory=list)
    """Agents who could be given a call at once."""
    staff: set[AgentName] = field(default_factory=set)
    """Agents logged in, free or not, also on break."""
    talking: int = 0
    """Callers of this queue who talk with an agent."""

    @property
    def name(self) -> QueueName:
        return self.settings.name

    def __repr__(self) -> str:
        return (
            f"<Queue {self.name} {len(self.line)} callers, {len(self.waiting)} waiting, "
            f"{len(self.free)} of {len(self.staff)} agents free>"
        )
