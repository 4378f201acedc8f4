"""Calls, their legs and segments, and what SIP said about them, as the socket API gives them.

What holds for every record is said in types.py.
Deliberately absent: how any of it is found out.
"""

from __future__ import annotations

from msgspec import Struct

from apps.api.instants import At


class SegmentInfo(Struct, frozen=True):
    """One stretch of a call; together they add up to it. `ms` counts up to now while `ended_at` is null."""

    n: int
    kind: str
    """route, menu, queue, ring, dial, talk, hold or voicemail."""
    started_at: At
    ms: int
    ended_at: At | None = None
    label: str = ""
    queue: str = ""
    agent: str = ""
    extension: str = ""
    outcome: str = ""


class StreamInfo(Struct, frozen=True):
    """The audio of one leg. `path` reads like `udp 40002 > jitter 60ms > PCMU > room 12`."""

    codec: str = ""
    local: str = ""
    remote: str = ""
    engine: str = ""
    path: str = ""
    packets_in: int = 0
    packets_out: int = 0
    lost: int = 0
    late: int = 0
    jitter_ms: float = 0.0
    round_trip_ms: float | None = None
    far_lost: int = 0
    """Packets of ours that the far end's RTCP reports lost."""
    far_jitter_ms: float = 0.0
    duplicate: int = 0
    concealed_ms: int = 0
    delay_ms: int = 0
    """Play-out delay that is kept for what comes in."""
    bursts: int = 0
    burst_ms: int = 0
    gap_ms: int = 0
    """Bursts of loss in what came in, their mean length, and that of what lies between."""
    mos_in: float | None = None
    mos_out: float | None = None
    """1..4.5 by the E-model: what came in, and what the far end hears; null while nobody knows."""
    dropped: dict[str, int] = {}
    """Packets thrown away, by reason; docs/operations.md has them all. `all`: the books knew no reasons yet."""
    refused_out: int = 0
    """Packets of ours that the kernel did not take, or that came back as undeliverable."""
    resynced: int = 0
    """How often the far end's numbering or time line began anew."""
    stretched_ms: int = 0
    shrunk_ms: int = 0
    """Delay put in because packets came late, and audio left out to lose it again."""


class LegInfo(Struct, frozen=True):
    """One SIP dialog of a call."""

    leg_id: str
    role: str
    """caller or callee."""
    state: str
    since: At
    peer: str
    """`phone 201` or `trunk pstn`, and the number: `trunk pstn 13800138000`."""
    address: str = ""
    sip_call_id: str = ""
    stream: StreamInfo | None = None


class CallInfo(Struct, frozen=True):
    """A running call."""

    call_id: str
    direction: str
    """in, out or internal."""
    state: str
    """routing, menu, queued, ringing, talking, held, voicemail or ending."""
    started_at: At
    caller: str
    called: str
    answered_at: At | None = None
    caller_name: str = ""
    trunk: str = ""
    extension: str = ""
    language: str = ""
    queue: str = ""
    agent: str = ""
    position: int | None = None
    """Place in the queue; 1 is next."""
    step: str = ""
    """Where its script is: `hotline.menu`."""
    recording_id: str = ""
    ms: int = 0
    """Since it began."""


class CallDetail(CallInfo, frozen=True):
    """A call with all that is known of it; one that is over has `ended_at`, cause and fault."""

    legs: list[LegInfo] = []
    segments: list[SegmentInfo] = []
    recordings: list[str] = []
    variables: dict[str, str] = {}
    ended_at: At | None = None
    cause: str = ""
    fault: str = ""
    sip_status: int = 0


class TraceMessage(Struct, frozen=True):
    """One SIP message as it crossed the wire; control characters are escaped in `text`."""

    at: At
    source: str
    target: str
    transport: str
    first_line: str
    sip_call_id: str = ""
    text: str = ""


class TraceInfo(Struct, frozen=True):
    """What SIP said about a call. `complete` is false when the oldest messages are gone from memory."""

    call_id: str
    parties: list[str]
    ladder: str
    """The ladder diagram, ready to print; lines end with a newline."""
    messages: list[TraceMessage]
    complete: bool = True


class HangupInfo(Struct, frozen=True):
    """A call is being ended; the `call.closed` event says when it is over."""

    call_id: str
    was: str
    """Its state before."""


class DialInfo(Struct, frozen=True):
    """A call that rings its first side; follow it by `calls.show` or the events."""

    call_id: str


class TapInfo(Struct, frozen=True):
    """A call's packets are being copied."""

    call_id: str
    file: str
    legs: list[str]
    seconds: float


class SpeakerInfo(Struct, frozen=True):
    """Somebody who speaks."""

    leg_id: str
    peer: str
    level_dbm0: float


class SpeechInfo(Struct, frozen=True):
    """Whether a call's speech is watched."""

    call_id: str
    on: bool
    speaking: list[str]
    """Legs that speak now, as far as that is known."""


class Calls(Struct, frozen=True):
    """Running calls, oldest first."""

    calls: list[CallInfo]
