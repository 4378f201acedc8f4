"""The desk's orders about rooms: who is in them, who hears whom, what is said into them. See desk.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from media import orders
from media.desk_base import MediaError
from media.desk_plays import Plays
from media.hearing import Hearing
from media.words import AnnouncementEnded, RoomId, Source, StreamId


class Bridges(Plays):
    """The part of the desk that joins streams."""

    def bridge(self, room: RoomId, streams: Sequence[StreamId]) -> None:
        """Room has exactly these members, who hear each other. MediaError when they are on different engines."""
        lines = {line.name: line for stream in streams if (line := self._where.get(stream)) is not None}
        if len(lines) > 1:
            raise MediaError(f"the streams of room {room!r} are on different engines; open them `near` each other")
        before = self._rooms.pop(room, None)
        for line in lines.values():
            self._rooms[room] = line
            line.tell(orders.Bridge(room, list(streams)))
        if before is not None and before.name not in lines:
            before.tell(orders.Bridge(room, []))

    def hear(self, room: RoomId, gains: Mapping[tuple[StreamId, StreamId], float]) -> None:
        """(speaker, listener) gains 0..4 of the room; pairs that are not named are at 1."""
        line = self._rooms.get(room)
        if line is not None:
            line.tell(orders.Hear(room, [(speaker, listener, gain) for (speaker, listener), gain in gains.items()]))

    def unbridge(self, stream: StreamId) -> None:
        """Stream leaves its room."""
        self._tell(stream, orders.Unbridge(stream))

    def join(self, room: RoomId, stream: StreamId) -> None:
        """Stream is a member too; for large rooms, where `bridge` would name all. MediaError as there."""
        line = self._where.get(stream)
        if line is None:
            return
        if self._rooms.setdefault(room, line) is not line:
            raise MediaError(f"stream {stream!r} and room {room!r} are on different engines")
        line.tell(orders.Join(room, stream))

    def arrange(self, room: RoomId, hearing: Hearing) -> None:
        """Room has the members of `hearing`, who hear each other as it says; whom it holds hear its music.

        MediaError when they are on different engines. Music of members who are not held ends.
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
        line = self._rooms.get(room)
        if line is not None:
            gains = [(str(speaker), str(listener), gain) for (speaker, listener), gain in hearing.pairs.items()]
            says = {str(member): gain for member, gain in hearing.says.items()}
            line.tell(orders.Hear(room, gains, says, {str(member): gain for member, gain in hearing.hears.items()}))

    def watch_floor(self, room: RoomId, *, on: bool = True, loudest: int = 0) -> None:
        """Tell `FloorChanged` of who speaks in the room, or no more.

        With `loudest`, only so many of those who speak are heard by the others; for big rooms.
        """
        line = self._rooms.get(room)
        if line is not None:
            line.tell(orders.WatchFloor(room, on, loudest))

    def announce(
        self, where: RoomId | StreamId, sources: Sequence[Source], *, duck_db: float = 12.0, loop: bool = False
    ) -> int:
        """Say something into a room, or to one stream, over what is heard, which is `duck_db` fainter meanwhile.

        Number of the announcement; `AnnouncementEnded` follows, at once when there is no such room or stream.
        """
        number = next(self._plays)
        room = RoomId(where)
        line = self._rooms.get(room)
        wired = [orders.sounds(source) for source in sources]
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
        line = self._rooms.get(room)
        if line is not None:
            line.tell(orders.Doorbell(room, [orders.sounds(s) for s in entry], [orders.sounds(s) for s in exit]))
