"""What is counted of one stream, both directions: every packet that was not heard has a name here.

Frozen data. Deliberately absent: the counting (board.py), what is reckoned from it (report.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StreamReport:
    """Totals of one stream, both directions."""

    packets_in: int = 0
    packets_out: int = 0
    bytes_in: int = 0
    lost: int = 0
    late: int = 0
    duplicate: int = 0
    concealed_ms: int = 0
    jitter_ms: float = 0.0
    round_trip_ms: float | None = None
    far_lost: int = 0
    """Packets of ours that the far end's RTCP reports lost."""
    dropped: dict[str, int] = field(default_factory=dict)
    """Packets thrown away, by named reason: "source" (another than the stream is locked to), "type" (payload type),
    "short", "long", "version" (no RTP), "stun", "dtls", "rtcp" (malformed), "digit" (an event that is none), "flood"
    (more than is read in a tick), "overrun" (more than the kernel keeps), "direction" (we do not receive), "order"
    (far off in sequence or time), "early" (before offer and answer agreed), "line" (thrown away while the stream was
    locked to its source, or the kernel would not), "waited" (at the door, behind a newer one), "auth" (SRTP with a
    wrong key, altered, cut off, or none at all where it should be), "replay" (SRTP that came before)."""
    refused_out: int = 0
    """Packets of ours that the kernel did not take, or that came back as undeliverable."""
    resynced: int = 0
    """How often the far end's numbering or time line began anew."""
    stretched_ms: int = 0
    shrunk_ms: int = 0
    """Delay put in because packets came late, and audio left out to lose it again."""
    far_jitter_ms: float = 0.0
    """As the far end's RTCP says."""
    delay_ms: int = 0
    """Play-out delay that we keep for what comes in."""
    bursts: int = 0
    burst_ms: int = 0
    gap_ms: int = 0
    """Bursts of loss in what came in, their mean length and that of what lies between: RFC 3611 4.7.2."""
    mos_in: float | None = None
    mos_out: float | None = None
    """What a listener would say (1..4.5, E-model) of what came in, and of what the far end hears from us; None before
    anything came, or before the far end reported."""
    path: str = ""
    """`udp 40002 > jitter 60ms > PCMU > room 12`."""
