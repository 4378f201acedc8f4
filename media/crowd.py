"""Shaped rooms: members with gains of their own, from a supervisor who listens to five hundred who only hear.

Each room is summed once. Who talks hears the sum without the own voice; all who only listen, with one law and one
gain, hear the same, and it is encoded once for them. Single (speaker, listener) gains are corrections on top. All of it
is integer arithmetic with one rounding and one clip, so that the order of members never changes a sample.

A change is faded in over one frame, from what the listener would have heard without it.
Pure numpy. Deliberately absent: rooms without such gains (mixer.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from media import g711
from media.board import NOBODY, Ints
from media.room import Room, Rooms
from media.words import FRAME_SAMPLES, RoomId, StreamId

BITS = 12
"""Gains are multiples of 1/4096; what says and hears make together, of 1/4096 squared."""
ONE = 1 << BITS
_HALF = 1 << (2 * BITS - 1)
_FADE = np.arange(1, FRAME_SAMPLES + 1, dtype=np.int64)

Laws = npt.NDArray[np.uint8]
Wide = npt.NDArray[np.int64]


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), np.int64)


def _nothing() -> None:
    pass


def units(gain: float) -> int:
    """`gain` in 1/4096."""
    return round(gain * ONE)


def _columns(rows: Iterable[tuple[int, ...]], width: int) -> tuple[Ints, ...]:
    return tuple(np.array(list(rows), np.int64).reshape(-1, width).T)


@dataclass(frozen=True, slots=True)
class Plan:
    """Rows of all shaped rooms. A *talker* has a gain above 0; a *group* is who hears the very same."""

    talkers: Ints
    talker_gain: Ints
    starts: Ints
    """Index into `talkers` where each room begins; rooms without talkers have no number."""
    single: Ints
    """Rows that hear something of their own."""
    single_room: Ints
    single_own: Ints
    """Index into `talkers` of the own voice, -1 for none."""
    single_gain: Ints
    group_room: Ints
    group_law: Ints
    group_gain: Ints
    grouped: Ints
    """Rows that hear what a group hears, and which."""
    group_of: Ints
    speaker: Ints
    """Rows of the corrected pairs; `listener` are indices into `single`."""
    listener: Ints
    correction: Wide
    silent: Ints
    """Rows in rooms where nobody talks."""

    @property
    def rows(self) -> Ints:
        """All who hear something by this plan."""
        return np.concatenate([self.single, self.grouped, self.silent])

    def without(self, gone: Iterable[int]) -> Plan:
        """The same without rows that are closed, and may be others' by now: they are silent, and hear nothing."""
        left = np.array(list(gone), np.int64)

        def nobody(rows: Ints) -> Ints:
            return np.where(np.isin(rows, left), NOBODY, rows)

        return replace(
            self,
            talkers=nobody(self.talkers),
            speaker=nobody(self.speaker),
            single=nobody(self.single),
            grouped=nobody(self.grouped),
            silent=nobody(self.silent),
        )


def plan(rooms: Iterable[Room], row_of: Mapping[StreamId, int], laws: Laws) -> Plan:
    """The sums of `rooms`; members without a row are not there yet and are passed over."""
    talkers: list[tuple[int, int]] = []
    starts: list[int] = []
    single: list[tuple[int, int, int, int]] = []
    groups: dict[tuple[int, int, int], int] = {}
    grouped: list[tuple[int, int]] = []
    pairs: list[tuple[int, int, int]] = []
    silent: list[int] = []
    for room in rooms:
        rows = {stream: row_of[stream] for stream in room.members if stream in row_of}
        says = {stream: units(room.says.get(stream, 1.0)) for stream in rows}
        hears = {stream: units(room.hears.get(stream, 1.0)) for stream in rows}
        own = {stream: len(talkers) + nth for nth, stream in enumerate(s for s in rows if says[s])}
        odd = [(s, to, gain) for (s, to), gain in room.gains.items() if s in rows and to in rows and s != to]
        named = {to for _, to, _ in odd}
        if not own and not named:
            silent += rows.values()
            continue
        number = len(starts)
        starts.append(len(talkers))
        talkers += [(rows[stream], says[stream]) for stream in own] or [(0, 0)]
        for stream, row in rows.items():
            if stream in own or stream in named:
                if stream in named:
                    at = len(single)
                    for speaker, to, gain in odd:
                        if to == stream:
                            rest = units(gain) * ONE - says[speaker] * hears[to]
                            pairs.append((rows[speaker], at, rest))
                single.append((row, number, own.get(stream, -1), hears[stream]))
            else:
                key = (number, int(laws[row]), hears[stream])
                grouped.append((row, groups.setdefault(key, len(groups))))
    said, gains = _columns(talkers, 2)
    single_row, single_room, single_own, single_gain = _columns(single, 4)
    group_room, group_law, group_gain = _columns(groups, 3)
    grouped_row, group_of = _columns(grouped, 2)
    pair_speaker, pair_listener, correction = _columns(pairs, 3)
    return Plan(
        talkers=said,
        talker_gain=gains,
        starts=_ints(starts),
        single=single_row,
        single_room=single_room,
        single_own=single_own,
        single_gain=single_gain,
        group_room=group_room,
        group_law=group_law,
        group_gain=group_gain,
        grouped=grouped_row,
        group_of=group_of,
        speaker=pair_speaker,
        listener=pair_listener,
        correction=correction,
        silent=_ints(silent),
    )


