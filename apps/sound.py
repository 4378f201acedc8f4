"""A line's audio: its stream in an engine, opened once, closed once, and what plays on it.

Time: seconds on the loop's clock. Deliberately absent: SDP (offers.py), who the party is (line.py), rooms (bridge.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from media.desk import MediaError
from media.events import PlayEnded
from media.paths import LocalAddress, Path
from media.stream_report import StreamReport
from media.words import Source, StreamId

if TYPE_CHECKING:
    from apps.house import House


class Sound:
    """One stream. `local` is its address, from its opening on; None when its engine died."""

    def __init__(self, house: House, stream: StreamId) -> None:
        self.stream = stream
        self.local: LocalAddress | None = None
        self.path: Path | None = None
        self.report = StreamReport()
        """Totals; final once closed."""
        self.heard_ms = 0
        """How much of the last play that ended was heard."""
        self._house = house
        self._opening: asyncio.Task[LocalAddress | MediaError] | None = None
        self._plays: dict[int, asyncio.Future[str]] = {}

    @property
    def engine(self) -> str:
        """The engine that has it; empty when none has."""
        return self._house.desk.where(self.stream)

    async def open(self, near: StreamId | None) -> LocalAddress:
        """The address, opening the stream if that has not been done, rather on the engine of `near`. Raises MediaError.

        It goes on when the asker is cancelled: a stream that nobody knows of would never be closed.
        """
        if self._opening is None:
            self._opening = self._house.spawn(self._open(near), f"open {self.stream}")
        found = await asyncio.shield(self._opening)
        if isinstance(found, MediaError):
            raise found
        return found

    async def _open(self, near: StreamId | None) -> LocalAddress | MediaError:
        try:
            self.local = await self._house.desk.open(self.stream, near)
        except MediaError as error:
            return error
        return self.local

    async def close(self) -> None:
        """Close it, also one that is just being opened; what plays ends as "closed"."""
        self.end_plays()
        if self._opening is not None:
            await self._opening
            self.report = await self._house.desk.close_stream(self.stream)

    def use(self, path: Path) -> None:
        """Offer and answer have agreed on this."""
        self.path = path
        self._house.desk.set_path(self.stream, path)

    def lost(self) -> None:
        """Its engine died."""
        self.local = None

    async def play(self, sources: Sequence[Source], *, loop: bool = False, start_ms: int = 0, stop_on: str = "") -> str:
        """Play to the party; why it ended: "done", "stopped", "digit" (one of `stop_on`), "failed", "closed"."""
        if self.local is None:
            return "closed"
        number = await self._house.desk.play(self.stream, sources, loop=loop, start_ms=start_ms, stop_on=stop_on)
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._plays[number] = future
        try:
            return await future
        finally:
            del self._plays[number]

    def stop_play(self) -> None:
        """What plays stops within one tick."""
        if self.local is not None:
            self._house.desk.stop_play(self.stream)

    def play_ended(self, event: PlayEnded) -> None:
        """The engine says so."""
        future = self._plays.get(event.play)
        if future is not None and not future.done():
            self.heard_ms = event.heard_ms
            future.set_result(event.why)

    def end_plays(self) -> None:
        """Nobody hears them any more."""
        for future in self._plays.values():
            if not future.done():
                future.set_result("closed")
