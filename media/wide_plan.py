"""Rooms with wideband members: who is passed whose bytes, and what is summed at 16 kHz for whom.

Two who simply hear each other in one wideband codec are *passed*. Any other wideband member who can hear another one
hears a *wide mix*: what narrowband talkers say is summed at 8 kHz and brought up as one sound, what wideband talkers
say is added at 16 kHz, the own voice left out, all in integers, clipped once; so no order of members changes a sample.
Narrowband members hear the ordinary mix of everybody's narrowband frames, and a room without two wideband members is
not here at all.

Gains are as in crowd.py. Pure numpy. Deliberately absent: who speaks now and what came (wide.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from media import resample
from media.board import Bools, Ints
from media.crowd import BITS, ONE, units
from media.room import Room, Rooms
from media.words import RoomId, StreamId

HALF_UNIT = 1 << (2 * BITS - 1)

Wide = npt.NDArray[np.int64]
Samples = npt.NDArray[np.integer]


@dataclass(slots=True)
class _Table:
    """Columns that grow row by row."""

    width: int
    rows: list[tuple[int, ...]] = field(default_factory=list)

    def columns(self) -> tuple[Ints, ...]:
        return tuple(np.array(self.rows, np.int64).reshape(-1, self.width).T)


@dataclass(frozen=True, slots=True)
class Voices:
    """Talkers of one width: rows, gains for all, and the room of each; then pairs that are not like the rest."""

    rows: Ints
    gain: Ints
    room: Ints
    pair_speaker: Ints
    """Indices into `rows`."""
    pair_listener: Ints
    """Indices into `Plan.listeners`."""
    correction: Ints


@dataclass(frozen=True, slots=True)
class Plan:
    """Listeners of wide mixes, and those who are passed another's bytes."""

    listeners: Ints
    room: Ints
    own: Ints
    """Index into `wide.rows` of the own voice, -1 for none."""
    gain: Ints
    rooms: int
    narrow: Voices
    wide: Voices
    passed_to: Ints
    passed_from: Ints

    def __bool__(self) -> bool:
        return bool(self.listeners.size or self.passed_to.size)


def plan(rooms: Iterable[Room], row_of: Mapping[StreamId, int], wide: Bools) -> Plan:
    """The plan of `rooms`; `wide` (rows,) says who is wideband. Members without a row are not there yet."""
    listeners = _Table(4)
    voices = {False: _Table(3), True: _Table(3)}
    pairs = {False: _Table(3), True: _Table(3)}
    passed = _Table(2)
    number = 0
    for room in rooms:
        rows = {stream: row_of[stream] for stream in room.members if stream in row_of}
        broad = [stream for stream, row in rows.items() if wide[row]]
        if len(broad) < 2:
            continue
        if room.plain:
            one, other = rows.values()
            passed.rows += [(one, other), (other, one)]
            continue
        index = {}
        for stream, row in rows.items():
            table = voices[bool(wide[row])]
            index[stream] = len(table.rows)
            table.rows.append((row, units(room.says.get(stream, 1.0)), number))
        for stream in broad:
            hears = units(room.hears.get(stream, 1.0))
            for (speaker, to), gain in room.gains.items():
                if to == stream and speaker in rows and speaker != to:
                    rest = units(gain) * ONE - units(room.says.get(speaker, 1.0)) * hears
                    pairs[bool(wide[rows[speaker]])].rows.append((index[speaker], len(listeners.rows), rest))
            listeners.rows.append((rows[stream], number, index[stream], hears))
        number += 1
    listening, room_of, own, gain_of = listeners.columns()
    passed_to, passed_from = passed.columns()
    narrow, broad_voices = (Voices(*voices[width].columns(), *pairs[width].columns()) for width in (False, True))
    return Plan(listening, room_of, own, gain_of, number, narrow, broad_voices, passed_to, passed_from)


def summed(todo: Plan, voices: Voices, said: Samples, *, own: bool) -> Wide:
    """What each listener hears of `voices`, who say `said` (n, samples): (listeners, samples), not clipped.

    With `own` the listeners are among the voices, and each one's own is left out.
    """
    sound = said.astype(np.int64) * voices.gain[:, None]
    total = np.zeros((todo.rooms, said.shape[1]), np.int64)
    np.add.at(total, voices.room, sound)
    heard: Wide = total[todo.room]
    if own:
        heard -= sound[todo.own]
    heard *= todo.gain[:, None]
    if voices.pair_speaker.size:
        extra = said[voices.pair_speaker].astype(np.int64) * voices.correction[:, None]
        np.add.at(heard, voices.pair_listener, extra)
    return (heard + HALF_UNIT) >> (2 * BITS)


def mixed(todo: Plan, narrow: Samples, wide: Samples) -> npt.NDArray[np.float32]:
    """What each listener hears (listeners, 320), in whole numbers.

    `narrow` (n, 27 + 160) and `wide` (m, 320) are what the talkers say, the former with what led up to it.
    """
    low = np.rint(resample.up(summed(todo, todo.narrow, narrow, own=False)))
    high = summed(todo, todo.wide, wide, own=True)
    return np.clip(low + high, -32768, 32767).astype(np.float32)


class WideRooms:
    """The rooms with two wideband members, and the plan of them. `wide` is the board's."""

    def __init__(self, wide: Bools) -> None:
        self._wide = wide
        self._rooms: dict[RoomId, Room] = {}
        self.plan = plan((), {}, wide)

    def __bool__(self) -> bool:
        return bool(self._rooms)

    def follow(self, rooms: Rooms, row_of: Mapping[StreamId, int], fresh: Bools) -> bool:
        """Take over what has changed in `rooms`: whether there is another plan. Members of such rooms are `fresh`."""
        changed = False
        for name in rooms.touched:
            changed |= self._rooms.pop(name, None) is not None
            room = rooms.rooms.get(name)
            rows = [row_of[stream] for stream in room.members if stream in row_of] if room else []
            if room is not None and self._wide[rows].sum() > 1:
                self._rooms[name] = room
                fresh[rows] = changed = True
        if changed:
            self.plan = plan(self._rooms.values(), row_of, self._wide)
        return changed
