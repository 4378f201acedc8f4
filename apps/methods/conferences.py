"""Conference rooms: list, show, mute, kick, lock, record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from apps.api import params as p
from apps.api import types as t
from apps.api.protocol import not_found

if TYPE_CHECKING:
    from apps.conference.room import Room
    from apps.house import House


class Conferences:
    """Methods about conference rooms."""

    def __init__(self, house: House) -> None:
        self._house = house

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {
            "conferences.list": self.list,
            "conferences.show": self.show,
            "conferences.mute": self.mute,
            "conferences.kick": self.kick,
            "conferences.lock": self.lock,
            "conferences.record": self.record,
        }

    def _room(self, name: str, call_id: str = "") -> Room:
        room = self._house.rooms.by_name.get(name)
        if room is None:
            raise not_found("conference", name, "zongji conferences list shows them.")
        if call_id and call_id not in room.seats:
            raise not_found("member", call_id, f"zongji conferences show {name} shows them.")
        return room

    async def list(self, _: p.Nothing) -> t.Conferences:
        return t.Conferences([room.info() for _, room in sorted(self._house.rooms.by_name.items())])

    async def show(self, asked: p.ByRoom) -> t.ConferenceInfo:
        return self._room(asked.room).info()

    async def mute(self, asked: p.RoomMute) -> t.ConferenceInfo:
        room = self._room(asked.room, asked.call_id)
        room.mute(asked.call_id, asked.on)
        return room.info()

    async def kick(self, asked: p.RoomMember) -> t.ConferenceInfo:
        room = self._room(asked.room, asked.call_id)
        room.end_stay(asked.call_id, "kicked")
        return room.info()

    async def lock(self, asked: p.RoomTurn) -> t.ConferenceInfo:
        room = self._room(asked.room)
        room.lock(asked.on)
        return room.info()

    async def record(self, asked: p.RoomTurn) -> t.ConferenceInfo:
        room = self._room(asked.room)
        room.record(asked.on)
        return room.info()
