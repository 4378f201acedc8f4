"""Who speaks in the rooms that ask, and in big ones, letting only the loudest through.

The energy of all members of all watched rooms is array work. The voice detector is asked only for those above the
noise, and for no more than the 16 loudest of a room; `Listener` adds the hysteresis. A room with a limit is mixed from
frames of which the others' are silent; who gets or gives up a seat fades over one frame.

Nothing is done for rooms that nobody asked for.
Units: ticks of 20 ms, dBm0. Deliberately absent: who has a seat (floor.py), the mixing (mixer.py, crowd.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from media import g711
from media.board import Board, Bools, Ints
from media.events import FloorChanged
from media.floor import Seats
from media.room import Room, Rooms
from media.speech import Listener
from media.tone import FULL_SCALE_DBM0
from media.words import FRAME_SAMPLES, RoomId, StreamId

FAINTEST_DBM0 = -45.0
"""Fainter members are silent, and the detector is not asked."""
MOST_ASKED = 16
"""Members of one room that the detector is asked for in one tick, the loudest: so long it takes, 16 times 10 us."""
ATTACK, RELEASE = 0.4, 0.06
"""Share of a new frame in a member's level when it is louder, and when it is fainter: 40 ms, 330 ms."""

_FULL = 32768.0**2 / 2
_FAINTEST = _FULL * 10 ** ((FAINTEST_DBM0 - FULL_SCALE_DBM0) / 10)
_RISE = (np.sin((np.arange(FRAME_SAMPLES) + 1) * np.pi / 2 / FRAME_SAMPLES) ** 2).astype(np.float32)


class Floor:
    """One room that is watched."""

    def __init__(self, loudest: int) -> None:
        self.loudest = loudest
        self.seats = Seats(loudest)
        self.rows: Ints = np.zeros(0, np.int64)
        """Members who may be heard."""
        self.names: dict[int, StreamId] = {}
        self.ears: dict[int, Listener] = {}
        """Those who have been loud; the others are silent anyway."""
        self.told: tuple[StreamId, ...] = ()

    @property
    def limited(self) -> bool:
        """Somebody has to be left out."""
        return 0 < self.loudest < self.rows.size

    def follow(self, room: Room, row_of: Mapping[StreamId, int]) -> list[int]:
        """The members are these now; rows of those who are new."""
        heard = (name for name in room.members if name in row_of and room.says.get(name, 1.0) > 0)
        names = {row_of[name]: name for name in heard}
        # A row that has another name by now begins anew.
        self.ears = {row: ear for row, ear in self.ears.items() if names.get(row) == self.names.get(row)}
        new = [row for row, name in names.items() if self.names.get(row) != name]
        self.names, self.rows = names, np.array(list(names), np.int64)
        return new


