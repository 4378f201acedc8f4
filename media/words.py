"""The words that the whole media hall speaks: names, units, and what can be played. Frozen data; no numpy here.

A *stream* is one RTP session with one far end; a *room* is a set of streams mixed together; a *frame* is 20 ms
of samples; a *packet* is what goes over the wire.

Deliberately absent: what a stream agrees on (paths.py), what is told of it (events.py, stream_report.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

StreamId = NewType("StreamId", str)
"""The exchange names streams; it uses the leg's id."""
RoomId = NewType("RoomId", str)

FRAME_MS = 20
RATE_HZ = 8000
FRAME_SAMPLES = RATE_HZ * FRAME_MS // 1000
"""160: samples of one narrowband frame."""
WIDE_SAMPLES = 2 * FRAME_SAMPLES
"""320: samples of one wideband frame, at 16 kHz."""


@dataclass(frozen=True, slots=True)
class File:
    """An audio file that libsndfile reads; any rate; the first channel is played.

    With `follow` it may still grow, as a recording does: it is played until nothing has come for three seconds.
    """

    path: str
    follow: bool = False


@dataclass(frozen=True, slots=True)
class Tone:
    """Sines at once, with a cadence. `on_ms` 0 means without end; `repeat` 0 means for ever."""

    freqs_hz: tuple[float, ...]
    on_ms: int = 0
    off_ms: int = 0
    repeat: int = 1
    level_dbm0: float = -10.0


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing, for so long."""

    ms: int


Source = File | Tone | Silence
