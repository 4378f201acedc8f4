"""Rooms: which streams hear each other, and how loud.

In a room everybody hears everybody else at gain 1. `says` and `hears` change that for all that a member says or hears;
`gains` overrides single (speaker, listener) pairs. hearing.py has names for what they can mean. A stream is in one
room at most; an empty room is gone.

Pure; streams are names here, rows only in the plan (mixer.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from media.words import RoomId, StreamId

MAX_GAIN = 4.0

Pair = tuple[StreamId, StreamId]
"""(speaker, listener)."""


@dataclass(slots=True)
class Room:
    """Members in the order they were named, and the gains that are not 1."""

    members: list[StreamId] = field(default_factory=list)
    gains: dict[Pair, float] = field(default_factory=dict)
    says: dict[StreamId, float] = field(default_factory=dict)
    hears: dict[StreamId, float] = field(default_factory=dict)
    shaped: bool = False
    """Members have gains of their own: the room is mixed by crowd.py, which makes changes without a click."""

    @property
    def plain(self) -> bool:
        """Two who simply hear each other: their bytes can be passed on."""
        return len(self.members) == 2 and not self.gains and not self.shaped


class Rooms:
    """All rooms of an engine."""

    def __init__(self) -> None:
        self.rooms: dict[RoomId, Room] = {}
        self._where: dict[StreamId, RoomId] = {}
        self.touched: set[RoomId] = set()
        """Rooms that are not as they were; who acts on it clears it."""
        self.left: set[StreamId] = set()
        """Streams that have left a room, though they may be in another by now; likewise."""

    def bridge(self, room: RoomId, streams: Sequence[StreamId]) -> None:
        """Room has exactly these members from now on; who was elsewhere has left there."""
        wanted = dict.fromkeys(streams)
        self.touched.add(room)
        for stream in self.rooms[room].members[:] if room in self.rooms else ():
            if stream not in wanted:
                self.leave(stream)
        for stream in wanted:
            if self._where.get(stream) != room:
                self.leave(stream)
            self._where[stream] = room
        if wanted:
            self.rooms.setdefault(room, Room()).members = list(wanted)

    def hear(
        self,
        room: RoomId,
        gains: Mapping[Pair, float],
        says: Mapping[StreamId, float] | None = None,
        hears: Mapping[StreamId, float] | None = None,
    ) -> None:
        """Room's gains are exactly these; all others are 1. An unknown room stays unknown."""
        found = self.rooms.get(room)
        if found is None:
            return
        self.touched.add(room)
        found.says, found.hears = _clipped(says or {}), _clipped(hears or {})
        found.shaped = bool(found.says or found.hears) or (found.shaped and len(found.members) > 1)
        # Where members have gains of their own, a pair at 1 is an exception like any other.
        clipped = {pair: min(max(gain, 0.0), MAX_GAIN) for pair, gain in gains.items()}
        found.gains = clipped if found.says or found.hears else {p: gain for p, gain in clipped.items() if gain != 1.0}

    def join(self, room: RoomId, stream: StreamId) -> None:
        """Stream is a member too, from now on."""
        if self._where.get(stream) != room:
            self.leave(stream)
            self._where[stream] = room
            self.rooms.setdefault(room, Room()).members.append(stream)
            self.touched.add(room)

    def leave(self, stream: StreamId) -> None:
        """Stream is in no room."""
        room = self._where.pop(stream, None)
        if room is None:
            return
        self.touched.add(room)
        self.left.add(stream)
        found = self.rooms[room]
        found.members.remove(stream)
        for gains in (found.says, found.hears):
            gains.pop(stream, None)
        found.shaped = found.shaped and bool(found.says or found.hears)
        if not found.members:
            del self.rooms[room]

    def where(self, stream: StreamId) -> RoomId | None:
        """The room that stream is in."""
        return self._where.get(stream)


def _clipped(gains: Mapping[StreamId, float]) -> dict[StreamId, float]:
    clipped = {stream: min(max(gain, 0.0), MAX_GAIN) for stream, gain in gains.items()}
    return {stream: gain for stream, gain in clipped.items() if gain != 1.0}
