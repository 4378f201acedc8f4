"""A change in a room does not click: by spectrum, sample by sample, and exact from the next frame on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import g711, mixer
from media.room import Rooms
from media.words import RoomId, StreamId

A, B, C = (StreamId(name) for name in "abc")
ROWS = {A: 1, B: 2, C: 3}
ROOM = RoomId("r")
CHANGES: dict[str, Callable[[Rooms], None]] = {
    "join": lambda rooms: rooms.bridge(ROOM, [A, B, C]),
    "leave": lambda rooms: rooms.leave(B),
    "mute": lambda rooms: rooms.hear(ROOM, {(B, A): 0.0}),
    "quieter": lambda rooms: rooms.hear(ROOM, {(B, A): 0.3}),
    "other room": lambda rooms: rooms.bridge(RoomId("r2"), [A, C]),
}


class Stage:
    """Three who say tones that do not end in a zero at any frame's end; `hear` runs ticks."""

    def __init__(self) -> None:
        self.rooms, self.wiring, self.tick = Rooms(), mixer.Wiring(6), 0
        self.laws = np.array([0, 0, 0, 1, 0, 0], np.uint8)
        self.rows = dict(ROWS)
        self.freqs = {1: 390.0, 2: 437.0, 3: 511.0}

    def frames(self) -> np.ndarray:
        time_s = (self.tick * 160 + np.arange(160)) / 8000
        pcm = np.zeros((6, 160), np.int16)
        for row, freq in self.freqs.items():
            pcm[row] = 8000 * np.cos(2 * np.pi * freq * time_s)
        self.tick += 1
        return g711.encode(pcm, self.laws)

    def hear(self, ticks: int, listener: int = 1) -> np.ndarray:
        heard = []
        for _ in range(ticks):
            self.wiring.follow(self.rooms, self.rows)
            self.last, out = self.frames(), np.zeros((6, 160), np.uint8)
            self.wiring.carry_out(self.last, self.laws, out)
            heard.append(g711.decode(out, self.laws)[listener])
        return np.concatenate(heard)


def click(pcm: np.ndarray) -> float:
    """The loudest 4 ms above 1.5 kHz [dB of full scale]: where tones of 400 to 500 Hz leave nothing."""
    window = np.hanning(320)
    loudest = 0.0
    for at in range(0, pcm.size - 320, 16):
        bins = np.abs(np.fft.rfft(pcm[at : at + 320] * window))[60:] / window.sum() * 2
        loudest = max(loudest, float(np.sqrt((bins**2).sum())))
    return 20 * float(np.log10(max(loudest, 1e-3) / 32768))


@pytest.mark.parametrize("what", CHANGES)
def test_no_change_clicks(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = []
    for hard in (False, True):
        if hard:
            monkeypatch.setattr(mixer.Fade, "lead_over", lambda *_: None)
        stage = Stage()
        stage.rooms.bridge(ROOM, [A, B])
        stage.hear(5)
        settled = stage.hear(5)
        CHANGES[what](stage.rooms)
        changed = click(np.concatenate([settled, stage.hear(6)]))
        # Two voices have more of G.711's noise than one.
        figures.append((max(click(settled), click(stage.hear(5))), changed))
    (floor, soft), (_, hard_click) = figures
    print(f"{what}: {floor:.0f} dBFS settled, {soft:.0f} faded, {hard_click:.0f} not")
    assert soft < floor + 2
    assert soft < hard_click - 5


def test_a_stream_that_closes_ends_softly_and_its_row_tells_nothing_to_the_next() -> None:
    stage = Stage()
    stage.rooms.bridge(ROOM, [A, B])
    stage.hear(5)
    settled = stage.hear(5)
    stage.rooms.leave(B)
    stage.wiring.forget(2, stage.last[2], 0)
    # At once another stream has the row, and is loud; and it hears nobody.
    stage.rows[StreamId("d")], stage.freqs[2] = stage.rows.pop(B), 3000.0
    heard = np.concatenate([settled, stage.hear(4)])
    assert click(heard) < -42
    assert (heard[6 * 160 :] == 0).all()
    stage = Stage()
    stage.rooms.bridge(ROOM, [A, B])
    stage.hear(5)
    stage.rooms.leave(B)
    stage.wiring.forget(2, stage.last[2], 0)
    stage.rows[StreamId("d")] = stage.rows.pop(B)
    assert (stage.hear(2, listener=2) == 0).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=3), st.integers(0, 2**32 - 1))
def test_one_frame_fades_as_by_hand_and_the_next_is_exact(story: list[str], seed: int) -> None:
    chance = np.random.default_rng(seed)
    laws = np.array([0, 0, 1, 0], np.uint8)
    rooms, wiring = Rooms(), mixer.Wiring(4)
    rooms.bridge(ROOM, [A, B])
    wiring.follow(rooms, ROWS)

    def settled(frames: np.ndarray) -> np.ndarray:
        """What a wiring hears that has always been so."""
        fresh, copy = mixer.Wiring(4), Rooms()
        for name, room in rooms.rooms.items():
            copy.bridge(name, room.members)
            copy.hear(name, room.gains)
        fresh.follow(copy, ROWS)
        out = np.zeros((4, 160), np.uint8)
        fresh.carry_out(np.full((4, 160), 255, np.uint8), laws, out)
        fresh.carry_out(frames, laws, out)
        return out

    out = np.zeros((4, 160), np.uint8)
    wiring.carry_out(np.full((4, 160), 255, np.uint8), laws, out)
    for what in story:
        frames = chance.integers(0, 256, (4, 160)).astype(np.uint8)
        old = settled(frames)
        CHANGES[what](rooms)
        wiring.follow(rooms, ROWS)
        wiring.carry_out(frames, laws, out)
        new = settled(frames)
        for row in (1, 2, 3):
            for n in range(160):
                if old[row, n] == new[row, n]:
                    assert out[row, n] == new[row, n]
                    continue
                was, will = (int(g711.DECODE[laws[row]][codes[row, n]]) for codes in (old, new))
                share = np.sin((n + 1) * np.pi / 320) ** 2
                wanted = was + (will - was) * share
                step = max(abs(wanted) / 16, 16)  # half a step of G.711, and a bit
                assert abs(int(g711.DECODE[laws[row]][out[row, n]]) - wanted) <= step
        frames = chance.integers(0, 256, (4, 160)).astype(np.uint8)
        wiring.follow(rooms, ROWS)
        wiring.carry_out(frames, laws, out)
        assert (out[1:] == settled(frames)[1:]).all()
