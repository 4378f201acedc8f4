"""What the centre wants done: imperative, frozen, in order. The order is the contract."""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.decision import Decision
from acd.words import (
    Activity,
    AgentName,
    AlertId,
    AlertOutcome,
    CallerId,
    LeaveReason,
    Presence,
    QueueName,
)


@dataclass(frozen=True, slots=True)
class StartAlert:
    """Ring this agent's phone for this caller. `why` says why this agent, in one sentence."""

    alert: AlertId
    caller: CallerId
    queue: QueueName
    agent: AgentName
    extension: str
    why: str
    decision: Decision = field(default=Decision(), compare=False)
    """Who was passed over, and who was ahead."""


@dataclass(frozen=True, slots=True)
class StopAlert:
    """Stop ringing (CANCEL), or hang up a leg that answered too late."""

    alert: AlertId
    outcome: AlertOutcome


@dataclass(frozen=True, slots=True)
class Connect:
    """Let caller and agent talk."""

    alert: AlertId
    caller: CallerId
    queue: QueueName
    agent: AgentName
    waited_s: float


@dataclass(frozen=True, slots=True)
class Release:
    """The caller is out of the queue without an agent; the dialplan goes on by `reason`."""

    caller: CallerId
    queue: QueueName
    reason: LeaveReason
    waited_s: float
    door: int = -1
    """TURNED_AWAY, OVERFLOW: which of the queue's `enter`, or `leave`."""
    why: str = ""
    """And what it says."""


@dataclass(frozen=True, slots=True)
class MovePosition:
    """The caller's place in the queue is now `position` (1 is next)."""

    caller: CallerId
    queue: QueueName
    position: int


@dataclass(frozen=True, slots=True)
class BookAgent:
    """The agent's state changed: for the books and the event stream."""

    agent: AgentName
    presence: Presence
    activity: Activity
    reason: str
    """Break reason, or what caused the change."""
    extension: str
    caller: CallerId | None
    until: float | None = None
    """When the wrap-up ends."""
    break_until: float | None = None
    """When the break should end."""
    overdue: bool = False
    """The break's planned time is over."""


@dataclass(frozen=True, slots=True)
class BookDisposition:
    """How a talk came out; an empty code: required, and not given in time."""

    agent: AgentName
    caller: CallerId
    queue: QueueName
    code: str


@dataclass(frozen=True, slots=True)
class BookAlert:
    """An alert is over without an answer: for the books."""

    alert: AlertId
    caller: CallerId
    queue: QueueName
    agent: AgentName
    outcome: AlertOutcome
    rang_s: float
    extension: str = ""
    why: str = ""
    """Why this agent was chosen."""
    decision: Decision = field(default=Decision(), compare=False)


Effect = StartAlert | StopAlert | Connect | Release | MovePosition | BookAgent | BookDisposition | BookAlert
