"""The desk's orders about rooms: who is in them, who hears whom, what is said into them. See desk.py.

Members may be on different engines: spread.py has the parts of a room, and span.py the ties that join them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from media import orders, wording
from media.desk_plays import Plays
from media.engine_line import EngineLine
from media.events import AnnouncementEnded
from media.hearing import Hearing
from media.span import Shape
from media.spread import Spread
from media.words import RoomId, Source, StreamId


class Bridges(Plays):
    """The part of the desk that joins streams."""

    def bridge(self, room: RoomId, streams: Sequence[StreamId]) -> None:
        """Room has exactly these members, who hear each other, on whatever engines they are."""
        lines = {stream: line for stream in streams if (line := self._where.get(stream)) is not None}
        spread = self._rooms.get(room)
        for stream in list(spread.members) if spread is not None else ():
            if stream not in lines and spread is not None:
                del self._inside[stream]
                spread.remove(stream)
        for stream in lines:
            self._move(stream, room)
        if spread is None and not lines:
            return
        spread = self._rooms.setdefault(room, spread or Spread(room))
        for stream, line in lines.items():
            if stream not in spread.members:
                spread.add(stream, line)
                self._inside[stream] = room
        spread.settle(self._ties, anew=True, absent=[stream for stream in streams if stream not in lines])
        if not spread.members:
            del self._rooms[room]

    def hear(self, room: RoomId, gains: Mapping[tuple[StreamId, StreamId], float]) -> None:
        """(speaker, listener) gains 0..4 of the room; pairs that are not named are at 1."""
        self._reshape(room, Shape(dict(gains)))

    def unbridge(self, stream: StreamId) -> None:
        """Stream leaves its room."""
        self._tell(stream, orders.Unbridge(stream))
        self._part(stream)

    def _lose_rooms(self, line: EngineLine) -> None:
        """An engine died: rooms lose that part, and go on without it."""
        self._ties.lost(line)
        for spread in [spread for spread in self._rooms.values() if line in spread.crowd]:
            for stream in [stream for stream, at in spread.members.items() if at is line]:
                del self._inside[stream]
            spread.lose(line)
            spread.settle(self._ties)
            if not spread.members:
                del self._rooms[spread.room]

    def join(self, room: RoomId, stream: StreamId) -> None:
        """Stream is a member too; for large rooms, where `bridge` would name all."""
        line = self._where.get(stream)
        if line is None or self._inside.get(stream) == room:
            return
        self._move(stream, room)
        spread = self._rooms.setdefault(room, Spread(room))
        first = line not in spread.crowd and bool(spread.crowd)
        spread.add(stream, line)
        self._inside[stream] = room
        spread.joined(stream, self._ties)
        if first and spread.bell is not None:
            self._ring(spread, spread.bell.entry)

    def _move(self, stream: StreamId, room: RoomId) -> None:
        """Stream goes into `room`; the one that it was in is told, its engine knows by itself."""
        if self._inside.get(stream, room) != room:
            self._part(stream)

    def _part(self, stream: StreamId) -> None:
        """Stream has left its room, and its engine knows; the room's other engines are told."""
        room = self._inside.pop(stream, None)
        if room is None:
            return
        spread = self._rooms[room]
        line = spread.members[stream]
        spread.remove(stream)
        spread.parted(line, self._ties)
        if not spread.members:
            del self._rooms[spread.room]
        elif line not in spread.crowd and spread.bell is not None:
            self._ring(spread, spread.bell.exit)

    def _ring(self, spread: Spread, tones: list[orders.Sounds]) -> None:
        """The first of an engine came, or the last one went: nobody is there to hear that engine's doorbell."""
        if tones and spread.hub is not None:
            spread.hub.tell(orders.Announce(next(self._plays), spread.room, "", tones, 0.0, False))

    def arrange(self, room: RoomId, hearing: Hearing) -> None:
        """Room has the members of `hearing`, who hear each other as it says; whom it holds hear its music.

        Music of members who are not held ends.
        """
        self.bridge(room, hearing.members)
        self._shape(room, hearing)
        for member in hearing.members:
            self.music(member, hearing.held.get(member))

    def reshape(self, room: RoomId, before: Hearing, now: Hearing) -> None:
        """The same for a room that is arranged as `before`: only what differs is told."""
        for member in before.members:
            if member not in now.members:
                self.music(member, None)
                self.unbridge(member)
        for member in now.members:
            if member not in before.members:
                self.join(room, member)
            if before.held.get(member) != now.held.get(member):
                self.music(member, now.held.get(member))
        self._shape(room, now)

    def _shape(self, room: RoomId, hearing: Hearing) -> None:
        self._reshape(room, Shape(hearing.pairs, hearing.says, hearing.hears))

    def _reshape(self, room: RoomId, shape: Shape) -> None:
        spread = self._rooms.get(room)
        if spread is not None:
            spread.shape = shape
            spread.settle(self._ties)

    def watch_floor(self, room: RoomId, *, on: bool = True, loudest: int = 0) -> None:
        """Tell `FloorChanged` of who speaks in the room, or no more.

        With `loudest`, only so many of those who speak are heard by the others; for big rooms. Of a room on several
        engines all who speak are told, and the hub judges who is let through: each of the others is one voice to it.
        A room that nobody is in forgets it.
        """
        spread = self._rooms.get(room)
        if spread is not None:
            spread.watch(orders.WatchFloor(room, on, loudest))
        if not on:
            self._speakers.forget(room)

    def announce(
        self, where: RoomId | StreamId, sources: Sequence[Source], *, duck_db: float = 12.0, loop: bool = False
    ) -> int:
        """Say something into a room, or to one stream, over what is heard, which is `duck_db` fainter meanwhile.

        In a room on several engines the hub says it and the ties carry it; those on other engines hear the members
        of their own engine as loud as before.
        Number of the announcement; `AnnouncementEnded` follows, at once when there is no such room or stream.
        """
        number = next(self._plays)
        room = RoomId(where)
        line = spread.hub if (spread := self._rooms.get(room)) is not None else None
        wired = [wording.sounds(source) for source in sources]
        if line is not None:
            order = orders.Announce(number, room, "", wired, duck_db, loop)
        else:
            line = self._where.get(StreamId(where))
            order = orders.Announce(number, "", where, wired, duck_db, loop)
        if line is None:
            self._announce(AnnouncementEnded(number, "closed", 0))
        else:
            self._announced[number] = line
            line.tell(order)
        return number

    def stop_announce(self, number: int) -> None:
        """End an announcement within one frame."""
        if number in self._announced:
            self._announced[number].tell(orders.StopAnnounce(number))

    def doorbell(self, room: RoomId, entry: Sequence[Source] = (), exit: Sequence[Source] = ()) -> None:
        """What the room hears from now on when a member comes or goes; without both, nothing."""
        spread = self._rooms.get(room)
        if spread is not None:
            spread.bell = orders.Doorbell(room, [wording.sounds(s) for s in entry], [wording.sounds(s) for s in exit])
            for line in spread.crowd:
                line.tell(spread.bell)
