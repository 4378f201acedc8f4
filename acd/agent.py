"""One agent: what the human says and what the switch sees, as two tables and their couplings.

*Presence* moves by what the human does (login, break), *activity* by what the switch sees (alerts, calls).
A happening that an axis does not name leaves that axis alone. After both axes have moved, `JOINT` says which
pairs cannot stand, and what then happens by itself, until nothing changes: a logged out agent does not wrap up,
an agent who goes on break does not ring.

Time: `now` in seconds, monotonic. Pure.
Deliberately absent: callers, queues, choosing (order.py), phones of others (floor.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from acd.counts import Counts
from acd.settings import AgentSettings
from acd.words import Activity, AgentName, AlertId, CallerId, Presence, QueueName

if TYPE_CHECKING:
    from acd.wrap_up import WrapUp


class Happening(Enum):
    """What can happen to an agent; the columns of both tables."""

    LOGGED_IN = "logged in"
    LOGGED_OUT = "logged out"
    BREAK_STARTED = "break started"
    BREAK_ENDED = "break ended"
    CHOSEN = "chosen"
    RANG = "rang"
    ANSWERED = "answered"
    ALERT_ENDED = "alert ended"
    """Without an answer, whatever the cause."""
    TALK_ENDED = "talk ended"
    WRAP_UP_ENDED = "wrap-up ended"
    WRAP_UP_RESUMED = "wrap-up resumed"
    """After a restart."""
    OTHER_BEGAN = "other call began"
    OTHER_ENDED = "other call ended"


_P, _A, _H = Presence, Activity, Happening

PRESENCES: dict[Presence, dict[Happening, Presence]] = {
    _P.LOGGED_OUT: {_H.LOGGED_IN: _P.AVAILABLE},
    _P.AVAILABLE: {_H.LOGGED_OUT: _P.LOGGED_OUT, _H.BREAK_STARTED: _P.ON_BREAK},
    _P.ON_BREAK: {_H.LOGGED_IN: _P.AVAILABLE, _H.LOGGED_OUT: _P.LOGGED_OUT, _H.BREAK_ENDED: _P.AVAILABLE},
}

ACTIVITIES: dict[Activity, dict[Happening, Activity]] = {
    _A.IDLE: {_H.CHOSEN: _A.RESERVED, _H.OTHER_BEGAN: _A.OTHER_CALL, _H.WRAP_UP_RESUMED: _A.WRAPPING_UP},
    _A.RESERVED: {_H.RANG: _A.RINGING, _H.ANSWERED: _A.TALKING, _H.ALERT_ENDED: _A.IDLE},
    _A.RINGING: {_H.ANSWERED: _A.TALKING, _H.ALERT_ENDED: _A.IDLE},
    _A.TALKING: {_H.TALK_ENDED: _A.WRAPPING_UP},
    _A.WRAPPING_UP: {_H.WRAP_UP_ENDED: _A.IDLE},
    _A.OTHER_CALL: {_H.OTHER_ENDED: _A.IDLE},
}

JOINT: dict[tuple[Presence, Activity], Happening] = {
    # Whoever moves the presence withdraws the alert in the same step (centre.py).
    (_P.LOGGED_OUT, _A.RESERVED): _H.ALERT_ENDED,
    (_P.LOGGED_OUT, _A.RINGING): _H.ALERT_ENDED,
    (_P.ON_BREAK, _A.RESERVED): _H.ALERT_ENDED,
    (_P.ON_BREAK, _A.RINGING): _H.ALERT_ENDED,
    (_P.LOGGED_OUT, _A.WRAPPING_UP): _H.WRAP_UP_ENDED,
    (_P.LOGGED_OUT, _A.OTHER_CALL): _H.OTHER_ENDED,
}


def state_after(presence: Presence, activity: Activity, happening: Happening) -> tuple[Presence, Activity]:
    """Both axes after a happening. A pair that cannot stand is never returned."""
    presence = PRESENCES[presence].get(happening, presence)
    # Nobody chooses an agent who is not available; said here, so that no caller of this can get it wrong.
    if happening is not Happening.CHOSEN or presence is Presence.AVAILABLE:
        activity = ACTIVITIES[activity].get(happening, activity)
    while (then := JOINT.get((presence, activity))) is not None:
        activity = ACTIVITIES[activity][then]
    return presence, activity


FreeEntry = tuple[int, float, float, int, "Agent"]
"""An agent's place among a queue's free: see order.py. The fourth is unique, so two agents are never compared."""


@dataclass(slots=True, eq=False)
class Agent:
    """One agent, alive. Only floor.py writes it; the two axes move by `happen` alone."""

    settings: AgentSettings
    presence: Presence = Presence.LOGGED_OUT
    activity: Activity = Activity.IDLE
    since: float = 0.0
    """When presence or activity last changed."""
    reason: str = ""
    """Break reason; empty when not on break."""
    extension: str = ""
    """Where the agent sits; empty when logged out."""
    counts: Counts = field(default_factory=Counts)
    order: int = 0
    """Place in the settings."""
    idle_since: float = 0.0
    """Since when the agent could have been given a call. Ringing that was not the agent's fault does not reset it."""
    idle_order: int = 0
    alert: AlertId | None = None
    caller: CallerId | None = None
    """Whom the agent is reserved for, rings for, talks with or wraps up after."""
    queue: QueueName | None = None
    wrap_up: WrapUp | None = None
    """What this talk, or the wrap-up after it, asks of the agent."""
    wrap_up_until: float | None = None
    """When the wrap-up ends as things stand; None when not wrapping up."""
    break_until: float | None = None
    """When the break's planned time is over; None: no break, or one without a limit."""
    overdue: bool = False
    """It is over, and the break is not."""
    rest_until: float | None = None
    """The phone refused; not chosen before then."""
    leaving: bool = False
    """No longer in the settings; forgotten when the call is over."""
    at_work: bool = False
    """Logged in, on no break, and may take calls."""
    staffs: tuple[QueueName, ...] = ()
    """Queues that count this agent as logged in."""
    choosable: bool = False
    """Stands among the free."""
    entries: dict[QueueName, FreeEntry] = field(default_factory=dict)
    """This agent's places among the free, by queue."""
    awaited_by: dict[CallerId, None] = field(default_factory=dict)
    """Callers who wait for this agent alone."""
    booked: tuple[object, ...] = field(default=())
    """What the books were last told."""

    @property
    def name(self) -> AgentName:
        return self.settings.name

    @property
    def full(self) -> bool:
        """Has taken as many calls today as this agent may."""
        most = self.settings.max_calls
        return most is not None and self.counts.today >= most

    def happen(self, happening: Happening, now: float) -> None:
        """Move both axes."""
        presence, activity = state_after(self.presence, self.activity, happening)
        if (presence, activity) != (self.presence, self.activity):
            self.presence, self.activity, self.since = presence, activity, now

    def __repr__(self) -> str:
        return f"<Agent {self.name} {self.presence.value}, {self.activity.value}>"
