"""What all parts of the desk share: which engine has what, and how it is told. See desk.py.

Deliberately absent: every order (desk_plays.py, desk_rooms.py, desk_recordings.py).
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from media.desk_floor import Speakers
from media.desk_ties import TieLines
from media.engine_line import EngineLine
from media.events import MediaEvent
from media.messages import DeskOrder
from media.recording_report import RecordingMark
from media.spread import Spread
from media.words import RoomId, StreamId


class MediaError(Exception):
    """The media hall cannot do it. The message is one sentence."""


class NoEngine(MediaError):
    """No engine is connected."""


class NoPort(MediaError):
    """The engine has no RTP port, or no room, for another stream."""


@dataclass(slots=True)
class Running:
    """A recording as the desk knows it. Times are the loop's."""

    line: EngineLine
    path: FilePath
    left: str
    right: str
    began: float
    feed: StreamId | None = None
    """The tie by which the right party comes."""
    trimmed: bool = False
    """Silence is left out of it."""
    silenced: tuple[bool, bool] = (False, False)
    away_at: float | None = None
    away_s: float = 0.0
    lost_at: float | None = None
    """When its engine died."""
    marks: list[RecordingMark] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.mark("begin", self.began)

    @property
    def is_away(self) -> bool:
        """Nothing is recorded now."""
        return self.away_at is not None

    def kept_s(self, now: float) -> float:
        """Seconds that should be in the file."""
        away_s = self.away_s + (now - self.away_at if self.away_at is not None else 0.0)
        return max(0.0, now - self.began - away_s)

    def stand(self, away: bool, now: float) -> None:
        """Away from now on, or back."""
        if away:
            self.away_at = now
        elif self.away_at is not None:
            self.away_s += now - self.away_at
            self.away_at = None
        self.mark("away" if away else "back", now)

    def mark(self, what: str, now: float) -> None:
        """As the engine marks it (recorder.py)."""
        left, right = ("" if mute else who for who, mute in zip((self.left, self.right), self.silenced, strict=True))
        at_ms, clock_ms = round(self.kept_s(now) * 1000), round((now - self.began) * 1000)
        self.marks.append(RecordingMark(at_ms, what, left, right, clock_ms))


class Engines:
    """The part of the desk that knows where things are."""

    def __init__(self, listener: Callable[[MediaEvent], None]) -> None:
        self._listener = listener
        self._where: dict[StreamId, EngineLine] = {}
        self._rooms: dict[RoomId, Spread] = {}
        self._inside: dict[StreamId, RoomId] = {}
        """The room that a stream is in."""
        self._ties = TieLines()
        self._speakers = Speakers()
        self._recordings: dict[str, Running] = {}
        self._playing: dict[int, StreamId] = {}
        self._announced: dict[int, EngineLine] = {}
        self._plays = itertools.count(1)
        self._music: dict[str, list[str]] = {}

    def where(self, stream: StreamId) -> str:
        """The engine that has the stream; empty when none has."""
        line = self._where.get(stream)
        return line.name if line is not None else ""

    def _tell(self, stream: StreamId, order: DeskOrder) -> bool:
        line = self._where.get(stream)
        if line is None:
            return False
        line.tell(order)
        return True

    def _announce(self, event: MediaEvent) -> None:
        # In a turn of its own: a listener that raises must not take the connection to the engine along.
        asyncio.get_running_loop().call_soon(self._listener, event)
