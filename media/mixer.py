"""Mixing: every room of the engine at once.

In a two-party room the other one's bytes are passed on, transcoded by table when the laws differ; that is one array of
partners. Other rooms: all voices are summed in 32 bits, each member gets the sum without the own voice, single gains
are corrections on top in fixed point, and the result is clipped once. All sums are of integers, so the order of
members never changes a sample. Changes cost as much as what changed; a tick only carries out.

Whoever hears something else than a tick ago hears it fade over one frame, so that no change of a room clicks; from the
next frame on all is exact.

Pure numpy. Deliberately absent: what replaces the room for a listener (sounding.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media import g711
from media.board import NOBODY, Ints
from media.room import Room, Rooms
from media.words import FRAME_SAMPLES, RoomId, StreamId

GAIN_BITS = 12
"""Gains are multiples of 1/4096."""

Laws = npt.NDArray[np.uint8]


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), np.int64)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is summed with whom, and which gains are not 1."""

    mixed: Ints
    """Rows of all members of summed rooms, room by room."""
    starts: Ints
    """Index into `mixed` where each room begins."""
    room_of: Ints
    """(len(mixed),): number of the room."""
    speaker: Ints
    listener: Ints
    """Indices into `mixed` of the pairs whose gain is not 1."""
    correction: Ints
    """(gain - 1) of those pairs, in units of 1 / 2**GAIN_BITS."""


def plan(rooms: Iterable[Room], row_of: Mapping[StreamId, int]) -> Plan:
    """The sums of `rooms`; members without a row are not there yet and are passed over."""
    mixed: list[int] = []
    starts: list[int] = []
    room_of: list[int] = []
    gains: list[tuple[int, int, int]] = []
    for room in rooms:
        rows = {stream: row_of[stream] for stream in room.members if stream in row_of}
        if len(rows) < 2:
            continue
        index = {stream: len(mixed) + nth for nth, stream in enumerate(rows)}
        starts.append(len(mixed))
        room_of += [len(starts) - 1] * len(rows)
        mixed += rows.values()
        for (speaker, listener), gain in room.gains.items():
            if speaker in index and listener in index and speaker != listener:
                gains.append((index[speaker], index[listener], round((gain - 1.0) * (1 << GAIN_BITS))))
    return Plan(
        mixed=_ints(mixed),
        starts=_ints(starts),
        room_of=_ints(room_of),
        speaker=_ints(gain[0] for gain in gains),
        listener=_ints(gain[1] for gain in gains),
        correction=_ints(gain[2] for gain in gains),
    )


class Wiring:
    """Who hears whom in all rooms, in rows."""

    def __init__(self, rows: int) -> None:
        self._partner: Ints = np.full(rows, NOBODY, np.int64)
        self._summed: set[RoomId] = set()
        self._plan = plan((), {})
        self._fade = Fade(self._partner, self._plan)

    def follow(self, rooms: Rooms, row_of: Mapping[StreamId, int]) -> None:
        """Take over what has changed in `rooms`, and clear its notes. Streams without a row are not there yet."""
        if not rooms.touched and not rooms.left:
            return
        self._fade.due = True
        sums_change = False
        for stream in rooms.left:
            if stream in row_of:
                self._partner[row_of[stream]] = NOBODY
        for name in rooms.touched:
            room = rooms.rooms.get(name)
            rows = [row_of[stream] for stream in room.members if stream in row_of] if room else []
            self._partner[rows] = NOBODY
            sums_change |= name in self._summed or (room is not None and not room.plain)
            if room is not None and room.plain:
                self._summed.discard(name)
                if len(rows) == 2:
                    self._partner[rows] = rows[::-1]
            elif room is not None and not room.shaped:
                self._summed.add(name)
            else:
                self._summed.discard(name)
        if sums_change:
            self._plan = plan((rooms.rooms[name] for name in self._summed), row_of)
        rooms.touched.clear()
        rooms.left.clear()

    def forget(self, row: int, last: g711.Codes, law: int) -> None:
        """Row is closed: nobody is its partner from now on, whatever `follow` will say.

        `last` is the frame that it said in the last tick: those who heard it hear that fade.
        """
        self._fade.forget(row, last, law)
        partner = int(self._partner[row])
        self._partner[row] = NOBODY
        if partner != NOBODY and self._partner[partner] == row:
            self._partner[partner] = NOBODY

    def carry_out(self, frames: g711.Codes, laws: Laws, out: g711.Codes) -> None:
        """Fill `out` (high, 160) from `frames` (high, 160); rows that hear nobody are silent."""
        high = out.shape[0]
        partner, law = self._partner[:high], laws[:high]
        np.take(frames, partner, axis=0, out=out, mode="clip")
        _hush(partner, laws, law, frames, out)
        todo = self._plan
        if todo.mixed.size:
            law = laws[todo.mixed]
            out[todo.mixed] = g711.encode(sums(todo, g711.voices(frames[todo.mixed], law)), law)
        if self._fade.due:
            self._fade.lead_over(frames, laws, self._partner, todo, out)


