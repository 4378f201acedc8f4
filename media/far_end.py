"""What the far end of a stream says of itself and of us, by RTCP (report.py).

Deliberately absent: how much it lost, which is added up over all streams (board.py).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class FarEnd:
    """The newest of each."""

    round_trip_ms: float | None = None
    jitter_ms: float = 0.0
    reports: int = 0
    """How often it said what it hears of us."""
    gone: bool = False
    """It said good-bye."""
    last_sr: int = 0
    """The middle 32 bits of the NTP time stamp in its last sender report; 0 for none."""
    last_sr_at: float = 0.0
    """Monotonic."""