def heard(todo: Plan, frames: g711.Codes, laws: Laws) -> tuple[Wide, Wide]:
    """What singles (n, 160) and groups (m, 160) hear, as samples that are not yet clipped."""
    voices = g711.voices(frames[todo.talkers], laws[todo.talkers]).astype(np.int64) * todo.talker_gain[:, None]
    totals = np.add.reduceat(voices, todo.starts, axis=0) if todo.starts.size else voices
    singles = totals[todo.single_room]
    owning = np.flatnonzero(todo.single_own >= 0)
    singles[owning] -= voices[todo.single_own[owning]]
    singles *= todo.single_gain[:, None]
    if todo.speaker.size:
        said = g711.voices(frames[todo.speaker], laws[todo.speaker]).astype(np.int64)
        np.add.at(singles, todo.listener, said * todo.correction[:, None])
    groups = totals[todo.group_room] * todo.group_gain[:, None]
    return (singles + _HALF) >> (2 * BITS), (groups + _HALF) >> (2 * BITS)


def _clip(wide: Wide) -> g711.Samples:
    return np.clip(wide, -32768, 32767).astype(np.int16)


class Crowds:
    """All shaped rooms of an engine."""

    def __init__(self) -> None:
        self._rooms: dict[RoomId, Room] = {}
        """As they were when they were planned."""
        self._plan: Plan | None = None
        self._before: Plan | None = None
        """What was heard up to now, when that has just changed."""
        self._gone: set[int] = set()
        """Rows that closed since the last tick."""
        self._easing: list[Room] = []
        """Rooms without such gains any more: mixer.py has them as soon as the change is faded in."""
        self._eased: Callable[[], None] = _nothing

    def follow(self, rooms: Rooms, row_of: Mapping[StreamId, int], laws: Laws) -> None:
        """Take over what has changed in `rooms`; call before the notes of it are cleared."""
        shaped = {name for name in rooms.touched if name in rooms.rooms and rooms.rooms[name].shaped}
        if not shaped and not self._rooms.keys() & rooms.touched:
            return
        before = self._rooms
        new = shaped - before.keys()
        # Up to now the new ones were rooms without such gains; that is what the change is faded from.
        plain = [Room(rooms.rooms[name].members) for name in new]
        self._before = plan([*before.values(), *plain], row_of, laws) if new else self._plan
        self._rooms = {name: room for name, room in before.items() if name not in rooms.touched}
        for name in shaped:
            room = rooms.rooms[name]
            self._rooms[name] = Room(room.members[:], dict(room.gains), dict(room.says), dict(room.hears))
        self._plan = plan(self._rooms.values(), row_of, laws) if self._rooms else None
        easing = {name for name in shaped if not (rooms.rooms[name].says or rooms.rooms[name].hears)}
        self._easing = [rooms.rooms[name] for name in easing]
        self._eased = lambda: rooms.touched.update(easing)

    def forget(self, row: int) -> None:
        """Row is closed: what was heard of it, and by it, is not faded."""
        if self._plan is not None:
            self._gone.add(row)

    def _ease(self) -> None:
        for room in self._easing:
            room.shaped = False
        self._easing = []
        self._eased()
        self._eased = _nothing

    def carry_out(self, frames: g711.Codes, laws: Laws, out: g711.Codes) -> None:
        """Fill the rows of members in `out` (high, 160)."""
        todo, before = self._plan, self._before
        if self._gone:
            before = before.without(self._gone) if before is not None else None
            self._gone.clear()
        if todo is None:
            self._before = None
            return
        singles, groups = heard(todo, frames, laws)
        if before is not None:
            self._before = None
            self._faded(todo, before, frames, laws, out, singles, groups)
            if self._easing:
                self._ease()
            return
        if todo.single.size:
            out[todo.single] = g711.encode(_clip(singles), laws[todo.single])
        if todo.grouped.size:
            out[todo.grouped] = g711.encode(_clip(groups), todo.group_law)[todo.group_of]
        out[todo.silent] = g711.SILENCE[laws[todo.silent], None]

    def _faded(
        self, todo: Plan, before: Plan, frames: g711.Codes, laws: Laws, out: g711.Codes, singles: Wide, groups: Wide
    ) -> None:
        """The one frame in which something changed, row by row."""
        rows = todo.rows
        now = np.concatenate([singles, groups[todo.group_of], np.zeros((todo.silent.size, FRAME_SAMPLES), np.int64)])
        was_singles, was_groups = heard(before, frames, laws)
        was = np.zeros((out.shape[0], FRAME_SAMPLES), np.int64)
        there = np.zeros(out.shape[0], np.bool_)
        for old, sound in ((before.single, was_singles), (before.grouped, was_groups[before.group_of])):
            inside = old < out.shape[0]
            was[old[inside]] = sound[inside]
            there[old[inside]] = True
        there[before.silent[before.silent < out.shape[0]]] = True
        old_sound: Wide = np.where(there[rows, None], was[rows], now).astype(np.int64)
        mixed = np.floor_divide(old_sound * (FRAME_SAMPLES - _FADE) + now * _FADE, FRAME_SAMPLES, dtype=np.int64)
        out[rows] = g711.encode(_clip(mixed), laws[rows])
