"""Recordings: where they lie, when they begin and end, their rows.

    <site>/recordings/2026/11/22/20261122-040506-<call id>-1.wav     a call: left the caller, right whom they talk with
    <site>/voicemail/<box>/20261122-040506-<call id>-1.wav           a message, mono

A call that a queue records has one recording, however many people it talks with, by whatever queues and dials: it is
taken up again with each of them, and its row has the map of who was on which channel when. Between two talks the file
stands still, unless the site keeps what lies between (`recording.keep_between`). A recording that breaks is followed by
another one when the call next talks.

Calls are WAV, FLAC or Opus, both sides mixed or not (`recording` in switch.yaml); messages are WAV.
A pause or a mask is silence in the file, whose time goes on; it ends with the talk at the latest.

Names carry the site's local date and time of the first sample. A recording that fails never disturbs the call:
its row says why, and an alarm is raised.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from apps.api.book_types import RecordingControl, RecordingState, Side
from apps.api.events import RecordingChanged, RecordingEnded, RecordingStarted
from apps.api.types import RecordingInfo, utc
from apps.recording_hush import Hush
from apps.recording_live import Live
from apps.site_clock import local_now
from media.desk import MediaError
from media.recording_report import RecordingFormat, RecordingReport
from media.words import StreamId
from switch.events import Ended
from switch.words import CallId

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House

log = logging.getLogger("recording")

NO_BEGIN, FAILED = "A recording could not begin", "A recording failed"
"""Alarms; the next recording that is whole clears them."""
HINT = "See `zongji doctor`: disk space, and who may write there."


def file_name(directory: Path, call: str, number: int, at: datetime, suffix: str = ".wav") -> Path:
    """Where recording `number` of a call that begins at `at` (site's local time) lies."""
    return directory / f"{at:%Y/%m/%d}" / f"{at:%Y%m%d-%H%M%S}-{call}-{number}{suffix}"


class Recorder:
    """Starts and ends recordings. Every method returns at once; the disk is waited for elsewhere."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._live: dict[str, Live] = {}
        self._following: dict[CallId, str] = {}
        """The recording that follows a call."""

    def follow(self, call: Call, right: StreamId | None, *, queue: str = "", agent: str = "") -> None:
        """From now on the call is recorded, the caller left and `right` right: anew, or in the recording it has."""
        live = self._followed(call)
        if live is None:
            if not call.line.live:
                return
            number, how = len(call.recordings) + 1, self._house.site.switch.recording
            at, suffix = local_now(self._house.site), how.format.suffix
            path = file_name(self._house.site.paths.recordings, call.id, number, at, suffix)
            channels = 1 if how.mixed else 2
            recording = self._begin(call, path, right, channels=channels, kind="call", queue=queue, agent=agent)
            self._following[call.id] = recording
            call.line.watchers.add(partial(self._line_over, recording))
        else:
            self._turn(live, right, agent)
            self._away(live, False)

    def take_up(self, call: Call, right: StreamId) -> None:
        """The call talks with somebody whom no queue gave: a recording that it has goes on."""
        if self._followed(call) is not None:
            self.follow(call, right)

    def rest(self, call: Call, *, keep: bool = True) -> None:
        """The talk is over, and the caller stays. Without `keep` nothing is recorded now, whatever the site says."""
        live = self._followed(call)
        if live is not None:
            self.resume(call)
            self._away(live, not (keep and self._house.site.switch.recording.keep_between))
            self._turn(live, None, "")

    def pause(self, call: Call) -> RecordingControl | None:
        """Silence on all of the call's recording until `resume`, or until the talk is over; None when it has none."""
        return self._hush(call, lambda hush: setattr(hush, "paused", True))

    def mask(self, call: Call, side: Side) -> RecordingControl | None:
        """The same for one side: what is said or keyed there must not be kept."""
        return self._hush(call, lambda hush: hush.mask(side))

    def resume(self, call: Call) -> RecordingControl | None:
        """Both sides are recorded again."""
        return self._hush(call, Hush.resume)

    def state(self, call: Call) -> RecordingState | None:
        """How what records the call stands; None when nothing does."""
        found = [live.hush.state for live in self._live.values() if live.call is call]
        return found[-1] if found else None

    def hide(self, call: Call, on: bool) -> None:
        """Silence on the caller's side, while they key what must not be kept."""
        self._hush(call, lambda hush: setattr(hush, "keys", on))

    def _hush(self, call: Call, change: Callable[[Hush], None]) -> RecordingControl | None:
        told = None
        for recording, live in self._live.items():
            if live.call is call:
                before, was = (live.hush.left, live.hush.right), live.hush.state
                change(live.hush)
                if live.starting.done() and before != (live.hush.left, live.hush.right):
                    self._silence(recording, live.hush)
                told = RecordingControl(call.id, recording, live.hush.state)
                if live.hush.state != was:
                    self._house.hub.publish(RecordingChanged(call.id, recording, live.hush.state))
        return told

    def _silence(self, recording: str, hush: Hush) -> None:
        if hush.paused:
            self._house.desk.record_pause(recording)
        elif hush.left or hush.right:
            self._house.desk.record_mask(recording, left=hush.left, right=hush.right)
        else:
            self._house.desk.record_resume(recording)

    def broke(self, recording: str) -> None:
        """The media hall says that it failed."""
        if (live := self._live.get(recording)) is not None:
            live.broken = True

    def _followed(self, call: Call) -> Live | None:
        """The recording that follows a call and is well; one that is not is ended."""
        live = self._live.get(self._following.get(call.id, ""))
        if live is None:
            return None
        if live.broken or (live.starting.done() and live.starting.result()):
            self.stop(live.info.recording_id)
            return None
        return live

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

    def _turn(self, live: Live, right: StreamId | None, agent: str) -> None:
        """From now on the right channel is this stream, of this agent."""
        recording = live.info.recording_id
        changed, live.right = live.right != right, right
        if right is not None and agent:
            live.agents[right] = agent
        if agent and agent != live.info.agent:
            live.info = structs.replace(live.info, agent=agent)
            self._house.journal.recording_agent(recording, agent)
        if changed and live.starting.done():
            self._house.desk.record_right(recording, right)

    def _away(self, live: Live, away: bool) -> None:
        """The file stands still from now on, or goes on."""
        recording = live.info.recording_id
        if live.away == away:
            return
        live.away = away
        live.call.recording = "" if away else recording
        if live.starting.done():
            (self._house.desk.record_away if away else self._house.desk.record_back)(recording)

    def stop(self, recording: str) -> asyncio.Task[None] | None:
        """End it; the row is closed when the disk has the last sample, and the task is over. Again does nothing."""
        live = self._live.pop(recording, None)
        if live is not None:
            if live.call.recording == recording:
                live.call.recording = ""
            if self._following.get(live.call.id) == recording:
                del self._following[live.call.id]
            return self._house.spawn(self._stop(live), f"end of recording {recording}")
        return None

    def _line_over(self, recording: str, _: Ended) -> None:
        self.stop(recording)

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
        live = self._live[recording] = Live(call, info, right)
        if right is not None and agent:
            live.agents[right] = agent
        how = self._house.site.switch.recording
        form, mix = (how.format, how.mixed) if kind == "call" else (RecordingFormat.WAV, False)
        live.starting = self._house.spawn(self._start(live, path, channels, form, mix), f"record {recording}")
        self._house.hub.publish(RecordingStarted(info))
        return recording

    async def _start(self, live: Live, path: Path, channels: int, form: RecordingFormat, mix: bool) -> str:
        recording, right = live.info.recording_id, live.right
        trim_s = (self._house.site.switch.recording.trim_silence_s or 0.0) if live.info.kind == "call" else 0.0
        try:
            await self._house.desk.record(
                recording, path, live.call.line.stream, right, channels=channels, form=form, mix=mix, trim_s=trim_s
            )
        except MediaError as error:
            self._house.alarms.raise_(NO_BEGIN, f"{path}: {error}", HINT)
            return str(error)
        self._house.alarms.clear(NO_BEGIN)
        if live.right != right:  # answered while the disk made the file
            self._house.desk.record_right(recording, live.right)
        if live.away:
            self._house.desk.record_away(recording)
        if live.hush.state != "recording":
            self._silence(recording, live.hush)
        return ""

    async def _stop(self, live: Live) -> None:
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
        at, marks = live.call.at(), [live.named(mark) for mark in report.marks]
        self._house.journal.recording_closed(
            report.recording,
            at,
            seconds=report.seconds,
            bytes=report.bytes,
            dropped_blocks=report.dropped_blocks,
            failed=report.failed,
            missing_s=report.missing_s,
            marks=msgspec.json.encode(marks).decode(),
            encoding=Path(info.path).suffix != ".wav",
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
                    missing_ms=round(report.missing_s * 1000),
                    marks=marks,
                    caller=live.call.caller.number,
                    called=live.call.caller.called,
                )
            )
        )
