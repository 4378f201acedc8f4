"""One queue: its line of callers, the lanes in it, and its free agents.

Sorted lists (order.py) that the floor keeps true after every event, so that a decision reads only heads.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.agent import FreeEntry
from acd.caller import LineEntry
from acd.expected import Outlook
from acd.lane import Lane, LaneKey
from acd.settings import QueueSettings
from acd.words import AgentName, QueueName


@dataclass(frozen=True, slots=True)
class Step:
    """What the queue asks of an agent from `after_s` of waiting on."""

    after_s: float
    admits: frozenset[AgentName] | None
    """None: every agent of the queue."""
    why: str
    own: bool


@dataclass(slots=True, eq=False)
class Queue:
    """One queue, alive. Only the floor writes it."""

    settings: QueueSettings
    line: list[LineEntry] = field(default_factory=list)
    """Every caller of the queue, waiting or alerting: the place in it is the position."""
    lanes: dict[LaneKey, Lane] = field(default_factory=dict)
    """Where those stand whom nobody rings for."""
    open: list[LineEntry] = field(default_factory=list)
    """Those for whom phones ring, and more may."""
    free: list[FreeEntry] = field(default_factory=list)
    """Agents who could be given a call at once."""
    staff: dict[AgentName, None] = field(default_factory=dict)
    """Agents logged in, free or not, also on break, in that order."""
    talking: int = 0
    """Callers of this queue who talk with an agent."""
    alerting: int = 0
    """Callers for whom phones ring."""
    steps: tuple[Step, ...] = (Step(0.0, None, "", True),)
    """By `after_s`; the first from the start. Made anew by every reload."""
    brought: dict[str, frozenset[AgentName]] = field(default_factory=dict)
    """Who is admitted by what callers brought, by its text; for this queue's agents as the settings have them."""
    outlook: Outlook = field(default_factory=Outlook)
    looked: int = 0
    """Up to which place, from the end, this second's look at the conditions of leaving has come."""
    turn: float = 0.0
    """How often it has rung somebody; the last one's number."""

    @property
    def name(self) -> QueueName:
        return self.settings.name

    @property
    def room(self) -> int:
        """How many more of its callers may be given to agents now."""
        most = self.settings.max_talking
        return len(self.line) if most is None else most - self.talking - self.alerting

    @property
    def room_for_more(self) -> bool:
        """Whether one more call may be given out at once."""
        most = self.settings.max_talking
        return most is None or self.talking + self.alerting < most

    def step_at(self, waited_s: float) -> int:
        """The step that holds after so long."""
        return max(index for index, step in enumerate(self.steps) if step.after_s <= waited_s + 1e-9)

    def __repr__(self) -> str:
        return (
            f"<Queue {self.name} {len(self.line)} callers, {self.alerting} alerting, "
            f"{len(self.free)} of {len(self.staff)} agents free>"
        )
