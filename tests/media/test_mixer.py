"""Rooms: everybody hears everybody else, against a mixer that is written as one would say it."""

from __future__ import annotations

import random
from collections.abc import Iterable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from media import g711, mixer
from media.room import Room, Rooms
from media.words import RoomId, StreamId

NAMES = [StreamId(f"s{n}") for n in range(12)]


def said(frames: np.ndarray, laws: np.ndarray) -> np.ndarray:
    """What each row adds to a sum: its samples, or nothing when it is A-law's silence all through."""
    pcm = g711.decode(frames, laws).copy()
    for row, law in enumerate(laws.tolist()):
        if law == g711.ALAW and set(frames[row].tolist()) <= {0xD5, 0x55}:
            pcm[row] = 0
    return pcm


def by_hand(room: Room, voices: dict[StreamId, list[int]], listener: StreamId) -> list[int]:
    """One listener's samples, one at a time, in Python's integers."""
    out = []
    for n in range(160):
        total, extra = 0, 0
        for speaker in room.members:
            if speaker != listener:
                gain = room.gains.get((speaker, listener), 1.0)
                total += voices[speaker][n]
                extra += voices[speaker][n] * round((gain - 1) * 4096)
        out.append(max(-32768, min(32767, total + (extra + 2048) // 4096)))
    return out


def wired(
    rooms: Iterable[Room], rows: dict[StreamId, int], frames: np.ndarray, laws: np.ndarray, out: np.ndarray
) -> None:
    """Carry out `rooms` with a wiring that sees them for the first time."""
    all_rooms = Rooms()
    for n, room in enumerate(rooms):
        all_rooms.bridge(RoomId(f"r{n}"), room.members)
        all_rooms.hear(RoomId(f"r{n}"), room.gains)
    wiring = mixer.Wiring(len(laws))
    wiring.follow(all_rooms, rows)
    for _ in range(2):  # after the first, every fade is over
        wiring.carry_out(frames, laws, out)


rooms = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(
    lambda sizes: [NAMES[sum(sizes[:n]) : sum(sizes[: n + 1])][:12] for n in range(len(sizes))]
)


@settings(max_examples=60, deadline=None)
@given(rooms, st.integers(0, 2**32 - 1), st.data())
def test_what_each_hears_is_what_is_said_by_the_others(
    groups: list[list[StreamId]], seed: int, data: st.DataObject
) -> None:
    chance = np.random.default_rng(seed)
    rows = {name: row + 1 for row, name in enumerate(random.Random(seed).sample(NAMES, len(NAMES)))}
    laws = chance.integers(0, 2, len(NAMES) + 1).astype(np.uint8)
    frames = chance.integers(0, 256, (len(NAMES) + 1, 160)).astype(np.uint8)
    for silent in data.draw(st.lists(st.integers(1, len(NAMES)), max_size=4)):
        frames[silent] = data.draw(st.sampled_from([0xD5, 0x55, 0xFF]))
    built = []
    for members in groups:
        pairs = [(a, b) for a in members for b in members if a != b]
        chosen = data.draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4)) if pairs else []
        gains = {pair: data.draw(st.sampled_from([0.0, 0.25, 0.5, 2.0, 4.0])) for pair in chosen}
        built.append(Room(list(members), gains))
    out = np.zeros((len(NAMES) + 1, 160), np.uint8)
    wired(built, rows, frames, laws, out)
    for room in built:
        # Two alone are passed on as they are.
        pcm = g711.decode(frames, laws) if room.plain else said(frames, laws)
        voices = {name: pcm[row].tolist() for name, row in rows.items()}
        for listener in room.members:
            row = rows[listener]
            if len(room.members) == 1:
                assert (out[row] == g711.SILENCE[laws[row]]).all()
                continue
            expected = np.array([by_hand(room, voices, listener)], np.int16)
            codes = g711.encode(expected, laws[row : row + 1])[0]
            if room.plain and all(laws[rows[name]] == laws[row] for name in room.members):
                codes = frames[rows[next(name for name in room.members if name != listener)]]
            assert (out[row] == codes).all()
    for name in set(NAMES) - {name for room in built for name in room.members}:
        assert (out[rows[name]] == g711.SILENCE[laws[rows[name]]]).all()


def test_the_order_of_members_changes_nothing() -> None:
    chance = np.random.default_rng(1)
    laws, frames = np.zeros(13, np.uint8), chance.integers(0, 256, (13, 160)).astype(np.uint8)
    rows = {name: n + 1 for n, name in enumerate(NAMES)}
    heard = []
    for seed in range(5):
        out = np.zeros((13, 160), np.uint8)
        members = random.Random(seed).sample(NAMES, 12)
        room = Room(members, {(NAMES[0], NAMES[1]): 0.3, (NAMES[4], NAMES[1]): 1.7})
        wired([room], rows, frames, laws, out)
        heard.append(out.tobytes())
    assert len(set(heard)) == 1


def test_a_two_party_room_passes_the_very_bytes() -> None:
    frames = np.arange(480, dtype=np.uint16).astype(np.uint8).reshape(3, 160)
    out = np.zeros((3, 160), np.uint8)
    wired([Room(NAMES[:2])], {NAMES[0]: 1, NAMES[1]: 2}, frames, np.zeros(3, np.uint8), out)
    assert (out[1:] == frames[:0:-1]).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.lists(st.sampled_from(NAMES), max_size=4)), max_size=15), st.data())
