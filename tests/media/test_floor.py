"""The floor: seats on paper; who speaks, and only the loudest let through, over the arrays that the engine uses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import floor_watch, g711
from media.board import Board
from media.events import FloorChanged
from media.floor import HOLD_TICKS, LEAST_TICKS, MARGIN_DB, Seats
from media.floor_watch import Floors
from media.mixer import Wiring
from media.room import Rooms
from media.words import RoomId, StreamId
from tests.stage.spoken import speech

R = RoomId("r")


# ---- seats --------------------------------------------------------------------------------------------------


def test_free_seats_are_taken_at_once_and_kept_in_silence() -> None:
    seats = Seats(2)
    seats.settle(1, {7: -20.0}, {})
    seats.settle(2, {8: -30.0}, {7: -20.0})
    seats.settle(500, {}, {7: -60.0, 8: -60.0})
    assert set(seats.rows) == {7, 8}


def test_who_has_been_silent_longest_makes_place_after_the_hold() -> None:
    seats = Seats(2)
    seats.settle(0, {7: -20.0, 8: -20.0}, {})
    seats.settle(10, {8: -20.0}, {7: -60.0, 8: -20.0})
    seats.settle(HOLD_TICKS, {9: -22.0}, {7: -60.0, 8: -24.0})
    assert 9 in seats.rows and 7 not in seats.rows  # pushed out by loudness: silent, and seated for long enough
    seats.settle(HOLD_TICKS + 11, {5: -90.0}, {8: -50.0, 9: -22.0})
    assert set(seats.rows) == {5, 9}  # by the hold alone


def test_nobody_who_speaks_is_pushed_out_but_by_somebody_louder_by_the_margin_and_not_at_once() -> None:
    seats = Seats(1)
    seats.settle(0, {7: -20.0}, {})
    seats.settle(LEAST_TICKS - 1, {7: -20.0, 8: -5.0}, {7: -20.0})
    assert set(seats.rows) == {7}
    seats.settle(LEAST_TICKS, {7: -20.0, 8: -20.0 + MARGIN_DB}, {7: -20.0})
    assert set(seats.rows) == {7}
    seats.settle(LEAST_TICKS, {7: -20.0, 8: -19.0 + MARGIN_DB}, {7: -20.0})
    assert set(seats.rows) == {8}


def test_who_has_left_has_no_seat() -> None:
    seats = Seats(1)
    seats.settle(0, {7: -20.0}, {})
    seats.settle(1, {8: -40.0}, {})
    assert set(seats.rows) == {8}


@given(
    st.integers(1, 4),
    st.lists(st.dictionaries(st.integers(1, 9), st.floats(-50, 0), max_size=9), max_size=60),
)
def test_there_are_never_more_than_the_seats_and_no_holder_changes_within_its_least_time(
    count: int, story: list[dict[int, float]]
) -> None:
    seats, since = Seats(count), {}
    for tick, speaking in enumerate(story):
        before = set(seats.rows)
        seats.settle(tick, speaking, {row: speaking.get(row, -60.0) for row in before})
        now = set(seats.rows)
        assert len(now) <= count and now - before <= speaking.keys()
        if len(before | speaking.keys()) <= count:
            assert now == before | speaking.keys()
        assert all(tick - since[row] >= LEAST_TICKS for row in before - now)
        since |= {row: tick for row in now - before}


# ---- over the arrays ----------------------------------------------------------------------------------------


class Hall:
    """Some members of one room, each with its own sound, and what the others hear."""

    def __init__(self, members: int, seconds: float) -> None:
        self.board, self.rooms, self.told = Board(members + 2), Rooms(), []
        self.names = [StreamId(f"m{n}") for n in range(members)]
        self.rows = {name: self.board.take() for name in self.names}
        for n, row in enumerate(self.rows.values()):
            self.board.set_law(row, n % 2)
        self.floors = Floors(
            self.board, self.rooms, self.rows, lambda event: self.told.append((self.board.tick, event))
        )
        self.wiring = Wiring(members + 2)
        self.rooms.bridge(R, self.names)
        self.sound = np.zeros((members, int(seconds * 50), 160), np.int16)
        self.asked = 0

    def say(self, member: int, at_s: float, pcm: np.ndarray) -> None:
        frames = pcm[: pcm.size // 160 * 160].reshape(-1, 160)
        first = int(at_s * 50)
        room = self.sound[member, first : first + len(frames)]
        room[:] = np.clip(frames[: len(room)], -32768, 32767).astype(np.int16)

    def run(self, listener: int) -> np.ndarray:
        """PCM of what a member hears."""
        heard = []
        high = self.board.high
        for n in range(self.sound.shape[1]):
            self.board.tick += 1
            frames = np.zeros((high, 160), np.uint8)
            frames[:] = g711.SILENCE[self.board.law[:high], None]
            rows = np.array(list(self.rows.values()))
            frames[rows] = g711.encode(self.sound[:, n], self.board.law[rows])
            self.floors.follow()
            self.wiring.follow(self.rooms, self.rows)
            said = self.floors.listen(frames) if self.floors else frames
            out = np.zeros((high, 160), np.uint8)
            self.wiring.carry_out(said, self.board.law, out)
            row = self.rows[self.names[listener]]
            heard.append(g711.decode(out[[row]], self.board.law[[row]])[0])
        return np.concatenate(heard)

    def events(self) -> list[tuple[float, tuple[str, ...]]]:
        return [(tick / 50, event.speakers) for tick, event in self.told]


def voice(seconds: float, level: float = 1.0) -> np.ndarray:
    return speech()[: int(seconds * 8000)] * level


def test_who_speaks_is_told_with_hysteresis_and_level() -> None:
    hall = Hall(5, 8)
    hall.say(1, 1.0, voice(2.0))
    hall.say(3, 4.0, voice(2.0, 0.3))
    hall.floors.watch(R, on=True, loudest=0)
    hall.run(0)
    speakers = [who for _, who in hall.events()]
    assert ("m1",) in speakers and ("m3",) in speakers and speakers[-1] == ()
    assert {name for who in speakers for name in who} == {"m1", "m3"}
    first, event = hall.told[0]
    assert isinstance(event, FloorChanged) and 1.0 < first / 50 < 1.4
    assert -40 < event.levels_dbm0[0] < -5 and event.room == R


def test_two_at_once_are_told_the_louder_first() -> None:
    hall = Hall(4, 3)
    hall.say(1, 0.5, voice(2.0, 0.25))
    hall.say(2, 0.5, voice(2.0))
    hall.floors.watch(R, on=True, loudest=0)
    hall.run(0)
    assert ("m2", "m1") in [who for _, who in hall.events()]


def test_the_detector_is_asked_for_nobody_silent_and_for_16_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Counted(floor_watch.Listener):
        def voiced(self, samples: np.ndarray) -> bool:
            asked[-1] += 1
            return super().voiced(samples)

    monkeypatch.setattr(floor_watch, "Listener", Counted)
    hall = Hall(60, 1)
    for n in range(40):
        hall.say(n, 0.5, voice(0.5))
    hall.floors.watch(R, on=True, loudest=3)
    real = hall.floors.listen

    def counting(frames: np.ndarray) -> np.ndarray:
        asked.append(0)
        return real(frames)

    monkeypatch.setattr(hall.floors, "listen", counting)
    hall.run(59)
    assert asked[:25] == [0] * 25 and max(asked) == floor_watch.MOST_ASKED


def test_a_room_that_nobody_watches_costs_nothing_and_its_frames_are_passed_on_as_they_are() -> None:
    hall = Hall(3, 1)
    assert not hall.floors
    hall.floors.watch(R, on=True, loudest=0)
    frames = np.zeros((hall.board.high, 160), np.uint8)
    assert hall.floors and hall.floors.listen(frames) is frames
    hall.floors.watch(R, on=False, loudest=0)
    assert not hall.floors
    hall.floors.watch(RoomId("unknown"), on=True, loudest=1)
    assert not hall.floors


def test_of_many_only_the_loudest_are_heard_and_all_of_them() -> None:
    """Member 0 hears what two loud ones say, and nothing of the noise of eight others."""
    hall = Hall(12, 4)
    chance = np.random.default_rng(1)
    hall.say(1, 0.5, voice(3.0))
    hall.say(2, 0.5, np.roll(voice(3.0), 7000))
    for n in range(4, 12):
        hall.say(n, 0.0, chance.normal(0, 60, 32000))
    hall.floors.watch(R, on=True, loudest=2)
    heard = hall.run(0).astype(float)
    wanted = np.clip(hall.sound[1].astype(float) + hall.sound[2], -32768, 32767).reshape(-1)
    part = slice(int(0.8 * 8000), int(3.3 * 8000))
    error = heard[part] - wanted[part]
    assert 10 * np.log10((wanted[part] ** 2).mean() / (error**2).mean()) > 25
    assert np.abs(heard[160 : int(0.4 * 8000)]).max() == 0  # nothing, also of those who speak A-law, which has no zero


def test_a_change_of_the_floor_does_not_click() -> None:
    """Three who hum at different times and one seat: no step between two samples is greater than a hum's own."""
    hall = Hall(4, 6)
    harmonics = sum(np.sin(2 * np.pi * 200 * k * np.arange(48000) / 8000 + k) / k for k in range(1, 9))
    for member, (begin, end, level) in enumerate([(0.0, 2.5, 1500), (1.0, 4.0, 5000), (3.0, 6.0, 1500)], 1):
        part = harmonics * level
        ramp = np.clip(np.minimum(np.arange(48000) / 8000 - begin, end - np.arange(48000) / 8000) * 20, 0, 1)
        hall.say(member, 0.0, part * ramp)
    hall.floors.watch(R, on=True, loudest=1)
    heard = hall.run(0).astype(float)
    assert np.abs(np.diff(heard)).max() <= 1.3 * np.abs(np.diff(harmonics * 5000)).max()
    assert np.abs(heard).max() > 3000


def test_seats_change_hands_within_the_hold_and_the_new_one_is_heard() -> None:
    hall = Hall(4, 9)
    hall.say(1, 0.5, voice(2.0))
    hall.say(2, 5.0, voice(3.0, 0.2))
    hall.floors.watch(R, on=True, loudest=1)
    heard = hall.run(0).astype(float)
    wanted = hall.sound[2].reshape(-1).astype(float)
    part = slice(int(5.5 * 8000), int(7.9 * 8000))
    assert np.corrcoef(heard[part], wanted[part])[0, 1] > 0.99


def test_the_muted_have_no_floor_and_who_leaves_is_told() -> None:
    hall = Hall(4, 2)
    hall.say(1, 0.0, voice(2.0))
    hall.say(2, 0.0, voice(2.0))
    hall.rooms.hear(R, {}, {StreamId("m2"): 0.0})
    hall.floors.watch(R, on=True, loudest=0)
    hall.run(0)
    assert {name for _, who in hall.events() for name in who} == {"m1"}
    before = len(hall.told)
    for name in hall.names:
        hall.rooms.leave(name)
    hall.floors.follow()
    assert [event.speakers for _, event in hall.told[before:]] == [()] and not hall.floors