class Floors:
    """All watched rooms of an engine. `tell` gets FloorChanged."""

    def __init__(
        self, board: Board, rooms: Rooms, row_of: Mapping[StreamId, int], tell: Callable[[FloorChanged], None]
    ) -> None:
        self._board, self._rooms, self._row_of, self._tell = board, rooms, row_of, tell
        self._floors: dict[RoomId, Floor] = {}
        self._power = np.zeros(board.rows, np.float32)
        """Smoothed level of watched rows: mean square."""
        self._shut: Bools = np.zeros(board.rows, np.bool_)
        """Rows that were not let through in the last tick."""
        self._gating = False
        """There are such."""

    def __bool__(self) -> bool:
        return bool(self._floors) or self._gating

    @property
    def wanted(self) -> Ints:
        """Rows whose voices are weighed."""
        return np.concatenate([np.zeros(0, np.int64), *(floor.rows for floor in self._floors.values())])

    def watch(self, name: RoomId, *, on: bool, loudest: int) -> None:
        """Watch a room from now on, and let only so many through (0: all); or no more. An unknown room has none."""
        floor = self._floors.pop(name, None)
        room = self._rooms.rooms.get(name)
        if on and room is not None:
            if floor is None or floor.loudest != max(loudest, 0):
                floor = Floor(max(loudest, 0))
            self._floors[name] = floor
            self._power[floor.follow(room, self._row_of)] = 0.0

    def follow(self) -> None:
        """Take over what has changed in the rooms; call before the notes of it are cleared."""
        for name in self._rooms.touched & self._floors.keys():
            room = self._rooms.rooms.get(name)
            if room is None:
                self._say(name, self._floors.pop(name), {})
            else:
                self._power[self._floors[name].follow(room, self._row_of)] = 0.0

    def listen(self, frames: g711.Codes) -> g711.Codes:
        """Hear this tick's `frames` (high, 160); what the rooms are mixed from."""
        shut = np.zeros_like(self._shut)
        floors = list(self._floors.items())
        rows = np.concatenate([floor.rows for _, floor in floors] or [np.zeros(0, np.int64)])
        samples = g711.decode(frames[rows], self._board.law[rows])
        power = np.square(samples.astype(np.float32)).mean(axis=1)
        before = self._power[rows]
        self._power[rows] = before + (power - before) * np.where(power > before, ATTACK, RELEASE).astype(np.float32)
        start = 0
        for name, floor in floors:
            end = start + floor.rows.size
            self._judge(name, floor, samples[start:end], power[start:end])
            if floor.limited:
                shut[floor.rows] = True
                shut[list(floor.seats.rows)] = False
            start = end
        return self._gated(frames, shut)

    def _judge(self, name: RoomId, floor: Floor, samples: g711.Samples, power: np.ndarray) -> None:
        loud = np.flatnonzero(power > _FAINTEST)
        if loud.size > MOST_ASKED:
            loud = loud[np.argpartition(power[loud], -MOST_ASKED)[-MOST_ASKED:]]
        asked = {int(floor.rows[n]): n for n in loud.tolist()}
        changed, voiced = False, []
        for row in asked.keys() | {row for row, ear in floor.ears.items() if not ear.idle}:
            ear = floor.ears.get(row)
            if ear is None:
                ear = floor.ears[row] = Listener()
            speech = row in asked and ear.voiced(samples[asked[row]])
            if speech:
                voiced.append(row)
            changed |= ear.take(speech)
        if floor.limited:
            seated = [row for row in floor.seats.rows if row in floor.names]
            floor.seats.settle(self._board.tick, self._levels(voiced), self._levels(seated))
        speakers = [row for row, ear in floor.ears.items() if ear.speaking]
        if changed or len(speakers) != len(floor.told):
            self._say(name, floor, self._levels(speakers))

    def _levels(self, rows: list[int]) -> dict[int, float]:
        """dBm0 of each."""
        db = 10 * np.log10(np.maximum(self._power[rows], 1e-3) / _FULL) + FULL_SCALE_DBM0
        return dict(zip(rows, db.tolist(), strict=True))

    def _say(self, name: RoomId, floor: Floor, levels: Mapping[int, float]) -> None:
        """Tell who speaks, the loudest first, if those are others than told before."""
        rows = sorted(levels, key=lambda row: (-levels[row], row))
        speakers = tuple(floor.names[row] for row in rows)
        if set(speakers) != set(floor.told):
            self._tell(FloorChanged(name, speakers, tuple(round(levels[row], 1) for row in rows)))
        floor.told = speakers

    def _gated(self, frames: g711.Codes, shut: Bools) -> g711.Codes:
        """`frames` without those who are `shut`; who is newly so, or no more, fades."""
        high = frames.shape[0]
        was, self._shut, self._gating = self._shut, shut, bool(shut.any())
        silent = np.flatnonzero(shut[:high] & was[:high])
        fading = np.flatnonzero(shut[:high] != was[:high])
        if not silent.size and not fading.size:
            return frames
        law = self._board.law
        mixed = frames.copy()
        mixed[silent] = g711.SILENCE[law[silent], None]
        if fading.size:
            ramp = np.where(shut[fading, None], 1 - _RISE, _RISE)
            sound = np.rint(g711.decode(frames[fading], law[fading]) * ramp).astype(np.int16)
            mixed[fading] = g711.encode(sound, law[fading])
        return mixed
