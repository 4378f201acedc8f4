"""One alert: ringing one agent's phone for one caller, and the talk that comes of it.

RESERVED until the phone rings (`RESERVE_S` at most), RINGING until the queue's `ring_s`, TALKING until one
of them hangs up. Whatever ends it, it is OVER once. RESERVED and RINGING always have a deadline.

Time: `now` in seconds, monotonic. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from acd.decision import Decision
from acd.words import AgentName, AlertId, AlertOutcome, CallerId, QueueName

RESERVE_S = 5.0
"""A phone that does not ring by then is given up. RFC 3261's timer B alone would take 32 s."""
REST_S = 5.0
"""A phone that refused at once (busy, unreachable, dead) is left alone this long, whoever calls: else a long
line of callers would be thrown at it one after another. Precedents: Asterisk `retry` 5 s, mod_callcenter
`busy-delay-time` 60 s."""

BLAMED = frozenset({AlertOutcome.NO_ANSWER, AlertOutcome.DECLINED, AlertOutcome.BUSY, AlertOutcome.UNREACHABLE})
"""Outcomes after which this agent is passed over for this caller for a while."""
RESTED = frozenset({AlertOutcome.BUSY, AlertOutcome.UNREACHABLE})
"""Outcomes by which the phone itself refused."""


class AlertState(Enum):
    RESERVED = "reserved"
    RINGING = "ringing"
    TALKING = "talking"
    OVER = "over"


class AlertHappening(Enum):
    RANG = "rang"
    ANSWERED = "answered"
    FAILED = "failed"
    """The phone refused, nobody answered, or the leg died."""
    WITHDRAWN = "withdrawn"
    """We took it back: caller left, agent left, deadline."""
    TALK_ENDED = "talk ended"


_S, _H = AlertState, AlertHappening

STATES: dict[AlertState, dict[AlertHappening, AlertState]] = {
    _S.RESERVED: {_H.RANG: _S.RINGING, _H.ANSWERED: _S.TALKING, _H.FAILED: _S.OVER, _H.WITHDRAWN: _S.OVER},
    _S.RINGING: {_H.ANSWERED: _S.TALKING, _H.FAILED: _S.OVER, _H.WITHDRAWN: _S.OVER},
    # A leg that fails after its answer is a talk that ended: the agent must not stay TALKING for ever.
    _S.TALKING: {_H.TALK_ENDED: _S.OVER, _H.FAILED: _S.OVER},
    _S.OVER: {},
}


@dataclass(slots=True, eq=False)
class Alert:
    """One alert, alive. Only floor.py writes it."""

    id: AlertId
    caller: CallerId
    queue: QueueName
    agent: AgentName
    extension: str
    started_at: float
    why: str
    decision: Decision = field(default=Decision(), repr=False)
    state: AlertState = AlertState.RESERVED
    rang_at: float | None = None
    answered_at: float | None = None

    def happen(self, happening: AlertHappening) -> bool:
        """Move; False when this cannot happen in this state (a crossing, a repetition)."""
        after = STATES[self.state].get(happening)
        if after is None:
            return False
        self.state = after
        return True

    def __repr__(self) -> str:
        return f"<Alert {self.id} {self.caller} > {self.agent} {self.state.value}>"
