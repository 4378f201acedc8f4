"""Who is in a room, who is heard, and whether it has begun. Pure.

    waiting   the room waits for a moderator: all hear music
    begun     a moderator has come, or none was to be waited for
    over      the last moderator left a room that ends with them, or it is empty

Deliberately absent: calls, audio and events (room.py), keys (keys.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ivr.room_rules import RoomRules
from media.hearing import Hearing
from media.words import StreamId

LOUDER = 2**0.5
"""A step of a member's voice, 3 dB; four steps each way."""
FAINTEST, LOUDEST = 0.25, 4.0


@dataclass(slots=True)
class Member:
    """One party."""

    call: str
    stream: StreamId
    number: str
    moderator: bool
    muted: bool = False
    gain: float = 1.0
    since: float = 0.0
    """UTC seconds since 1970."""


@dataclass(slots=True)
class Assembly:
    """All who are in one room; in the order in which they came."""

    rules: RoomRules
    members: dict[str, Member] = field(default_factory=dict)
    begun: bool = False
    locked: bool = False
    quiet: bool = False
    """All who are no moderators are muted, also who comes."""

    def __post_init__(self) -> None:
        self.begun = not self.rules.wait

    def refuses(self, *, moderator: bool) -> str:
        """Why nobody more is let in; empty when somebody is. A moderator gets into a locked room."""
        if self.locked and not moderator:
            return "locked"
        return "full" if len(self.members) >= self.rules.most else ""

    def join(self, member: Member) -> None:
        """Somebody comes in."""
        member.muted = not member.moderator and (self.rules.muted or self.quiet)
        self.members[member.call] = member
        self.begun = self.begun or member.moderator

    def leave(self, call: str) -> list[Member]:
        """Somebody is gone; who has to leave with them."""
        gone = self.members.pop(call, None)
        if gone is None or not (gone.moderator and self.rules.end):
            return []
        return [] if self.moderated else list(self.members.values())

    @property
    def moderated(self) -> bool:
        """A moderator is here."""
        return any(member.moderator for member in self.members.values())

    @property
    def last(self) -> Member | None:
        """Who came last and is no moderator."""
        return next((member for member in reversed(self.members.values()) if not member.moderator), None)

    def mute(self, call: str, on: bool) -> None:
        """Nobody hears this member, or all do again."""
        if call in self.members:
            self.members[call].muted = on

    def mute_all(self, on: bool) -> None:
        """Nobody hears any but the moderators."""
        self.quiet = on
        for member in self.members.values():
            if not member.moderator:
                member.muted = on

    def louder(self, call: str, up: bool) -> None:
        """A member's voice is a step louder or fainter."""
        member = self.members[call]
        member.gain = min(max(member.gain * (LOUDER if up else 1 / LOUDER), FAINTEST), LOUDEST)

    def hearing(self) -> Hearing:
        """Who hears whom."""
        found = Hearing().join(*(member.stream for member in self.members.values()))
        for member in self.members.values():
            if member.muted:
                found = found.mute(member.stream)
            if abs(member.gain - 1.0) > 0.01:
                found = found.gained(member.stream, member.gain)
            if not self.begun:
                found = found.hold(member.stream, self.rules.music)
        return found
