"""One room as the desk has it: its members, the engines they are on, and what each engine was told of it.

`settle` makes the engines' parts what they should be after any change, with as few orders as that takes.

Deliberately absent: which orders change a room (desk_rooms.py), who must hear whom by what way (span.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from media import orders, span
from media.desk_ties import TieLines
from media.engine_line import EngineLine
from media.span import Part, Shape
from media.words import RoomId, StreamId


@dataclass(slots=True)
class Spread:
    """A room, on one engine or on several."""

    room: RoomId
    members: dict[StreamId, EngineLine] = field(default_factory=dict)
    shape: Shape = field(default_factory=Shape)
    bell: orders.Doorbell | None = None
    floor: orders.WatchFloor | None = None
    """What the hub was told, and whoever becomes it is; the others only say who speaks."""
    hub: EngineLine | None = None
    """The engine that all others are tied to: the first one, for as long as it has a member."""
    crowd: Counter[EngineLine] = field(default_factory=Counter)
    """Members on each engine."""
    _inside: dict[EngineLine, set[StreamId]] = field(default_factory=dict)
    """Whom each engine has in its part, ties too."""
    _shaped: dict[EngineLine, Shape] = field(default_factory=dict)
    """Which gains each was told last."""
    _ties: set[StreamId] = field(default_factory=set)

    def add(self, stream: StreamId, line: EngineLine) -> None:
        """Stream is a member; `settle` tells."""
        self.members[stream] = line
        self.crowd[line] += 1

    def remove(self, stream: StreamId) -> None:
        """Stream is none any more; its engine knows, or is told apart."""
        line = self.members.pop(stream)
        self._inside.get(line, set()).discard(stream)
        self.crowd[line] -= 1
        if not self.crowd[line]:
            del self.crowd[line]
        keep = {name: gain for name, gain in self.shape.says.items() if name != stream}
        self.shape = replace(
            self.shape, says=keep, hears={name: gain for name, gain in self.shape.hears.items() if name != stream}
        )

    def lose(self, line: EngineLine) -> None:
        """Engine died, and all of the room that was on it."""
        for stream in [stream for stream, at in self.members.items() if at is line]:
            self.remove(stream)
        self._inside.pop(line, None)
        self._shaped.pop(line, None)

    def joined(self, stream: StreamId, ties: TieLines) -> None:
        """After `add`: let the engines know."""
        line = self.members[stream]
        if line in self._inside and not self.shape:
            self._inside[line].add(stream)
            line.tell(orders.Join(self.room, stream))
        else:
            self.settle(ties)

    def parted(self, line: EngineLine, ties: TieLines) -> None:
        """After `remove` of somebody on `line`: let the engines know."""
        if line not in self.crowd or self.shape:
            self.settle(ties)

    def settle(self, ties: TieLines, *, anew: bool = False, absent: Iterable[StreamId] = ()) -> None:
        """Tell the engines all that has changed; `anew`: who is in the room and who is not.

        `absent` are members whom no engine has yet.
        """
        lines = {line.name: line for line in self.crowd}
        before = self.hub
        if self.hub not in self.crowd:
            self.hub = next(iter(lines.values()), None)
        wanted = span.plan(
            self.room,
            {stream: line.name for stream, line in self.members.items()},
            self.hub.name if self.hub else "",
            self.shape,
        )
        needed = {tie.name for tie in wanted.ties}
        for name in self._ties - needed:
            ties.close(name)
        for tie in wanted.ties:
            if tie.name not in ties:
                ties.open(tie.name, lines[tie.here], lines[tie.there], tie.speaker)
        self._ties = needed
        for line in self.crowd:
            self._tell(line, wanted.parts[line.name], anew, tuple(absent) if line is self.hub else ())
        for line in [line for line in self._inside if line not in self.crowd]:
            del self._inside[line]
            self._shaped.pop(line, None)
            if anew:
                line.tell(orders.Bridge(self.room, []))
        if self.hub is not before and self.hub is not None and self.floor is not None:
            self.hub.tell(self.floor)

    def watch(self, floor: orders.WatchFloor) -> None:
        """Let every engine watch its part from now on, or no more."""
        self.floor = floor if floor.on else None
        for line in self.crowd:
            line.tell(floor if line is self.hub else _only_told(floor))

    def _tell(self, line: EngineLine, part: Part, anew: bool, absent: tuple[StreamId, ...]) -> None:
        inside = self._inside.get(line)
        if inside is None or anew:
            line.tell(orders.Bridge(self.room, [str(name) for name in (*part.members, *absent)]))
        else:
            for member in part.members:
                if member not in inside:
                    line.tell(orders.Join(self.room, member))
        if part.shape != self._shaped.get(line, Shape()):
            line.tell(_hear(self.room, part.shape))
        if inside is None and self.bell is not None:
            line.tell(self.bell)
        if inside is None and self.floor is not None and line is not self.hub:
            line.tell(_only_told(self.floor))
        self._inside[line], self._shaped[line] = set(part.members), part.shape


def _only_told(floor: orders.WatchFloor) -> orders.WatchFloor:
    """Of a part that is not the hub's: who speaks there, and everybody is let through."""
    return orders.WatchFloor(floor.room, floor.on, 0)


def _hear(room: RoomId, shape: Shape) -> orders.Hear:
    gains = [(str(speaker), str(listener), gain) for (speaker, listener), gain in shape.gains.items()]
    says = {str(member): gain for member, gain in shape.says.items()}
    return orders.Hear(room, gains, says, {str(member): gain for member, gain in shape.hears.items()})
