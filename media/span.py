"""A room whose members are on several engines: who is on which part of it, and which ties join the parts.

One engine is the *hub*. A *mix tie* joins the hub with each other engine: it is a member on both ends, hears what every
member hears there (all without itself) and says it at the other end. So everybody hears all others once, by two ties at
most. A speaker whom single members on other engines are to hear louder, fainter or not at all (a whisper) must not be
in such a sum: a *feed tie* carries that voice alone to each other engine, where it is a member who hears nobody, and
its gains there are those of the speaker. Thus every gain of the room is what it would be on one engine.

What ties cost: up to 40 ms for each, and sums that are clipped once for each tie they pass instead of once in all.

Pure; engines are names here. Deliberately absent: opening ties (desk_ties.py), what a tie is (tie.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from media.words import RoomId, StreamId

Pair = tuple[StreamId, StreamId]
"""(speaker, listener)."""
_SIGN = "~"


def is_tie(name: str) -> bool:
    """Ties' names begin with a sign that no leg's id has."""
    return name.startswith(_SIGN)


def feed_name(number: int) -> StreamId:
    """Name of a tie that is in no room."""
    return StreamId(f"{_SIGN}{number}")


@dataclass(frozen=True, slots=True)
class Shape:
    """Gains that are not 1, as `orders.Hear` has them: a pair's gain stands for what speaker and listener make."""

    gains: Mapping[Pair, float] = field(default_factory=dict)
    says: Mapping[StreamId, float] = field(default_factory=dict)
    hears: Mapping[StreamId, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.gains or self.says or self.hears)


@dataclass(frozen=True, slots=True)
class Tie:
    """A line between two engines; with a `speaker`, it carries that one from `here` to `there`."""

    name: StreamId
    here: str
    there: str
    speaker: StreamId | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A room on one engine."""

    members: tuple[StreamId, ...]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Plan:
    """What each engine is told of a room."""

    ties: tuple[Tie, ...]
    parts: Mapping[str, Part]


def plan(room: RoomId, members: Mapping[StreamId, str], hub: str, shape: Shape) -> Plan:
    """The parts of a room with these members (and their engines); `hub` is one of the engines."""
    engines = tuple(dict.fromkeys(members.values()))
    mixes = [Tie(StreamId(f"{_SIGN}{room}/{hub}/{one}"), hub, one) for one in engines if one != hub]
    odd = dict.fromkeys(s for s, to in shape.gains if s in members and to in members and members[s] != members[to])
    feeds = [
        Tie(StreamId(f"{_SIGN}{room}/{speaker}/{one}"), members[speaker], one, speaker)
        for speaker in odd
        for one in engines
        if one != members[speaker]
    ]
    parts = {}
    for engine in engines:
        here = [member for member, at in members.items() if at == engine]
        ties = [tie.name for tie in mixes if engine in (tie.here, tie.there)]
        heard = {tie.name: tie.speaker for tie in feeds if tie.there == engine and tie.speaker is not None}
        gains = {
            pair: gain for pair, gain in shape.gains.items() if all(members.get(o, engine) == engine for o in pair)
        }
        for speaker in (*(one for one in here if one in odd), *heard):
            gains |= {(speaker, tie): 0.0 for tie in ties}
        for tie, speaker in heard.items():
            gains |= {(tie, to): gain for (said, to), gain in shape.gains.items() if said == speaker and to in here}
        # Gains of those who are no members yet wait for them everywhere.
        says = {name: gain for name, gain in shape.says.items() if members.get(name, engine) == engine}
        says |= {tie: shape.says[speaker] for tie, speaker in heard.items() if speaker in shape.says}
        hears = {name: gain for name, gain in shape.hears.items() if members.get(name, engine) == engine}
        hears |= dict.fromkeys(heard, 0.0)
        parts[engine] = Part((*here, *ties, *heard), Shape(gains, says, hears))
    return Plan((*mixes, *feeds), parts)
