"""The desk's orders about recordings. See desk.py."""

from __future__ import annotations

import asyncio
from pathlib import Path as FilePath

import msgspec

from media import orders, wav, words
from media.desk_base import Engines, MediaError
from media.engine_line import EngineRefused, EngineUnreachable
from media.words import RecordingFormat, RecordingReport, StreamId


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
    ) -> None:
        """Record what `left` says on the left channel, `right` on the right; without `right` the file is mono.

        A mono file becomes stereo when `record_right` names somebody; `channels=2` makes it so from the start; with
        `mix` both are on one channel for good. FLAC and Opus are a WAV (`path` with `.wav` behind) while they run;
        `RecordingEncoded` follows some time after the end.
        MediaError when the stream is unknown or the recording runs already. What the disk refuses comes later, as
        `RecordingFailed`.
        """
        line = self._where.get(left)
        if line is None:
            raise MediaError(f"stream {left!r} is not open")
        tracks = 1 if mix else channels or (2 if right else 1)
        try:
            await line.ask(orders.record(recording, path, left, right, tracks, form.value, mix))
        except (EngineRefused, EngineUnreachable) as refused:
            raise MediaError(str(refused)) from None
        self._recordings[recording] = line, path

    def record_right(self, recording: str, right: StreamId | None) -> None:
        """Who is on the right channel from now on."""
        if recording in self._recordings:
            self._recordings[recording][0].tell(orders.RecordRight(recording, right))

    def record_pause(self, recording: str) -> None:
        """Silence on both sides until `record_resume`; the file's time goes on, and its map says from when to when."""
        self._silence(recording, True, True, "pause")

    def record_mask(self, recording: str, *, left: bool = False, right: bool = False) -> None:
        """Silence on one side, or both, while something is said or keyed that must not be kept."""
        self._silence(recording, left, right, "mask")

    def record_resume(self, recording: str) -> None:
        """The end of a pause or a mask."""
        self._silence(recording, False, False, "resume")

    def _silence(self, recording: str, left: bool, right: bool, what: str) -> None:
        if recording in self._recordings:
            self._recordings[recording][0].tell(orders.RecordSilence(recording, left, right, what))

    async def record_stop(self, recording: str) -> RecordingReport:
        """End it; never raises: `failed` says what went wrong.

        Of a recording whose engine died, the report says what is in the file.
        """
        if recording not in self._recordings:
            return RecordingReport(recording, "", 0.0, 0, 0, 0, "no such recording")
        line, path = self._recordings.pop(recording)
        try:
            return msgspec.convert(await line.ask(orders.RecordStop(recording)), RecordingReport)
        except (EngineRefused, EngineUnreachable) as mistake:
            return await asyncio.to_thread(_what_is_left, recording, path, str(mistake))


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
    seconds = round((size - coding.header_bytes) / (coding.width * channels * words.RATE_HZ), 3)
    return RecordingReport(recording, str(found), seconds, channels, size, 0, failed, written_s=seconds)
