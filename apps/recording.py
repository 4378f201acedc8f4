"""Recordings: where they lie, when they begin and end, their rows.

    <site>/recordings/2026/11/22/20261122-040506-<call id>-1.wav     a call: left the caller, right whom they talk with
    <site>/voicemail/<box>/20261122-040506-<call id>-1.wav           a message, mono

Names carry the site's local date and time of the first sample. A recording that fails never disturbs the call:
its row says why, and an alarm is raised.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from apps.api.events import RecordingEnded, RecordingStarted
from apps.api.types import RecordingInfo, utc
from apps.site_clock import local_now
from media.desk import MediaError
from media.words import RecordingReport, StreamId

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House

log = logging.getLogger("recording")

NO_BEGIN, FAILED = "A recording could not begin", "A recording failed"
"""Alarms; the next recording that is whole clears them."""
HINT = "See `zongji doctor`: disk space, and who may write there."


def file_name(directory: Path, call: str, number: int, at: datetime) -> Path:
    """Where recording `number` of a call that begins at `at` (site's local time) lies."""
    return directory / f"{at:%Y/%m/%d}" / f"{at:%Y%m%d-%H%M%S}-{call}-{number}.wav"


@dataclass(slots=True)
class _Live:
    call: Call
    info: RecordingInfo
    right: StreamId | None
    """Who is to be on the right channel; whoever it was when the start was ordered may be gone."""
    starting: asyncio.Task[str] = field(init=False)
    """Ends with why it could not begin, empty when it did."""


class Recorder:
    """Starts and ends recordings. Every method returns at once; the disk is waited for elsewhere."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._live: dict[str, _Live] = {}

    def start(self, call: Call, right: StreamId | None, *, queue: str, agent: str) -> str:
        """Record the caller of `call` left and `right` right; returns the recording's id."""
        number = len(call.recordings) + 1
        path = file_name(self._house.site.paths.recordings, call.id, number, local_now(self._house.site))
        return self._begin(call, path, right, channels=2, kind="call", queue=queue, agent=agent)

    def start_message(self, call: Call, mailbox: str) -> tuple[str, Path]:
        """Record what the caller says, mono, for a mailbox or for none; returns the recording's id and file."""
        number, at, paths = len(call.recordings) + 1, local_now(self._house.site), self._house.site.paths
        if mailbox:
            path = paths.voicemail / mailbox / f"{at:%Y%m%d-%H%M%S}-{call.id}-{number}.wav"
        else:
            path = file_name(paths.recordings, call.id, number, at)
        return self._begin(call, path, None, channels=1, kind="voicemail", mailbox=mailbox), path

    @property
    def running(self) -> list[str]:
        """Ids of the recordings that were begun and not ended."""
        return list(self._live)

    def other_side(self, recording: str, right: StreamId | None, agent: str) -> None:
        """From now on the right channel is this stream, of this agent."""
        live = self._live.get(recording)
        if live is None:
            return
        live.right = right
        if agent and agent != live.info.agent:
            live.info = structs.replace(live.info, agent=agent)
            self._house.journal.recording_agent(recording, agent)
        if live.starting.done():
            self._house.desk.record_right(recording, right)

    def stop(self, recording: str) -> None:
        """End it; the row is closed when the disk has the last sample. Again does nothing."""
        live = self._live.pop(recording, None)
        if live is not None:
            live.call.recording = ""
            self._house.spawn(self._stop(live), f"end of recording {recording}")

    def _begin(
        self,
        call: Call,
        path: Path,
        right: StreamId | None,
        *,
        channels: int,
        kind: str,
        queue: str = "",
        agent: str = "",
        mailbox: str = "",
    ) -> str:
        recording = f"{call.id}-{len(call.recordings) + 1}"
        call.recordings.append(recording)
        call.recording = recording
        at = call.at()
        self._house.journal.recording_opened(
            recording, call.id, at, path, channels=channels, kind=kind, queue=queue, agent=agent, mailbox=mailbox
        )
        info = RecordingInfo(
            recording, call.id, str(path), utc(at), 0, channels, kind, queue=queue, agent=agent, mailbox=mailbox
        )
        live = self._live[recording] = _Live(call, info, right)
        live.starting = self._house.spawn(self._start(live, path, channels), f"record {recording}")
        self._house.hub.publish(RecordingStarted(info))
        return recording

    async def _start(self, live: _Live, path: Path, channels: int) -> str:
        recording, right = live.info.recording_id, live.right
        try:
            await self._house.desk.record(recording, path, live.call.line.stream, right, channels=channels)
        except MediaError as error:
            self._house.alarms.raise_(NO_BEGIN, f"{path}: {error}", HINT)
            return str(error)
        self._house.alarms.clear(NO_BEGIN)
        if live.right != right:  # answered while the disk made the file
            self._house.desk.record_right(recording, live.right)
        return ""

    async def _stop(self, live: _Live) -> None:
        failed = await live.starting
        info = live.info
        if failed:
            report = RecordingReport(info.recording_id, info.path, 0.0, info.channels, 0, 0, failed)
        else:
            report = await self._house.desk.record_stop(info.recording_id)
            if report.failed:
                self._house.alarms.raise_(FAILED, f"{info.path}: {report.failed}", HINT)
            else:
                self._house.alarms.clear(FAILED)
        at = live.call.at()
        self._house.journal.recording_closed(
            report.recording,
            at,
            seconds=report.seconds,
            bytes=report.bytes,
            dropped_blocks=report.dropped_blocks,
            failed=report.failed,
            missing_s=report.missing_s,
            marks=msgspec.json.encode(report.marks).decode(),
        )
        self._house.hub.publish(
            RecordingEnded(
                structs.replace(
                    info,
                    length_ms=round(report.seconds * 1000),
                    ended_at=utc(at),
                    bytes=report.bytes,
                    dropped_blocks=report.dropped_blocks,
                    failed=report.failed,
                    caller=live.call.caller.number,
                    called=live.call.caller.called,
                )
            )
        )
