"""Announcements: what is said into a room or to one listener, over what they hear anyway, which is ducked meanwhile.

Ducking comes and goes within one frame. A room's doorbell is an announcement of its own when a member comes or goes.
Files are loaded in the loader's thread, as for plays.

Deliberately absent: plays, which replace what is heard (sounding.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from media import g711, orders, wording
from media.board import Board, Ints
from media.events import AnnouncementEnded
from media.files import Loader
from media.process import log
from media.room import Rooms
from media.source import Player
from media.span import is_tie
from media.words import FRAME_SAMPLES, RoomId, StreamId

_RISE = np.arange(1, FRAME_SAMPLES + 1, dtype=np.float32) / FRAME_SAMPLES


@dataclass(slots=True)
class _Announcement:
    room: RoomId | None
    stream: StreamId
    player: Player | None
    duck: float
    """Gain of what lies under it."""
    level: float = 1.0
    """That gain at the end of the last frame."""


class Announcer:
    """Announcements of one engine. `tell` gets AnnouncementEnded."""

    def __init__(
        self,
        board: Board,
        loader: Loader,
        rooms: Rooms,
        row_of: Mapping[StreamId, int],
        tell: Callable[[AnnouncementEnded], None],
    ) -> None:
        self._board = board
        self._loader = loader
        self._rooms = rooms
        self._row_of = row_of
        self._tell = tell
        self._running: dict[int, _Announcement] = {}
        self._bells: dict[RoomId, orders.Doorbell] = {}
        self._inside: dict[RoomId, set[StreamId]] = {}
        """Members of the rooms with a doorbell, as they were last noticed."""
        self._rung = 0
        """Doorbells have numbers below nought and end in silence."""
        self.failed = 0
        """Announcements of which something could not be played."""

    @property
    def wanted(self) -> Ints:
        """All who hear an announcement, or will as soon as it is loaded; some more than once."""
        return np.concatenate([np.zeros(0, np.int64), *map(self._rows, self._running.values())])

    def announce(self, order: orders.Announce) -> None:
        """Load, then begin with the next tick; another announcement to the same room goes on beside it."""
        room = RoomId(order.room) if order.room else None
        duck = float(10 ** (-min(max(order.duck_db, 0.0), 96.0) / 20))
        announcement = _Announcement(room, StreamId(order.stream), None, duck)
        self._running[order.number] = announcement
        sources = [wording.source_of(wired) for wired in order.sources]

        def load() -> Player:
            clips, failed = self._loader.shelf.clips(sources)
            return Player(order.number, clips, g711.MULAW, loop=order.loop, failed=failed)

        def loaded(player: Player) -> None:
            announcement.player = player
            if player.failed:
                self.failed += 1
                log(f"announcement={order.number}: {player.failed}")

        self._loader.submit(load, loaded)

    def stop(self, number: int) -> None:
        """It is heard no more from this tick on; what it ducked comes back within a frame."""
        announcement = self._running.get(number)
        if announcement is not None:
            self._end(number, announcement, "stopped")
            if announcement.level != 1.0:
                announcement.player = Player(0, [], g711.MULAW, loop=False)
                self._rung -= 1
                self._running[self._rung] = announcement

    def doorbell(self, order: orders.Doorbell) -> None:
        """The room has these tones from now on; none when both are empty."""
        room = RoomId(order.room)
        self._bells.pop(room, None)
        if order.entry or order.exit:
            self._bells[room] = order
            self._inside[room] = self._members(room)

    def notice(self, touched: Iterable[RoomId]) -> None:
        """Ring where somebody has come or gone."""
        for room in self._bells.keys() & touched:
            before, now = self._inside[room], self._members(room)
            self._inside[room] = now
            if not now:
                del self._bells[room], self._inside[room]
                continue
            bell = self._bells[room]
            for tones, changed in ((bell.entry, now - before), (bell.exit, before - now)):
                if tones and changed:
                    self._rung -= 1
                    self.announce(orders.Announce(self._rung, room, "", tones, 0.0, False))

    def overlay(self) -> None:
        """Lay all that is announced over what the members would hear."""
        if not self._running:
            return
        for number, announcement in list(self._running.items()):
            rows = self._rows(announcement)
            if not rows.size:
                self._end(number, announcement, "closed")
            elif announcement.player is not None:
                self._step(number, announcement, announcement.player, rows)

    def _step(self, number: int, announcement: _Announcement, player: Player, rows: Ints) -> None:
        b = self._board
        over = player.over
        duck = 1.0 if over else announcement.duck
        if duck != 1.0 or announcement.level != 1.0 or not over:
            under = g711.decode(b.out[rows], b.law[rows]).astype(np.float32)
            if duck != 1.0 or announcement.level != 1.0:
                under *= announcement.level + (duck - announcement.level) * _RISE
            if not over:
                under += g711.DECODE[g711.MULAW].take(player.take())
            samples = np.clip(np.rint(under), -32768, 32767).astype(np.int16)
            b.out[rows] = g711.encode(samples, b.law[rows])
            announcement.level = duck
        if over:
            self._end(number, announcement, "failed" if player.failed else "done")

    def _rows(self, announcement: _Announcement) -> Ints:
        if announcement.room is None:
            found = [announcement.stream]
        else:
            room = self._rooms.rooms.get(announcement.room)
            found = room.members if room else []
        return np.array([self._row_of[name] for name in found if name in self._row_of], np.int64)

    def _members(self, room: RoomId) -> set[StreamId]:
        found = self._rooms.rooms.get(room)
        return {member for member in found.members if not is_tie(member)} if found else set()

    def _end(self, number: int, announcement: _Announcement, why: str) -> None:
        del self._running[number]
        if number >= 0:
            player = announcement.player
            self._tell(AnnouncementEnded(number, why, player.heard_ms if player else 0))
