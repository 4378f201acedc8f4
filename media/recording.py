"""One recording of an engine: who is on it, where its file is, and its map.

Units: samples of 8 kHz; seconds monotonic. Deliberately absent: what happens to it (recorder.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from media.board import NOBODY
from media.recording_report import RecordingFormat, RecordingMark, RecordingReport
from media.trim import Trim
from media.words import FRAME_SAMPLES, RATE_HZ

AWAY = -1
"""No reel: nothing is recorded now."""

Ended = Callable[[RecordingReport], None]


@dataclass(slots=True)
class Recording:
    """One of an engine's."""

    name: str
    path: str
    channels: int
    reel: int = AWAY
    """AWAY while nothing is recorded."""
    at: int = 0
    """First sample of the block that is being filled."""
    dropped: int = 0
    created: bool = False
    failed: str = ""
    ended: Ended | None = None
    give_up_at: float = 0.0
    form: RecordingFormat = RecordingFormat.WAV
    mix: bool = False
    began: float = 0.0
    expected_s: float = 0.0
    away_since: float = 0.0
    away_s: float = 0.0
    rows: list[int] = field(default_factory=lambda: [NOBODY, NOBODY])
    """Who is on the two sides, silenced or not; `names` are their streams."""
    names: list[str] = field(default_factory=lambda: ["", ""])
    silenced: tuple[bool, bool] = (False, False)
    marks: list[RecordingMark] = field(default_factory=list)
    trim: Trim | None = None
    trimmed: bool = False
    """What comes is left out, since nobody is heard."""

    @property
    def heard(self) -> tuple[int, int]:
        """Rows whose sound goes into the file now."""
        left, right = (NOBODY if silent else row for row, silent in zip(self.rows, self.silenced, strict=True))
        return left, right

    @property
    def both(self) -> bool:
        """Blocks carry both sides."""
        return self.channels == 2 or self.mix

    def mark(self, what: str, waiting: int, now: float) -> None:
        """From here on it is different; so many frames of it are not handed over yet."""
        at = self.at + waiting * FRAME_SAMPLES
        heard = zip(self.names, self.silenced, strict=True)
        left, right = ("" if silent else stream for stream, silent in heard)
        clock_ms = round((now - self.began) * 1000)
        self.marks.append(RecordingMark(at * 1000 // RATE_HZ, what, left, right, clock_ms))

    def report(self, samples: int, size: int, failed: str, written: int) -> RecordingReport:
        """At its end: samples in the file, its bytes, samples that came."""
        return RecordingReport(
            self.name,
            self.path,
            round(samples / RATE_HZ, 3),
            self.channels,
            size,
            self.dropped,
            failed,
            self.expected_s,
            round(written / RATE_HZ, 3),
            tuple(self.marks),
        )
