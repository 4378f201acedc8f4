"""The audio part of an engine's tick with wideband members, and far ends that say and hear in their codecs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from media import conceal, g711, jitter, mixer, wide
from media.board import FULL, SLOTS, Board
from media.crowd import Crowds
from media.g722 import G722, QUIET
from media.paths import Codec
from media.room import Rooms
from media.words import RoomId, StreamId

A, B, C = (StreamId(name) for name in "abc")
ROOM = RoomId("r")
LAWS = {Codec.PCMU: g711.MULAW, Codec.PCMA: g711.ALAW}
Sound = Callable[[np.ndarray], np.ndarray]


def tone(freq_hz: float, level: float = 8000.0) -> Sound:
    """Sound as a function of time [s]."""
    return lambda time_s: level * np.sin(2 * np.pi * freq_hz * time_s)


def silence(time_s: np.ndarray) -> np.ndarray:
    return np.zeros(time_s.size)


class Far:
    """A far end: says a sound in its codec, keeps what it hears as samples."""

    def __init__(self, codec: Codec, sound: Sound) -> None:
        self.codec, self.sound = codec, sound
        self.rate = 16000 if codec.wide else 8000
        self.coder = G722(2)
        self.coder.begin(1)
        self.heard: list[np.ndarray] = []
        self.bytes: list[np.ndarray] = []
        self.said: list[np.ndarray] = []

    def say(self, tick: int) -> np.ndarray:
        size = self.rate // 50
        pcm = self.sound((tick * size + np.arange(size)) / self.rate).astype(np.int16)
        codes = self.coder.encode([1], pcm[None])[0].copy() if self.codec.wide else self.law(pcm)
        self.said.append(codes)
        return codes

    def law(self, pcm: np.ndarray) -> np.ndarray:
        return g711.encode_all(pcm, LAWS[self.codec])

    def hear(self, codes: np.ndarray) -> None:
        self.bytes.append(codes.copy())
        if self.codec.wide:
            self.heard.append(self.coder.decode([1], codes[None], [3])[0].copy())
        else:
            self.heard.append(g711.DECODE[LAWS[self.codec]][codes])

    def pcm(self, last: int) -> np.ndarray:
        return np.concatenate(self.heard[-last:])


class Stage:
    """The audio part of an engine's tick, in its order."""

    def __init__(self, **fars: Far) -> None:
        self.board, self.rooms, self.crowds = Board(16), Rooms(), Crowds()
        self.wanted: list[int] = []
        self.wiring, self.wide = mixer.Wiring(16), wide.Wide(self.board, lambda: [np.array(self.wanted, np.int64)])
        self.fars: dict[StreamId, Far] = {}
        self.rows: dict[StreamId, int] = {}
        self.lost: dict[StreamId, set[int]] = {}
        self.over: dict[StreamId, np.ndarray] = {}
        for name, far in fars.items():
            self.join(StreamId(name), far)

    def join(self, name: StreamId, far: Far) -> None:
        b, row = self.board, self.board.take()
        self.fars[name], self.rows[name] = far, row
        b.hears[row] = b.sends[row] = True
        self.speak(name, far.codec)

    def speak(self, name: StreamId, codec: Codec) -> None:
        row = self.rows[name]
        self.wide.forget(row)
        self.board.set_law(row, g711.law_of(codec), QUIET if codec.wide else None)
        self.wide.speak(row, codec)
        if (room := self.rooms.where(name)) is not None:
            self.rooms.touched.add(room)

    def talk(self, ticks: int) -> None:
        b = self.board
        for _ in range(ticks):
            b.tick += 1
            for name, far in self.fars.items():
                row, codes = self.rows[name], far.say(b.tick)
                if b.tick not in self.lost.get(name, ()):
                    b.ring[b.tick % SLOTS, row] = codes
                    b.filled[b.tick % SLOTS, row] = FULL
            self.step()

    def step(self) -> None:
        b = self.board
        frames, holes = jitter.pop(b, b.tick)
        self.wide.hear(frames, b.tick)
        conceal.fill(b, b.tick, holes)
        self.wide.mend(frames, b.tick)
        jitter.clear(b, b.tick)
        if self.rooms.touched:
            self.crowds.follow(self.rooms, self.rows, b.law)
        self.wide.follow(self.rooms, self.rows)
        self.wiring.follow(self.rooms, self.rows)
        out = b.out[: b.high]
        self.wiring.carry_out(frames, b.law, out)
        self.crowds.carry_out(frames, b.law, out)
        self.wide.note(out)
        for name, codes in self.over.items():
            out[self.rows[name]] = codes
        self.wide.encode(out, frames, b.tick)
        for name, far in self.fars.items():
            far.hear(out[self.rows[name]])


def level(pcm: np.ndarray, freq_hz: float, rate: int) -> float:
    """Of one frequency [dB of full scale]."""
    window = np.hanning(pcm.size)
    turn = np.exp(-2j * np.pi * freq_hz * np.arange(pcm.size) / rate)
    return 20 * float(np.log10(max(abs((pcm * window * turn).sum()) / window.sum() * 2, 1e-3) / 32768))


def levels(far: Far, last: int) -> np.ndarray:
    """Of quarters of frames [dB of full scale]."""
    quarters = far.pcm(last).reshape(-1, far.rate // 200).astype(float)
    return 20 * np.log10(np.sqrt(np.mean(quarters**2, axis=1)) / 32768)


SAID = 20 * np.log10(8000 / 32768)
CHANGES: dict[str, Callable[[Stage], None]] = {
    "a third one comes": lambda stage: stage.rooms.join(ROOM, C),
    "one goes": lambda stage: stage.rooms.leave(B),
    "mute": lambda stage: stage.rooms.hear(ROOM, {}, {B: 0.0}, {}),
}
