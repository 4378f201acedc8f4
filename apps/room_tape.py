"""Keeps what is said in a room: one mono WAV.

    <site>/recordings/<kind>/<room>/20261122-040506.wav       kind: studio, conference

A recording keeps what one party says. Here that party is the room itself: an ear that only listens is a member of it,
and sends what it hears to the tape, a second stream of the same engine that is in no room. The path between the two is
RTP over the loopback, as any other stream's.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

import msgspec

from apps.api.events import RecordingEnded, RecordingStarted
from apps.api.types import MarkInfo, RecordingInfo, utc
from apps.recording import FAILED, HINT, NO_BEGIN
from apps.site_clock import local_now
from media.desk import MediaError
from media.paths import Codec, Direction, LocalAddress, Path
from media.words import StreamId

if TYPE_CHECKING:
    from apps.house import House

log = logging.getLogger("recording")


class RoomTape:
    """One recording of one room. `call`: who is in it when it begins."""

    def __init__(self, house: House, kind: str, room: str, call: str) -> None:
        at = local_now(house.site)
        self.name = f"{kind}-{room}-{at:%Y%m%d-%H%M%S}"
        self.ear = StreamId(f"{self.name}.ear")
        self._tape = StreamId(f"{self.name}.tape")
        self.path = house.site.paths.recordings / kind / room / f"{at:%Y%m%d-%H%M%S}.wav"
        self._house = house
        self._began = time.monotonic()
        self._at = time.time()
        self._marks: list[MarkInfo] = []
        self._info = RecordingInfo(self.name, call, str(self.path), utc(self._at), 0, 1, kind)
        self.failed = ""

    async def begin(self, near: StreamId) -> bool:
        """Open it all. False, with an alarm, when that cannot be."""
        desk, journal = self._house.desk, self._house.journal
        journal.recording_opened(self.name, self._info.call_id, self._at, self.path, channels=1, kind=self._info.kind)
        self._house.hub.publish(RecordingStarted(self._info))
        try:
            here = await desk.open(self.ear, near)
            there = await desk.open(self._tape, self.ear)
            desk.set_path(self.ear, _path(there, Direction.SENDONLY))
            desk.set_path(self._tape, _path(here, Direction.RECVONLY))
            await desk.record(self.name, FilePath(self.path), self._tape, channels=1)
        except MediaError as error:
            self.failed = str(error)
            self._house.alarms.raise_(NO_BEGIN, f"{self.path}: {error}", HINT)
            return False
        return True

    def mark(self, what: str, who: str) -> None:
        """Note that somebody came or went, and when in the file."""
        ms = round((time.monotonic() - self._began) * 1000)
        self._marks.append(MarkInfo(ms, what, who, "", "", "", ms))

    async def end(self) -> None:
        """Close it and its row."""
        desk = self._house.desk
        report = await desk.record_stop(self.name)
        for stream in (self.ear, self._tape):
            await desk.close_stream(stream)
        failed = self.failed or report.failed
        if failed:
            self._house.alarms.raise_(FAILED, f"{self.path}: {failed}", HINT)
        at = time.time()
        self._house.journal.recording_closed(
            self.name,
            at,
            seconds=report.seconds,
            bytes=report.bytes,
            dropped_blocks=report.dropped_blocks,
            failed=failed,
            missing_s=report.missing_s,
            marks=msgspec.json.encode(self._marks).decode(),
        )
        self._house.hub.publish(
            RecordingEnded(
                msgspec.structs.replace(
                    self._info,
                    length_ms=round(report.seconds * 1000),
                    ended_at=utc(at),
                    bytes=report.bytes,
                    dropped_blocks=report.dropped_blocks,
                    failed=failed,
                    missing_ms=round(report.missing_s * 1000),
                    marks=self._marks,
                )
            )
        )
        log.info("%s: %.1f s %s", self.path, report.seconds, failed)


def _path(far: LocalAddress, direction: Direction) -> Path:
    """To a stream of the same engine."""
    ip = "127.0.0.1" if far.ip == "0.0.0.0" else far.ip
    return Path(ip, far.port, Codec.PCMA, Codec.PCMA.payload_type, None, 20, direction, far.port + 1)