def test_wiring_that_followed_every_step_is_wiring_made_at_once(
    story: list[tuple[int, list[StreamId]]], data: st.DataObject
) -> None:
    rows = {name: n + 1 for n, name in enumerate(NAMES)}
    frames = np.random.default_rng(3).integers(0, 256, (13, 160)).astype(np.uint8)
    laws = (np.arange(13) % 3 == 0).astype(np.uint8)
    rooms, wiring = Rooms(), mixer.Wiring(13)
    for number, streams in story:
        if data.draw(st.booleans()):
            rooms.bridge(RoomId(f"r{number}"), streams)
        elif streams:
            rooms.leave(streams[0])
        if len(streams) > 1 and data.draw(st.booleans()):
            rooms.hear(RoomId(f"r{number}"), {(streams[0], streams[1]): data.draw(st.sampled_from([0.0, 1.0, 2.0]))})
        if data.draw(st.booleans()):
            wiring.follow(rooms, rows)
    wiring.follow(rooms, rows)
    once, stepped = np.zeros((13, 160), np.uint8), np.zeros((13, 160), np.uint8)
    wired(rooms.rooms.values(), rows, frames, laws, once)
    wiring.carry_out(frames, laws, stepped)
    wiring.carry_out(frames, laws, stepped)
    assert (once == stepped).all()


@given(st.lists(st.tuples(st.integers(0, 3), st.lists(st.sampled_from(NAMES), max_size=5)), max_size=20))
def test_a_stream_is_in_one_room_at_most(story: list[tuple[int, list[StreamId]]]) -> None:
    rooms = Rooms()
    for number, streams in story:
        rooms.bridge(RoomId(f"r{number}"), streams)
        members = [name for room in rooms.rooms.values() for name in room.members]
        assert len(members) == len(set(members)) and all(room.members for room in rooms.rooms.values())
        for name in NAMES:
            where = rooms.where(name)
            assert (name in members) == (where is not None)
            assert where is None or name in rooms.rooms[where].members
        if streams:
            assert set(rooms.rooms[RoomId(f"r{number}")].members) == set(streams)


def test_gains_are_bounded_and_those_of_one_are_none() -> None:
    rooms = Rooms()
    rooms.hear(RoomId("r"), {(NAMES[0], NAMES[1]): 0.0})
    assert rooms.rooms == {}
    rooms.bridge(RoomId("r"), NAMES[:3])
    rooms.hear(RoomId("r"), {(NAMES[0], NAMES[1]): 9.0, (NAMES[1], NAMES[0]): 1.0, (NAMES[2], NAMES[0]): -1.0})
    assert rooms.rooms[RoomId("r")].gains == {(NAMES[0], NAMES[1]): 4.0, (NAMES[2], NAMES[0]): 0.0}
