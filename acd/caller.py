"""One waiting caller.

A caller is WAITING, then ALERTING one agent at a time, and leaves once, for a `LeaveReason`. The place in the
line is by priority (higher first), then arrival, and is kept while agents ring and decline.

Time: `now` in seconds, monotonic. Pure.
Deliberately absent: who the agents are (agent.py), how to choose (assign.py), music and announcements (apps).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from acd.words import AgentName, AlertId, AlertOutcome, CallerId, QueueName


class CallerState(Enum):
    WAITING = "waiting"
    ALERTING = "alerting"
    """An agent is reserved or rings."""
    GONE = "gone"


class CallerHappening(Enum):
    CHOSEN = "chosen"
    ALERT_ENDED = "alert ended"
    CONNECTED = "connected"
    LEFT = "left"


_S, _H = CallerState, CallerHappening

STATES: dict[CallerState, dict[CallerHappening, CallerState]] = {
    _S.WAITING: {_H.CHOSEN: _S.ALERTING, _H.LEFT: _S.GONE},
    _S.ALERTING: {_H.ALERT_ENDED: _S.WAITING, _H.CONNECTED: _S.GONE, _H.LEFT: _S.GONE},
    _S.GONE: {},
}

LineEntry = tuple[int, int, "Caller"]
"""Minus priority, arrival number (unique), caller."""


@dataclass(frozen=True, slots=True)
class Skip:
    """An agent passed over for one caller, and why."""

    until: float
    outcome: AlertOutcome


@dataclass(slots=True, eq=False)
class Caller:
    """One caller, alive. Only floor.py writes it."""

    id: CallerId
    queue: QueueName
    number: str
    priority: int
    arrival: int
    joined_at: float
    last_agent: AgentName | None
    state: CallerState = CallerState.WAITING
    alert: AlertId | None = None
    skips: dict[AgentName, Skip] = field(default_factory=dict)
    told_position: int = 0

    @property
    def entry(self) -> LineEntry:
        """The caller's place in every line it stands in."""
        return (-self.priority, self.arrival, self)

    def happen(self, happening: CallerHappening) -> None:
        """Move. A pair that the table does not have changes nothing."""
        self.state = STATES[self.state].get(happening, self.state)

    def skipping(self, agent: AgentName, now: float) -> bool:
        """Whether the agent is passed over for this caller."""
        skip = self.skips.get(agent)
        return skip is not None and skip.until > now

    def __repr__(self) -> str:
        return f"<Caller {self.id} {self.state.value} in {self.queue}>"
