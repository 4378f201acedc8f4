"""The words of call distribution: who may be in which state, and what a queue and an agent are set to.

An agent has two axes: *presence* (what the human says) and *activity* (what the switch sees).
Time: `now` monotonic seconds. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NewType

AgentName = NewType("AgentName", str)
QueueName = NewType("QueueName", str)
CallerId = NewType("CallerId", str)
"""Names a waiting caller: the call's id."""
AlertId = NewType("AlertId", int)
"""Names one attempt to ring one agent for one caller."""


class Presence(Enum):
    """What the human says."""

    LOGGED_OUT = "logged out"
    AVAILABLE = "available"
    ON_BREAK = "on break"


class Activity(Enum):
    """What the switch sees."""

    IDLE = "idle"
    RESERVED = "reserved"
    """Chosen for a caller; the phone does not ring yet."""
    RINGING = "ringing"
    TALKING = "talking"
    WRAPPING_UP = "wrapping up"
    OTHER_CALL = "other call"
    """On a call that no queue gave."""


class AlertOutcome(Enum):
    """How ringing an agent ended, other than by an answer."""

    NO_ANSWER = "no answer"
    DECLINED = "declined"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    CALLER_LEFT = "caller left"
    WITHDRAWN = "withdrawn"
    """Taken back by the centre: the agent logged out, the queue was removed, a deadline passed."""


class LeaveReason(Enum):
    """Why a caller left a queue."""

    CONNECTED = "connected"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed out"
    NO_AGENTS = "no agents"
    """Nobody is logged in, and the queue does not keep callers then."""
    FULL = "full"
    REMOVED = "removed"
    """Taken out by dialplan, API, or because the queue is no more."""


@dataclass(frozen=True, slots=True)
class WrapUpRules:
    """What a queue wants of an agent after a talk. Times in seconds, from the end of the talk."""

    extend_s: float = 60.0
    """By how much an agent extends the wrap-up, when nothing else is said."""
    longest_s: float = 600.0
    """However often it is extended."""
    codes: tuple[str, ...] = ()
    """Dispositions that may be given."""
    required: bool = False
    """One must be."""
    within_s: float = 120.0
    """An agent who owes one wraps up so long at least; then it is booked as not given."""


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """One queue, as its YAML says. Times in seconds."""

    name: QueueName
    ring_s: float = 20.0
    """How long an agent's phone rings for one alert."""
    skip_s: float = 30.0
    """How long an agent who did not answer, or declined, is passed over for that same caller."""
    wrap_up_s: float = 10.0
    max_wait_s: float | None = None
    """None: callers wait for ever."""
    max_callers: int | None = None
    keep_without_agents: bool = False
    """True: callers wait even when nobody is logged in."""
    after_call: WrapUpRules = WrapUpRules()
    last_agent: bool = True
    """Give a returning caller to the agent who last served them, if that agent is free."""


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """One agent, as the YAML says."""

    name: AgentName
    queues: tuple[QueueName, ...]
    wrap_up_s: float | None = None
    """None: the queue's own."""


@dataclass(frozen=True, slots=True)
class CentreSettings:
    """All queues and agents; names unique, every queue that an agent names exists."""

    queues: tuple[QueueSettings, ...] = ()
    agents: tuple[AgentSettings, ...] = ()
