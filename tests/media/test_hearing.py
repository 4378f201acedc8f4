"""Hearing: every mode is the matrix that its name promises, in any order, and the engine mixes that very matrix."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from media import crowd, g711
from media.hearing import Hearing, consult, lecture, talk
from media.room import Room, Rooms
from media.words import RoomId, StreamId
from tests.media.test_mixer import said

NAMES = [StreamId(f"s{n}") for n in range(9)]
CUSTOMER, AGENT, BOSS = (StreamId(name) for name in ("customer", "agent", "boss"))
R = RoomId("r")


def heard_by(hearing: Hearing, listener: StreamId) -> set[StreamId]:
    return {speaker for speaker in hearing.members if hearing.gain(speaker, listener) > 0}


def test_the_modes_of_a_supervised_call() -> None:
    call = talk(CUSTOMER, AGENT)
    assert call.matrix().tolist() == [[0, 1], [1, 0]]
    listening = call.listen(BOSS)
    assert listening.matrix().tolist() == [[0, 1, 1], [1, 0, 1], [0, 0, 0]]
    whispering = listening.whisper(BOSS, AGENT)
    assert whispering.matrix().tolist() == [[0, 1, 1], [1, 0, 1], [0, 1, 0]]
    assert whispering.barge(BOSS).matrix().tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
    assert whispering.leave(BOSS) == call


def test_consultation_and_three_way() -> None:
    asking = consult(AGENT, BOSS, waiting=CUSTOMER, music="quiet")
    assert heard_by(asking, CUSTOMER) == set() and asking.held == {CUSTOMER: "quiet"}
    assert heard_by(asking, AGENT) == {BOSS} and heard_by(asking, BOSS) == {AGENT}
    assert asking.resume(CUSTOMER).matrix().tolist() == talk(AGENT, BOSS, CUSTOMER).matrix().tolist()


def test_a_lecture_is_heard_and_says_nothing() -> None:
    hall = lecture(NAMES[:2], NAMES[2:])
    assert all(heard_by(hall, name) == set(NAMES[:2]) - {name} for name in NAMES)
    assert len(hall.says) + len(hall.hears) + len(hall.pairs) == len(NAMES) - 2


def test_states_stack_and_come_apart_in_any_order() -> None:
    call = talk(*NAMES[:3]).mute(NAMES[0]).hold(NAMES[0]).deafen(NAMES[1])
    assert call.resume(NAMES[0]).gain(NAMES[0], NAMES[2]) == 0
    assert call.resume(NAMES[0]).unmute(NAMES[0]).gain(NAMES[0], NAMES[2]) == 1
    assert call.gain(NAMES[2], NAMES[1]) == 0 and call.undeafen(NAMES[1]).gain(NAMES[2], NAMES[1]) == 1
    assert call.gained(NAMES[2], 0.5).hold(NAMES[2]).resume(NAMES[2]).gain(NAMES[2], NAMES[1]) == 0


modes = st.one_of(
    st.tuples(st.just("mute"), st.sampled_from(NAMES)),
    st.tuples(st.just("deafen"), st.sampled_from(NAMES)),
    st.tuples(st.just("hold"), st.sampled_from(NAMES)),
    st.tuples(st.just("listen"), st.sampled_from(NAMES)),
    st.tuples(st.just("barge"), st.sampled_from(NAMES)),
    st.tuples(st.just("leave"), st.sampled_from(NAMES)),
    st.tuples(st.just("whisper"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("gained"), st.sampled_from(NAMES), st.sampled_from([0.0, 0.25, 1.0, 2.5, 4.0])),
)


def story(steps: list[tuple], members: list[StreamId]) -> Hearing:
    hearing = talk(*members)
    for verb, *arguments in steps:
        hearing = getattr(hearing, verb)(*arguments)
    return hearing


def reference(matrix: np.ndarray, voices: np.ndarray) -> np.ndarray:
    """One sample at a time in Python's own integers: gains in 1/4096, one rounding, one clip."""
    gains = [[round(float(gain) * 4096) * 4096 for gain in row] for row in matrix]
    out = np.zeros(voices.shape, np.int16)
    for listener in range(len(gains)):
        for n in range(voices.shape[1]):
            total = sum(gains[speaker][listener] * int(voices[speaker, n]) for speaker in range(len(gains)))
            out[listener, n] = max(-32768, min(32767, (total + (1 << 23)) // (1 << 24)))
    return out


def mixed(hearing: Hearing, rows: dict[StreamId, int], frames: np.ndarray, laws: np.ndarray) -> np.ndarray:
    rooms = Rooms()
    rooms.bridge(R, hearing.members)
    rooms.hear(R, hearing.pairs, hearing.says, hearing.hears)
    out = np.zeros(frames.shape, np.uint8)
    todo = crowd.plan(rooms.rooms.values(), rows, laws)
    crowds = crowd.Crowds()
    crowds._plan = todo
    crowds.carry_out(frames, laws, out)
    return out


@settings(max_examples=80, deadline=None)
@given(
    st.lists(modes, max_size=8), st.lists(st.sampled_from(NAMES), min_size=1, unique=True), st.integers(0, 2**32 - 1)
)
def test_the_engine_mixes_the_matrix_for_any_order_of_members(
    steps: list[tuple], members: list[StreamId], seed: int
) -> None:
    hearing = story(steps, members)
    chance = np.random.default_rng(seed)
    rows = {name: n + 1 for n, name in enumerate(random.Random(seed).sample(NAMES, len(NAMES)))}
    laws = chance.integers(0, 2, 10).astype(np.uint8)
    frames = chance.integers(0, 256, (10, 160)).astype(np.uint8)
    frames[:, 8:] = frames[:, :8].repeat(19, axis=1)  # what the reference needs long for
    frames[chance.random(10) < 0.2] = g711.SILENCE[g711.ALAW]
    out = mixed(hearing, rows, frames, laws)
    if not hearing.members:
        return
    at = [rows[name] for name in hearing.members]
    expected = reference(hearing.matrix(), said(frames[at], laws[at])[:, :8])
    assert (out[at, :8] == g711.encode(expected, laws[at])).all()
    again = Hearing(
        tuple(random.Random(seed).sample(hearing.members, len(hearing.members))),
        hearing.muted,
        hearing.deafened,
        hearing.held,
        hearing.loudness,
        hearing.aside,
    )
    assert (mixed(again, rows, frames, laws) == out).all()


def test_a_pair_said_outright_goes_before_what_members_say_and_hear() -> None:
    room = Room(NAMES[:3], {(NAMES[0], NAMES[1]): 2.0}, {NAMES[0]: 0.5}, {NAMES[2]: 0.25})
    frames = g711.encode_all(np.full((4, 160), 1000, np.int16), 0)
    laws = np.zeros(4, np.uint8)
    crowds, out = crowd.Crowds(), np.zeros((4, 160), np.uint8)
    crowds._plan = crowd.plan([room], {name: n + 1 for n, name in enumerate(NAMES[:3])}, laws)
    crowds.carry_out(frames, laws, out)
    voice = int(g711.decode(frames, laws)[1, 0])
    near = g711.decode(out, laws)[1:, 0] / voice
    assert np.allclose(near, [1.0 + 1.0, 2.0 + 1.0, (0.5 + 1.0) * 0.25], rtol=0.05)


def test_a_change_comes_without_a_click() -> None:
    wave = (8000 * np.sin(2 * np.pi * 300 * np.arange(1600) / 8000)).astype(np.int16).reshape(10, 160)
    laws, rows = np.zeros(4, np.uint8), {name: n + 1 for n, name in enumerate(NAMES[:3])}
    rooms, crowds = Rooms(), crowd.Crowds()
    rooms.bridge(R, NAMES[:3])
    heard = []
    for tick in range(10):
        if tick == 3:
            rooms.hear(R, {}, {NAMES[0]: 0.0})
        if tick == 7:
            rooms.hear(R, {}, {})
        crowds.follow(rooms, rows, laws)
        rooms.touched.clear()
        frames = np.full((4, 160), g711.SILENCE[0], np.uint8)
        frames[1] = g711.encode_all(wave[tick], 0)
        out = np.full((4, 160), g711.SILENCE[0], np.uint8)
        out[2:] = frames[1]  # as mixer.py would have it
        crowds.carry_out(frames, laws, out)
        heard.append(g711.decode(out, laws)[2])
    sound = np.concatenate(heard).astype(int)
    assert np.abs(np.diff(sound)).max() < 8000 * 2 * np.pi * 300 / 8000 * 1.35
    assert not sound[4 * 160 : 7 * 160].any() and np.abs(sound[8 * 160 :]).max() > 7500
    assert not rooms.rooms[R].shaped and crowds._plan is None


def test_who_hangs_up_in_a_shaped_room_is_gone_whatever_row_that_was() -> None:
    """Their row may lie beyond all others now, or be a new caller's: neither is read, and nobody hears it."""
    for closed, high in ((3, 3), (1, 4)):
        rooms, crowds = Rooms(), crowd.Crowds()
        rows, laws = {name: n + 1 for n, name in enumerate(NAMES[:3])}, np.zeros(4, np.uint8)
        rooms.bridge(R, NAMES[:3])
        rooms.hear(R, {}, {NAMES[1]: 0.5})
        for last in (False, True):
            if last:
                name = next(name for name, row in rows.items() if row == closed)
                rooms.leave(name)
                del rows[name]
                crowds.forget(closed)
            crowds.follow(rooms, rows, laws)
            rooms.touched.clear()
            frames = np.full((high if last else 4, 160), g711.SILENCE[0], np.uint8)
            if closed < frames.shape[0]:
                frames[closed] = 0x10  # loud
            out = np.full(frames.shape, 0x55, np.uint8)
            crowds.carry_out(frames, laws, out)
        left = list(rows.values())
        assert np.abs(g711.decode(out[left], laws[left]).astype(int)).max() < 50
        if closed < high:
            assert (out[closed] == 0x55).all(), "a new caller heard the old one's room"
