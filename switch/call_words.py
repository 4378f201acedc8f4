"""The words of a `dial`: what is to be done, how it ended, and what a call of one caller and several callees is.

Deliberately absent: the table (call.py); SIP; audio.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from switch.words import Cause, LegId, Party


class CallState(Enum):
    PLACED = "placed"
    """Callees are being called; none rings yet."""
    RINGING = "ringing"
    CONNECTED = "connected"
    """Caller and one callee talk; other callees may still be on their way out."""
    CLOSING = "closing"
    """The outcome is told; legs that we hung up have not ended yet."""
    OVER = "over"
    """No leg is left but, with `After.RETURN`, the caller's."""


class After(Enum):
    """What becomes of the caller when the `dial` is over."""

    HANG_UP = "hang up"
    """The caller's leg ends with the outcome's cause."""
    RETURN = "return"
    """The caller's leg is left alone: a script goes on."""


class Outcome(Enum):
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    """The caller went before an answer."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The time to ring is over."""

    now: float


# ---- effects, imperative; their order is the contract ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RingCaller:
    """Send 180, or play ring-back to a caller that is answered already."""

    caller: LegId


@dataclass(frozen=True, slots=True)
class AnswerCaller:
    """Send 200 to the caller."""

    caller: LegId


@dataclass(frozen=True, slots=True)
class Connect:
    """Let the two hear each other."""

    caller: LegId
    callee: LegId


@dataclass(frozen=True, slots=True)
class HangUp:
    """End a leg, whatever its state."""

    leg: LegId
    cause: Cause


@dataclass(frozen=True, slots=True)
class Finished:
    """The `dial` is over; told exactly once."""

    outcome: Outcome
    cause: Cause
    by: Party
    status: int
    """Final SIP status of the leg that decided; 0 after an answer."""


Effect = RingCaller | AnswerCaller | Connect | HangUp | Finished


@dataclass(frozen=True, slots=True)
class Failure:
    """How one callee ended before any answer."""

    cause: Cause
    by: Party
    status: int


@dataclass(frozen=True, slots=True)
class Call:
    """One `dial`: a caller and its callees."""

    caller: LegId
    state: CallState
    after: After
    answered: LegId | None
    """The callee that the caller talks, or talked, with."""
    caller_answered: bool
    """Whether the caller's leg has an answer: before, by a script, or by us."""
    open: frozenset[LegId]
    """Legs that have not ended; without the caller's once it is left alone."""
    failures: tuple[Failure, ...] = ()

    def __repr__(self) -> str:
        peer = f" with {self.answered}" if self.answered else ""
        return f"<Call {self.caller} {self.state.name}{peer} open={sorted(self.open)}>"
