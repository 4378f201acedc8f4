"""What the books are given and give back, as plain data: bindings, dialogs, alerts, what was found open.

Times are UTC, seconds since 1970 (float). Frozen.
Deliberately absent: the tables (schema.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class CallDirection(Enum):
    """Where a call came from and went, as seen from this site."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class BindingRow:
    """One contact of a registered phone; field for field `switch.binding.Binding`, which may stand for it."""

    extension: str
    contact_uri: str
    call_id: str
    cseq: int
    expires_at: float
    transport: str
    received_ip: str
    received_port: int
    user_agent: str
    instance: str | None
    registered_at: float
    q: str | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DialogRow:
    """The facts of one confirmed dialog (RFC 3261 12); field for field `switch.facts.DialogFacts`."""

    call_id: str
    """The SIP Call-ID."""
    local_tag: str
    remote_tag: str
    local_uri: str
    remote_uri: str
    remote_target: str
    local_contact: str
    local_cseq: int
    remote_cseq: int
    route_set: tuple[str, ...]
    role: str
    """`uac` or `uas`."""
    local_sdp: bytes
    remote_sdp: bytes
    """Both with `***` for SRTP keys."""
    transport: str
    far_ip: str
    far_port: int


@dataclass(frozen=True, slots=True)
class SavedDialog:
    """A dialog in the books, with the leg and the call it belongs to."""

    leg_id: str
    call: str
    facts: DialogRow


class BindingLike(Protocol):
    """What the books want to know of a binding."""

    @property
    def extension(self) -> str: ...
    @property
    def contact_uri(self) -> str: ...
    @property
    def expires_at(self) -> float: ...
    @property
    def registered_at(self) -> float: ...
    @property
    def path(self) -> tuple[str, ...]: ...


class FactsLike(Protocol):
    """What the books want to know of a dialog."""

    @property
    def call_id(self) -> str: ...
    @property
    def local_tag(self) -> str: ...
    @property
    def remote_tag(self) -> str: ...
    @property
    def route_set(self) -> tuple[str, ...]: ...
    @property
    def local_sdp(self) -> bytes: ...
    @property
    def remote_sdp(self) -> bytes: ...


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
    """When the wrap-up ends, or the break should."""


@dataclass(frozen=True, slots=True)
class UnwrappedStay:
    """A talk before a restart that its agent had not wrapped up after."""

    call_id: str
    queue: str
    agent: str
    talk_ended_at: float
    disposition: str


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
