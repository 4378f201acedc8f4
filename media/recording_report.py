"""What is said of a recording: how its file is made, who is on it when, and how much of it is there.

Frozen data. Deliberately absent: recording (recorder.py), files (tape.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class RecordingFormat(Enum):
    """How a recording lies on the disk when it is over."""

    WAV = "wav"
    """PCM of 16 bit."""
    WAV_ULAW = "wav-ulaw"
    WAV_ALAW = "wav-alaw"
    """G.711, half the bytes."""
    FLAC = "flac"
    OPUS = "opus"
    """In Ogg. Both are made when the recording is over; until then it is a WAV."""

    @property
    def suffix(self) -> str:
        """Of the file's name."""
        return f".{self.value}" if self.encoded else ".wav"

    @property
    def encoded(self) -> bool:
        """The final form is made at the end."""
        return self in (RecordingFormat.FLAC, RecordingFormat.OPUS)


@dataclass(frozen=True, slots=True)
class RecordingMark:
    """From here on a recording is different: another party, silence instead of it, a time left out, or its end."""

    at_ms: int
    """In the file."""
    what: str
    """begin, left, right, pause, mask, resume, away, back, end."""
    left: str
    right: str
    """Streams on the channels from here on; empty for nobody, or for one who is silenced."""
    clock_ms: int = 0
    """Since the recording began; more than `at_ms` by what was left out between "away" and "back"."""


@dataclass(frozen=True, slots=True)
class RecordingReport:
    """One recording when it ends."""

    recording: str
    path: str
    seconds: float
    channels: int
    bytes: int
    dropped_blocks: int
    failed: str
    """Empty when the file is whole, else why not."""
    expected_s: float = 0.0
    """By the clock, from its start to its end, without what was left out on purpose."""
    written_s: float = 0.0
    """Of audio that reached the disk; the file is filled up with silence where some did not."""
    marks: tuple[RecordingMark, ...] = ()
    """The map of its segments, in order."""

    @property
    def missing_s(self) -> float:
        """Seconds that should be in the file and are not."""
        return round(max(0.0, self.expected_s - self.written_s), 3)