class Fade:
    """What was heard in the last tick, carried out once more and faded into what is heard now."""

    def __init__(self, partner: Ints, todo: Plan) -> None:
        self.due = False
        """Something has changed since the last tick."""
        self._partner = partner.copy()
        self._plan = todo
        self._gone: dict[int, tuple[g711.Codes, int]] = {}
        """Rows that closed since the last tick: how they end, and their law. They may belong to others by now."""

    def forget(self, row: int, last: g711.Codes, law: int) -> None:
        """Row is closed. It ends with its last frame backwards, which joins without a step."""
        self.due = True
        self._gone.setdefault(row, (last[::-1].copy(), law))

    def lead_over(self, frames: g711.Codes, laws: Laws, partner: Ints, todo: Plan, out: g711.Codes) -> None:
        """Fade those rows of `out` (high, 160) who heard something else; `partner` and `todo` are what is now."""
        high = out.shape[0]
        rows = np.flatnonzero(self._partner[:high] != partner[:high])
        summed = self._plan is not todo
        if summed:
            rows = np.union1d(rows, np.concatenate([self._plan.mixed, todo.mixed]))
            rows = rows[rows < high]
        if rows.size:
            where = np.arange(laws.size)
            where[list(self._gone)] = high + np.arange(len(self._gone))
            voices = np.concatenate([frames[:high], *(last[None] for last, _ in self._gone.values())])
            spoken = np.concatenate([laws[:high], np.array([law for _, law in self._gone.values()], laws.dtype)])
            law = laws[rows]
            # A closed row that is in use again was another listener.
            source = np.where(where[rows] >= high, NOBODY, where[self._partner[rows]])
            old = voices[source]
            _hush(source, spoken, law, voices, old)
            if summed and self._plan.mixed.size:
                said = where[self._plan.mixed]
                heard = sums(self._plan, g711.voices(voices[said], spoken[said]))
                here = np.flatnonzero(said < high)
                at = np.searchsorted(rows, said[here])
                old[at] = g711.encode(heard[here], law[at])
            out[rows] = crossed(old, out[rows], law)
        self._partner[:] = partner
        self._plan = todo
        self._gone.clear()
        self.due = False


_RISE = (np.sin((np.arange(FRAME_SAMPLES) + 1) * np.pi / 2 / FRAME_SAMPLES) ** 2).astype(np.float32)


def crossed(old: g711.Codes, new: g711.Codes, law: Laws) -> g711.Codes:
    """`old` (n, 160) faded into `new` over the frame; codes that are the same in both stay as they are."""
    was = g711.decode(old, law).astype(np.float32)
    mixed = np.rint(was + (g711.decode(new, law) - was) * _RISE).astype(np.int16)
    return np.where(old == new, new, g711.encode(mixed, law))


def _hush(source: Ints, spoken: Laws, law: Laws, frames: g711.Codes, out: g711.Codes) -> None:
    """Bring `out` (n, 160), which is `frames[source]`, to each one's `law`; silence for those who hear nobody."""
    alone = np.flatnonzero(source == NOBODY)
    out[alone] = g711.SILENCE[law[alone], None]
    cross = np.flatnonzero((spoken[source] != law) & (source != NOBODY))
    if cross.size:
        heard = source[cross]
        out[cross] = g711.transcode(frames[heard], spoken[heard], law[cross])


def sums(todo: Plan, voices: g711.Samples) -> g711.Samples:
    """What each of `todo.mixed` hears, given what each of them says (n, 160)."""
    wide = voices.astype(np.int32)
    heard = np.add.reduceat(wide, todo.starts, axis=0)[todo.room_of] - wide
    if todo.speaker.size:
        extra = np.zeros(wide.shape, np.int64)
        np.add.at(extra, todo.listener, wide[todo.speaker] * todo.correction[:, None])
        heard = heard + ((extra + (1 << (GAIN_BITS - 1))) >> GAIN_BITS).astype(np.int32)
    return np.clip(heard, -32768, 32767).astype(np.int16)
