"""The words of call distribution: names, states, outcomes.

An agent has two axes: *presence* (what the human says) and *activity* (what the switch sees).
Deliberately absent: what a queue and an agent are set to (settings.py). Pure.
"""

from __future__ import annotations

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
    TAKEN = "taken"
    """Another agent answered the same caller first."""
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
    CLOSED = "closed"
    """By its opening hours, or by force."""
    TURNED_AWAY = "turned away"
    """A condition of entry was not met."""
    OVERFLOW = "overflow"
    """A condition of leaving came true while the caller waited."""
    REMOVED = "removed"
    """Taken out by dialplan, API, or because the queue is no more."""
