"""The exchange's handle on the engines: every stream by its name, wherever it runs.

A stream lives on the engine that had least to do when it was opened, rather on that of its partner (placing.py). Rooms
may have members on several engines. Orders to one engine arrive in the order in which they were given. An engine that
dies takes its streams along: `EngineLost` says so once, and the desk connects again when the supervisor has restarted
it: `EngineBack`. Streams that an engine still has from an earlier exchange are closed at connecting.

All of it runs on the caller's event loop. Deliberately absent: what engines do (engine.py), and the orders that are
kept apart: plays (desk_plays.py), rooms (desk_rooms.py), recordings (desk_recordings.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

import msgspec

from media import events, orders, placing, wording
from media.desk_base import MediaError, NoEngine, NoPort
from media.desk_recordings import Recordings
from media.desk_rooms import Bridges
from media.engine_line import EngineLine, EngineRefused, EngineUnreachable
from media.events import AnnouncementEnded, EngineBack, EngineLost, FloorChanged, MediaEvent, PlayEnded
from media.messages import DeskOrder
from media.paths import LocalAddress, Path
from media.stream_report import StreamReport
from media.words import StreamId

_EVENTS: dict[str, type[MediaEvent]] = {
    kind.__name__: kind
    for kind in (
        events.DigitHeard,
        events.PlayEnded,
        events.AnnouncementEnded,
        events.RtpLost,
        events.RtpBack,
        events.SpeechChanged,
        events.FloorChanged,
        events.ToneHeard,
        events.AnswerJudged,
        events.BeepHeard,
        events.RecordingFailed,
        events.RecordingEncoded,
        events.TapEnded,
    )
}

FIGURES_S = 1.0
"""An engine that does not say how it is within so long is shown without figures."""

__all__ = ["Desk", "MediaError", "NoEngine", "NoPort"]


class Desk(Bridges, Recordings):
    """Call `connect` before anything else; `listener` is called on the loop with what engines tell."""

    def __init__(self, engines: Mapping[str, FilePath], listener: Callable[[MediaEvent], None]) -> None:
        super().__init__(listener)
        self._lines = {
            name: EngineLine(name, path, functools.partial(self._told, name), self._lost, self._greet)
            for name, path in engines.items()
        }
        self._missed: set[str] = set()
        """Engines that were lost and are not back."""

    async def connect(self) -> None:
        """Connect to all engines. NoEngine when none answers within five seconds; missing ones are tried on."""
        await asyncio.gather(*(line.start(5.0) for line in self._lines.values()))
        if not any(line.connected for line in self._lines.values()):
            raise NoEngine("no media engine answers on " + ", ".join(str(line.path) for line in self._lines.values()))

    async def close(self) -> None:
        """Disconnect. Streams that are open stay as they are."""
        await asyncio.gather(*(line.stop() for line in self._lines.values()))

    # ---- streams -------------------------------------------------------------------------------------------

    async def open(self, stream: StreamId, near: StreamId | None = None) -> LocalAddress:
        """Address of a new stream. NoEngine, NoPort; MediaError when the name is in use.

        With `near`, on the engine of that stream if that has room: two who talk there need no tie.
        """
        if stream in self._where:
            raise MediaError(f"stream {stream!r} is open already")
        partner = self._where.get(near) if near is not None else None
        lines = sorted(
            (line for line in self._lines.values() if line.connected),
            key=lambda line: placing.rank(line.standing, partner=line is partner),
        )
        if not lines:
            raise NoEngine("no media engine is connected")
        refusal: MediaError = NoPort("no media engine has a port")
        for line in lines:
            self._where[stream] = line
            line.streams.add(stream)
            try:
                ip, port = await line.ask(orders.Open(stream))
                return LocalAddress(ip, port)
            except EngineUnreachable as gone:
                refusal = NoEngine(str(gone))
            except EngineRefused as refused:
                refusal = (NoPort if refused.name == "NoPort" else MediaError)(str(refused))
            line.streams.discard(stream)
            self._where.pop(stream, None)
        raise refusal

    def set_path(self, stream: StreamId, path: Path) -> None:
        """Start the stream, or change where it sends and what it reads."""
        self._tell(stream, wording.set_path(stream, path))

    async def close_stream(self, stream: StreamId) -> StreamReport:
        """Close it; its totals, which are empty for an unknown or lost stream."""
        self._part(stream)
        line = self._where.pop(stream, None)
        if line is None:
            return StreamReport()
        line.streams.discard(stream)
        return await self._report(line, orders.Close(stream))

    async def report(self, stream: StreamId) -> StreamReport:
        """Totals up to now; empty for an unknown or lost stream."""
        line = self._where.get(stream)
        return await self._report(line, orders.Report(stream)) if line else StreamReport()

    def tap(self, streams: Sequence[StreamId], path: FilePath, seconds: float) -> None:
        """Copy their packets into a new pcap file until they close, or for so long; `TapEnded` follows.

        MediaError when none is open. Of streams on several engines only those on the first one's are copied.
        """
        line = next((self._where[stream] for stream in streams if stream in self._where), None)
        if line is None:
            raise MediaError("none of the streams is open")
        here = [str(stream) for stream in streams if self._where.get(stream) is line]
        line.tell(orders.Tap(str(path.absolute()), here, seconds))

    # ---- engines -------------------------------------------------------------------------------------------

    async def engines(self) -> list[dict[str, Any]]:
        """Figures of each engine: name, connected, pid, streams, rooms, ties, cpu_s, busy, rss_kb, lateness ..."""
        return list(await asyncio.gather(*map(self._figures, self._lines.values())))

    async def _figures(self, line: EngineLine) -> dict[str, Any]:
        figures: dict[str, Any] = {"name": line.name, "connected": line.connected}
        with contextlib.suppress(EngineRefused, EngineUnreachable):
            figures.update(await line.ask(orders.State(), FIGURES_S))
            figures["counters"] |= line.lost
        return figures

    # ---- inside --------------------------------------------------------------------------------------------

    async def _report(self, line: EngineLine, order: DeskOrder) -> StreamReport:
        try:
            return msgspec.convert(await line.ask(order), StreamReport)
        except (EngineRefused, EngineUnreachable):
            return StreamReport()

    async def _greet(self, line: EngineLine) -> None:
        """A new connection: what is there from before is closed, and the music is set."""
        found = await line.ask(orders.Hello())
        for recording in found["recordings"]:
            line.tell(orders.RecordStop(recording))
        for stream in found["streams"]:
            line.tell(orders.Close(stream))
        for tie in found["ties"]:
            line.tell(orders.Untie(tie))
        if self._music:
            line.tell(orders.SetMusic(self._music))
        if line.name in self._missed:
            self._missed.discard(line.name)
            self._announce(EngineBack(line.name))

    def _told(self, engine: str, name: str, fields: Any) -> None:
        kind = _EVENTS.get(name)
        if kind is None:
            return
        event = msgspec.convert(fields, kind)
        if isinstance(event, PlayEnded):
            self._playing.pop(event.play, None)
        elif isinstance(event, AnnouncementEnded) and self._announced.pop(event.number, None) is None:
            return  # a doorbell of ours
        elif isinstance(event, FloorChanged):
            changed = self._speakers.heard(engine, event)
            if changed is None:
                return
            event = changed
        self._announce(event)

    def _lost(self, line: EngineLine) -> None:
        streams = tuple(sorted(line.streams))
        line.streams.clear()
        self._missed.add(line.name)
        for stream in streams:
            self._where.pop(stream, None)
        self._lose_rooms(line)
        self._announce(EngineLost(line.name, streams))
        for changed in self._speakers.lost(line.name):
            self._announce(changed)
        for play, stream in [(play, stream) for play, stream in self._playing.items() if stream in streams]:
            del self._playing[play]
            self._announce(PlayEnded(stream, play, "closed", 0))
        for number in [number for number, held in self._announced.items() if held is line]:
            del self._announced[number]
            self._announce(AnnouncementEnded(number, "closed", 0))
        self._lose_recordings(line)
