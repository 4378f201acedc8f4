"""One waiting caller.

A caller is WAITING, then ALERTING while one agent's phone rings for them, or several do, and leaves once, for a
`LeaveReason`. The place in the line is by rank, then arrival, and is kept while agents ring and decline.

Rank is a number that never changes while a caller waits, and yet lets priority age: of two who wait, both gain points
at the same pace, so who is ahead stays ahead; but who comes later needs more points by as much as the other has waited.

Time: `now` in seconds, monotonic. Pure.
Deliberately absent: who the agents are (agent.py), how to choose (assign.py), music and announcements (apps).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from acd.door import Facts
from acd.lane import Lane
from acd.settings import Need
from acd.words import AgentName, AlertId, AlertOutcome, CallerId, QueueName


class CallerState(Enum):
    WAITING = "waiting"
    ALERTING = "alerting"
    """An agent is reserved or rings, or several are."""
    GONE = "gone"


class CallerHappening(Enum):
    CHOSEN = "chosen"
    ALERT_ENDED = "alert ended"
    """The last that rang for them, without an answer."""
    CONNECTED = "connected"
    LEFT = "left"


_S, _H = CallerState, CallerHappening

STATES: dict[CallerState, dict[CallerHappening, CallerState]] = {
    _S.WAITING: {_H.CHOSEN: _S.ALERTING, _H.LEFT: _S.GONE},
    _S.ALERTING: {_H.ALERT_ENDED: _S.WAITING, _H.CONNECTED: _S.GONE, _H.LEFT: _S.GONE},
    _S.GONE: {},
}

LineEntry = tuple[float, int, "Caller"]
"""Rank, arrival number (unique), caller."""


def rank_of(points: float, joined_at: float, ageing: float) -> float:
    """A caller's rank; the lowest is served first. `ageing`: points that a minute of waiting is worth."""
    return joined_at * ageing / 60 - points


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
    named: AgentName | None = None
    """Whom the caller is to be given to, if that agent is free."""
    need: Need | None = None
    """What the caller brought, beside the queue's own."""
    rank: float = 0.0
    lane: Lane = field(init=False)
    """Who may take the call now."""
    facts: Facts = field(default_factory=dict)
    """What doors may ask of this caller: the number, attributes."""
    entered_at: float = 0.0
    """When they came into this queue; before it is `joined_at`, if the place of another was kept."""
    predicted_s: float | None = None
    """The wait that was expected on joining."""
    held_for: AgentName | None = None
    """Waits for this agent alone, for a while."""
    state: CallerState = CallerState.WAITING
    alerts: list[AlertId] = field(default_factory=list)
    """Phones that ring for them, in the order in which they began."""
    reach: int = 1
    """So many phones may ring at once."""
    overdue: bool = False
    """Has waited as long as the queue lets them, and stays only for what rings."""
    skips: dict[AgentName, Skip] = field(default_factory=dict)
    told_position: int = 0

    @property
    def entry(self) -> LineEntry:
        """The caller's place in every line it stands in."""
        return (self.rank, self.arrival, self)

    @property
    def open(self) -> bool:
        """Phones ring for them, and more may."""
        return self.state is CallerState.ALERTING and not self.overdue and len(self.alerts) < self.reach

    def happen(self, happening: CallerHappening) -> None:
        """Move. A pair that the table does not have changes nothing."""
        self.state = STATES[self.state].get(happening, self.state)

    def skipping(self, agent: AgentName, now: float) -> bool:
        """Whether the agent is passed over for this caller."""
        skip = self.skips.get(agent)
        return skip is not None and skip.until > now

    def __repr__(self) -> str:
        return f"<Caller {self.id} {self.state.value} in {self.queue}>"
