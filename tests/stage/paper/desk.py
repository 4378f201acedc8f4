"""Audio and speech on paper: what each stream would hear, and files that are never written.

Like the real desk: a play replaces the one before, `PlayEnded` follows every play in a turn of its own, an engine that is lost takes its streams along.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from media.answer import AnswerParameters
from media.desk import MediaError, NoEngine
from media.events import DigitHeard, EngineLost, MediaEvent, PlayEnded, RecordingFailed
from media.hearing import Hearing
from media.paths import LocalAddress, Path
from media.recording_report import RecordingFormat, RecordingMark, RecordingReport
from media.stream_report import StreamReport
from media.voice import VoiceError
from media.words import File, RoomId, Silence, Source, StreamId, Tone

SPEECH_S = 2.0
"""How long every file lasts."""


@dataclass
class PaperStream:
    engine: str
    path: Path | None = None
    play: int = 0
    sources: tuple[Source, ...] = ()
    ends: asyncio.TimerHandle | None = None
    music: str | None = None
    room: RoomId | None = None
    pressed: str = ""
    watched: bool = False
    keyed_by_sound: bool = False
    hidden: bool = False
    judged: AnswerParameters | None = None
    start_ms: int = 0
    stop_on: str = ""
    began: float = 0.0


@dataclass
class PaperRecording:
    path: FilePath
    left: StreamId
    right: StreamId | None
    channels: int
    began: float
    story: list[StreamId | str | None] = field(default_factory=list)
    """Who came on the right channel, "away" and "back", "pause", "mask left" and so on, "resume"."""
    form: RecordingFormat = RecordingFormat.WAV
    trim_s: float = 0.0


class PaperDesk:
    """Stands for `media.desk.Desk`."""

    def __init__(self, engines: Mapping[str, FilePath], listener: Callable[[MediaEvent], None]) -> None:
        self._listener = listener
        self.engine_names = list(engines)
        self.streams: dict[StreamId, PaperStream] = {}
        self.recordings: dict[str, PaperRecording] = {}
        self.past: dict[str, PaperRecording] = {}
        """Recordings that were stopped."""
        self.played: list[tuple[StreamId, tuple[Source, ...]]] = []
        self.hearings: dict[RoomId, Hearing] = {}
        """Of rooms that are more than two who talk."""
        self.announced: list[tuple[StreamId, tuple[Source, ...]]] = []
        self.doorbells: dict[RoomId, tuple[tuple[Source, ...], tuple[Source, ...]]] = {}
        self.loudest: dict[RoomId, int] = {}
        self.steered: list[tuple[StreamId, str]] = []
        """What was done to plays while they ran."""
        self.open_s = 0.0
        """How long an engine takes to open a stream, or begin a recording."""
        self.refuse = ""
        """Why no stream can be opened."""
        self.marks: tuple[RecordingMark, ...] = ()
        """What recordings that are stopped say of themselves."""
        self.disk = ""
        """Why nothing can be recorded."""
        self._plays = itertools.count(1)
        self._port = itertools.count(16384, 2)

    # ---- what a test does, or asks ------------------------------------------------------------------------------

    def tell(self, event: MediaEvent) -> None:
        asyncio.get_running_loop().call_soon(self._listener, event)

    def hears(self, stream: StreamId) -> str:
        """What a party hears now: "play ...", "music ...", "room ..." or "silence"."""
        found = self.streams[stream]
        if found.play:
            return "play " + " ".join(map(_words, found.sources))
        if found.music is not None:
            return f"music {found.music}"
        hearing = self.hearings.get(found.room) if found.room is not None else None
        peers = [
            other
            for other, its in self.streams.items()
            if its.room == found.room and other != stream and (hearing is None or hearing.gain(other, stream))
        ]
        return "room " + " ".join(peers) if found.room is not None else "silence"

    def said(self, stream: StreamId) -> list[str]:
        """All that was announced or played to a party so far."""
        return [_words(source) for to, sources in self.announced if to == stream for source in sources] + [
            _words(source) for to, sources in self.played if to == stream for source in sources
        ]

    def where(self, stream: StreamId) -> str:
        return self.streams[stream].engine if stream in self.streams else ""

    def lose_engine(self, name: str = "e1") -> None:
        streams = tuple(sorted(stream for stream, found in self.streams.items() if found.engine == name))
        lost = [self.streams.pop(stream) for stream in streams]
        self.tell(EngineLost(name, streams))
        for stream, found in zip(streams, lost, strict=True):
            if found.ends is not None:
                found.ends.cancel()
            if found.play:
                self.tell(PlayEnded(stream, found.play, "closed", 0))
        for recording, its in self.recordings.items():
            if its.left in streams:
                self.tell(RecordingFailed(recording, f"engine {name} died"))

    # ---- what the house asks ------------------------------------------------------------------------------------

    async def connect(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def open(self, stream: StreamId, near: StreamId | None = None) -> LocalAddress:
        if stream in self.streams:
            raise MediaError(f"stream {stream!r} is open already")
        if self.refuse:
            raise NoEngine(self.refuse)
        loads = {name: sum(s.engine == name for s in self.streams.values()) for name in self.engine_names}
        engine = self.streams[near].engine if near in self.streams else min(loads, key=lambda name: loads[name])
        self.streams[stream] = PaperStream(engine)  # known at once, as the desk does it
        await asyncio.sleep(self.open_s)
        return LocalAddress("127.0.0.1", next(self._port))

    def set_path(self, stream: StreamId, path: Path) -> None:
        if stream in self.streams:
            self.streams[stream].path = path

    async def close_stream(self, stream: StreamId) -> StreamReport:
        found = self.streams.pop(stream, None)
        if found is None:
            return StreamReport()
        self._end_play(stream, found, "closed")
        await asyncio.sleep(0)
        return StreamReport(packets_in=1)

    async def report(self, stream: StreamId) -> StreamReport:
        return StreamReport(packets_in=1) if stream in self.streams else StreamReport()

    async def play(
        self, stream: StreamId, sources: Sequence[Source], *, loop: bool = False, start_ms: int = 0, stop_on: str = ""
    ) -> int:
        play = next(self._plays)
        found = self.streams.get(stream)
        if found is None:
            self.tell(PlayEnded(stream, play, "closed", 0))
            return play
        self._end_play(stream, found, "stopped")
        found.play, found.sources, found.stop_on = play, tuple(sources), stop_on
        found.start_ms, found.began = start_ms, asyncio.get_running_loop().time()
        self.played.append((stream, found.sources))
        if not loop:
            seconds = max(0.0, sum(map(_seconds, sources)) - start_ms / 1000)
            found.ends = asyncio.get_running_loop().call_later(seconds, self._end_play, stream, found, "done")
        return play

    def heard(self, digit: DigitHeard) -> None:
        """The engine hears a digit: what it ends is over at once."""
        self.tell(digit)
        if (found := self.streams.get(digit.stream)) is not None and digit.digit in found.stop_on:
            self._end_play(digit.stream, found, "digit")

    def stop_play(self, stream: StreamId) -> None:
        if stream in self.streams:
            self._end_play(stream, self.streams[stream], "stopped")

    def music(self, stream: StreamId, name: str | None) -> None:
        if stream in self.streams:
            self.streams[stream].music = name

    def doorbell(self, room: RoomId, entry: Sequence[Source] = (), exit: Sequence[Source] = ()) -> None:
        self.doorbells[room] = (tuple(entry), tuple(exit))

    def watch_floor(self, room: RoomId, *, on: bool = True, loudest: int = 0) -> None:
        self.loudest[room] = loudest if on else 0

    def skip(self, stream: StreamId, ms: int) -> None:
        self.steered.append((stream, f"skip {ms}"))

    def play_speed(self, stream: StreamId, speed: float) -> None:
        self.steered.append((stream, f"speed {speed:g}"))

    def set_music(self, classes: Mapping[str, Sequence[str]]) -> None:
        self.classes = dict(classes)

    def send_digits(self, stream: StreamId, digits: str, on_ms: int = 100, gap_ms: int = 60) -> None:
        if stream in self.streams:
            self.streams[stream].pressed += digits

    def hide_keys(self, stream: StreamId, on: bool) -> None:
        if stream in self.streams:
            self.streams[stream].hidden = on

    def watch_tones(self, stream: StreamId, on: bool) -> None:
        if stream in self.streams:
            self.streams[stream].keyed_by_sound = on

    def watch_answer(self, stream: StreamId, parameters: AnswerParameters | None) -> None:
        if stream in self.streams:
            self.streams[stream].judged = parameters

    def watch_speech(self, stream: StreamId, on: bool) -> None:
        if stream in self.streams:
            self.streams[stream].watched = on

    def bridge(self, room: RoomId, streams: Sequence[StreamId]) -> None:
        known = [stream for stream in streams if stream in self.streams]
        for found in self.streams.values():
            if found.room == room:
                found.room = None
        for stream in known:
            self.streams[stream].room = room
        self.hearings.pop(room, None)

    def arrange(self, room: RoomId, hearing: Hearing) -> None:
        self.bridge(room, hearing.members)
        self.hearings[room] = hearing
        for member in hearing.members:
            self.music(member, hearing.held.get(member))

    def reshape(self, room: RoomId, before: Hearing, now: Hearing) -> None:
        for member in before.members:
            if member not in now.members:
                self.music(member, None)
        for member in now.members:
            if before.held.get(member) != now.held.get(member):
                self.music(member, now.held.get(member))
        self.bridge(room, now.members)
        self.hearings[room] = now

    def announce(
        self, where: RoomId | StreamId, sources: Sequence[Source], *, duck_db: float = 12.0, loop: bool = False
    ) -> int:
        if where in self.streams:
            self.announced.append((StreamId(where), tuple(sources)))
        return next(self._plays)

    def unbridge(self, stream: StreamId) -> None:
        if stream in self.streams:
            self.streams[stream].room = None

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
        if left not in self.streams:
            raise MediaError(f"stream {left!r} is not open")
        await asyncio.sleep(self.open_s)
        if self.disk:
            raise MediaError(self.disk)
        began = asyncio.get_running_loop().time()
        tracks = 1 if mix else channels or (2 if right else 1)
        self.recordings[recording] = PaperRecording(path, left, right, tracks, began, form=form, trim_s=trim_s)

    def record_right(self, recording: str, right: StreamId | None) -> None:
        if recording in self.recordings:
            self.recordings[recording].right = right
            self.recordings[recording].story.append(right)

    def record_pause(self, recording: str) -> None:
        if recording in self.recordings:
            self.recordings[recording].story.append("pause")

    def record_mask(self, recording: str, *, left: bool = False, right: bool = False) -> None:
        if recording in self.recordings:
            self.recordings[recording].story.append("mask" + " left" * left + " right" * right)

    def record_resume(self, recording: str) -> None:
        if recording in self.recordings:
            self.recordings[recording].story.append("resume")

    def record_away(self, recording: str) -> None:
        if recording in self.recordings:
            self.recordings[recording].story.append("away")

    def record_back(self, recording: str) -> None:
        if recording in self.recordings:
            self.recordings[recording].story.append("back")

    async def record_stop(self, recording: str) -> RecordingReport:
        found = self.recordings.pop(recording, None)
        if found is None:
            return RecordingReport(recording, "", 0.0, 0, 0, 0, "no such recording")
        self.past[recording] = found
        await asyncio.sleep(0)
        seconds = asyncio.get_running_loop().time() - found.began
        gone = "" if found.left in self.streams or seconds >= 0 else "gone"
        size = round(seconds * 32000)
        return RecordingReport(
            recording, str(found.path), seconds, found.channels, size, 0, gone, seconds, seconds, self.marks
        )

    async def engines(self) -> list[dict[str, Any]]:
        return [{"name": name, "connected": False} for name in self.engine_names]

    # ---- inside -------------------------------------------------------------------------------------------------

    def _end_play(self, stream: StreamId, found: PaperStream, why: str) -> None:
        if found.ends is not None:
            found.ends.cancel()
            found.ends = None
        if found.play:
            play, found.play, found.sources, found.stop_on = found.play, 0, (), ""
            heard_ms = round(1000 * (asyncio.get_running_loop().time() - found.began))
            self.tell(PlayEnded(stream, play, why, heard_ms))


class PaperVoice:
    """Stands for `media.voice.Voice`: every text is a file of that name at once."""

    def __init__(self, socket: FilePath, cache: FilePath) -> None:
        self.dumb: set[str] = set()
        """Texts that cannot be spoken."""
        self.speak_s = 0.0
        self.prepared: list[tuple[str, str]] = []

    async def speak(self, text: str, language: str) -> FilePath:
        await asyncio.sleep(self.speak_s)
        if text in self.dumb:
            raise VoiceError("on paper it cannot be said")
        return FilePath(f"/spoken/{language}/{text.replace('/', ' ')}")

    async def prepare(self, texts: Iterable[tuple[str, str]]) -> list[str]:
        self.prepared += list(texts)
        return [f"{text}: dumb" for text, _ in self.prepared if text in self.dumb]

    async def close(self) -> None:
        pass


def _words(source: Source) -> str:
    match source:
        case File(path):
            return FilePath(path).name
        case Tone(freqs_hz=freqs):
            return f"{freqs[0]:.0f} Hz"
        case Silence():
            return "silence"


def _seconds(source: Source) -> float:
    match source:
        case File():
            return SPEECH_S
        case Tone(on_ms=on_ms, off_ms=off_ms, repeat=repeat):
            return (on_ms + off_ms) * repeat / 1000
        case Silence(ms):
            return ms / 1000
