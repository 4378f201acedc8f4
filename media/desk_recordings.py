"""The desk's orders about recordings. See desk.py.

A recording runs on the engine of its left party. A right party on another engine comes by a tie that carries that voice
alone. What an engine is told of a recording is kept here too, roughly to the millisecond: an engine that dies cannot
answer for its recordings, and their reports must say all the same what should be in the files.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path as FilePath

import msgspec

from media import orders, wav, wording
from media.desk_base import Engines, MediaError, Running
from media.engine_line import EngineLine, EngineRefused, EngineUnreachable
from media.events import RecordingFailed
from media.recording_report import RecordingFormat, RecordingReport
from media.words import RATE_HZ, StreamId


class Recordings(Engines):
    """The part of the desk that records."""

    async def record(
        self,
        recording: str,
        path: FilePath,
        left: StreamId,
        right: StreamId | None = None,
        channels: int | None = None,
        *,
        form: RecordingFormat = RecordingFormat.WAV,
        mix: bool = False,
        trim_s: float = 0.0,
    ) -> None:
        """Record what `left` says on the left channel, `right` on the right; without `right` the file is mono.

        A mono file becomes stereo when `record_right` names somebody; `channels=2` makes it so from the start; with
        `mix` both are on one channel for good. FLAC and Opus are a WAV (`path` with `.wav` behind) while they run;
        `RecordingEncoded` follows some time after the end. With `trim_s`, what follows so long a silence is left out.
        MediaError when the stream is unknown or the recording runs already. What the disk refuses comes later, as
        `RecordingFailed`.
        """
        line = self._where.get(left)
        if line is None:
            raise MediaError(f"stream {left!r} is not open")
        if recording in self._recordings:
            raise MediaError(f"recording {recording!r} is running already")
        tracks = 1 if mix else channels or (2 if right else 1)
        running = Running(line, path, left, right or "", asyncio.get_running_loop().time(), trimmed=trim_s > 0)
        # Known before the answer: an engine that dies meanwhile must not leave a tie behind.
        self._recordings[recording] = running
        order = wording.record(recording, path, left, self._reached(running, right), tracks, form.value, mix, trim_s)
        try:
            await line.ask(order)
        except (EngineRefused, EngineUnreachable) as refused:
            del self._recordings[recording]
            if running.feed is not None:
                self._ties.close(running.feed)
            raise MediaError(str(refused)) from None

    def record_right(self, recording: str, right: StreamId | None) -> None:
        """Who is on the right channel from now on."""
        running = self._recordings.get(recording)
        if running is None:
            return
        before, running.feed = running.feed, None
        running.line.tell(orders.RecordRight(recording, self._reached(running, right)))
        if before is not None:
            self._ties.close(before)
        running.right = right or ""
        running.mark("right", self._now())

    def record_pause(self, recording: str) -> None:
        """Silence on both sides until `record_resume`; the file's time goes on, and its map says from when to when."""
        self._silence(recording, True, True, "pause")

    def record_mask(self, recording: str, *, left: bool = False, right: bool = False) -> None:
        """Silence on one side, or both, while something is said or keyed that must not be kept."""
        self._silence(recording, left, right, "mask")

    def record_resume(self, recording: str) -> None:
        """The end of a pause or a mask."""
        self._silence(recording, False, False, "resume")

    def record_away(self, recording: str) -> None:
        """Nothing is recorded until `record_back`, and the file does not grow; its map has both moments."""
        self._leave_out(recording, True)

    def record_back(self, recording: str) -> None:
        """The recording goes on where it stands."""
        self._leave_out(recording, False)

    def _silence(self, recording: str, left: bool, right: bool, what: str) -> None:
        if (running := self._recordings.get(recording)) is not None:
            running.line.tell(orders.RecordSilence(recording, left, right, what))
            running.silenced = (left, right)
            running.mark(what, self._now())

    def _leave_out(self, recording: str, away: bool) -> None:
        running = self._recordings.get(recording)
        if running is not None and running.is_away != away:
            running.line.tell(orders.RecordAway(recording, away))
            running.stand(away, self._now())

    async def record_stop(self, recording: str) -> RecordingReport:
        """End it; never raises: `failed` says what went wrong.

        Of a recording whose engine died, the report says what is in the file and what should be.
        """
        running = self._recordings.get(recording)
        if running is None:
            return RecordingReport(recording, "", 0.0, 0, 0, 0, "no such recording")
        now = self._now()
        del self._recordings[recording]
        try:
            if running.lost_at is not None:
                raise EngineUnreachable(f"engine {running.line.name} died")
            return msgspec.convert(await running.line.ask(orders.RecordStop(recording)), RecordingReport)
        except (EngineRefused, EngineUnreachable) as mistake:
            until = now if running.lost_at is None else running.lost_at
            running.left = running.right = ""
            running.mark("end", until)
            found = await asyncio.to_thread(_what_is_left, recording, running.path, str(mistake))
            # How much was left out in silence died with the engine: what is in the file is then all that is known.
            expected_s = found.seconds if running.trimmed else round(running.kept_s(until), 3)
            return replace(found, expected_s=expected_s, marks=tuple(running.marks))
        finally:
            if running.feed is not None:
                self._ties.close(running.feed)

    def _reached(self, running: Running, right: StreamId | None) -> str | None:
        """By what name the recording's engine knows `right`: a tie's when that is on another engine."""
        line = self._where.get(right) if right is not None else None
        if right is None or line is None or line is running.line:
            return right
        running.feed = self._ties.feed(right, line, running.line)
        return running.feed

    def _lose_recordings(self, line: EngineLine) -> None:
        """An engine died, and ended its recordings where they were."""
        for recording, running in self._recordings.items():
            if running.feed is not None and running.feed not in self._ties:
                running.feed, running.right = None, ""
                running.mark("right", self._now())
            if running.line is line and running.lost_at is None:
                running.lost_at = self._now()
                self._announce(RecordingFailed(recording, f"engine {line.name} died"))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _what_is_left(recording: str, path: FilePath, failed: str) -> RecordingReport:
    """Report on the file of a recording whose engine cannot answer for it."""
    beside = path.with_name(path.name + ".wav")
    found = path if path.exists() or not beside.exists() else beside
    try:
        with found.open("rb") as file:
            head = wav.read(file.read(wav.LONGEST_HEADER))
        size = found.stat().st_size
    except OSError:
        return RecordingReport(recording, str(path), 0.0, 0, 0, 0, failed)
    if head is None:
        return RecordingReport(recording, str(found), 0.0, 0, size, 0, failed)
    channels, coding = head
    seconds = round((size - coding.header_bytes) / (coding.width * channels * RATE_HZ), 3)
    return RecordingReport(recording, str(found), seconds, channels, size, 0, failed, written_s=seconds)
