"""What the books are given and give back, as plain data: alerts, legs, agents' states, what was found open.

Times are UTC, seconds since 1970 (float). Frozen.
Deliberately absent: the tables (schema.py), bindings and facts of dialogs: they are signalling's own (switch/).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from switch.facts import DialogFacts


class CallDirection(Enum):
    """Where a call came from and went, as seen from this site."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class SavedDialog:
    """A dialog in the books, with the leg and the call it belongs to."""

    leg_id: str
    call: str
    facts: DialogFacts
    """Its SDPs with `***` for SRTP keys."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One attempt to ring one agent for one caller, when it is over."""

    call_id: str
    queue: str
    agent: str
    extension: str
    started_at: float
    ended_at: float
    outcome: str
    """`answered`, or the value of an `acd.words.AlertOutcome`."""
    why: str = ""
    decision: str = ""
    """JSON of an `acd.decision.Decision`; empty when there was nothing to say."""


@dataclass(frozen=True, slots=True)
class LegRow:
    """One line of a call when it is over, with the totals of its stream."""

    leg_id: str
    call_id: str
    role: str
    peer: str
    cause: str
    started_at: float
    ended_at: float
    codec: str
    remote: str
    packets_in: int
    packets_out: int
    lost: int
    late: int
    duplicate: int
    dropped: int
    concealed_ms: int
    far_lost: int
    bursts: int
    burst_ms: int
    jitter_ms: float
    far_jitter_ms: float
    round_trip_ms: float | None
    mos_in: float | None
    mos_out: float | None
    dropped_by: str = ""
    """A JSON object: packets thrown away, by reason; empty when none were."""
    refused_out: int = 0
    resynced: int = 0
    stretched_ms: int = 0
    shrunk_ms: int = 0
    gap_ms: int = 0
    delay_ms: int = 0


@dataclass(frozen=True, slots=True)
class AgentStateRow:
    """What an agent was from `at` on. `presence` and `activity` are values of the enums in acd.words."""

    agent: str
    at: float
    presence: str
    activity: str
    reason: str = ""
    extension: str = ""
    call_id: str = ""
    until: float | None = None
    """When the wrap-up ends."""
    limit: float | None = None
    """When the break should."""


@dataclass(frozen=True, slots=True)
class UnwrappedStay:
    """A talk before a restart that its agent had not wrapped up after."""

    call_id: str
    queue: str
    agent: str
    talk_ended_at: float
    disposition: str


@dataclass(slots=True)
class TakenRow:
    """What one agent took from queues."""

    by_queue: dict[str, int] = field(default_factory=dict)
    """Calls of the day."""
    talk_s: float = 0.0
    """Talk of the day, holds among it."""
    ever: int = 0
    rung_at: dict[str, float] = field(default_factory=dict)
    """When the agent's phone last rang for each queue."""


@dataclass(frozen=True, slots=True)
class ActRow:
    """What a supervisor did, or why they were not let do it."""

    at: float
    by: str
    act: str
    call_id: str = ""
    agent: str = ""
    queue: str = ""
    extension: str = ""
    watch_id: str = ""
    refused: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class OpenInteraction:
    """A call that was running when the books were last kept."""

    call_id: str
    started_at: float
    answered_at: float | None
    caller: str
    called: str
    queue: str
    agent: str
