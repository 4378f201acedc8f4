"""Who speaks in rooms, put together from what each engine says of its own part. See desk.py.

To an engine those of another one are the voice of a tie; they are known by name where they are, and only there.
Pure. Deliberately absent: who has a seat (floor.py).
"""

from __future__ import annotations

from media.events import FloorChanged
from media.span import is_tie
from media.words import RoomId, StreamId


class Speakers:
    """Of all rooms that are watched."""

    def __init__(self) -> None:
        self._parts: dict[RoomId, dict[str, list[tuple[float, StreamId]]]] = {}
        """By room and engine: levels and names."""

    def heard(self, engine: str, event: FloorChanged) -> FloorChanged | None:
        """What is to be told when an engine says this; None when nobody begins or stops to speak by it."""
        found = zip(event.levels_dbm0, event.speakers, strict=True)
        return self._changed(event.room, engine, [(level, name) for level, name in found if not is_tie(name)])

    def lost(self, engine: str) -> list[FloorChanged]:
        """The engine died, and who spoke there is silent."""
        rooms = [room for room, parts in self._parts.items() if engine in parts]
        return [told for room in rooms if (told := self._changed(room, engine, [])) is not None]

    def forget(self, room: RoomId) -> None:
        """The room is watched no more."""
        self._parts.pop(room, None)

    def _changed(self, room: RoomId, engine: str, speakers: list[tuple[float, StreamId]]) -> FloorChanged | None:
        parts = self._parts.setdefault(room, {})
        before = {name for _, name in parts.get(engine, ())}
        parts[engine] = speakers
        if not speakers:
            del parts[engine]
        everybody = sorted((one for part in parts.values() for one in part), key=lambda one: (-one[0], one[1]))
        if not parts:
            del self._parts[room]
        if before == {name for _, name in speakers}:
            return None
        return FloorChanged(room, tuple(name for _, name in everybody), tuple(level for level, _ in everybody))
