"""One show: who is in it, in which part, in which place of the line; and from that, who hears whom.

All hear who is on air. Who is screened and the hosts hear each other, too, and nobody else hears them meanwhile.
A place in the line is kept on air, and taken up again by who is sent back.

Pure. Deliberately absent: calls, keys, sounds (live.py, keys.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apps.studio.words import PARTS, Happening, Part, Role
from media.hearing import Hearing
from media.words import StreamId


@dataclass(slots=True)
class Member:
    """Somebody in the show. `place`: their number in the line, the lowest is first; 0 without one."""

    call: str
    stream: StreamId
    role: Role
    part: Part
    place: int = 0
    screened: bool = False
    """The host has talked with them."""
    aired: int = 0
    """When they came on air, as a number that grows."""


class Show:
    """`members` by their calls, in the order in which they came."""

    def __init__(self) -> None:
        self._members: dict[str, Member] = {}
        self._numbers = 0

    @property
    def members(self) -> Mapping[str, Member]:
        return self._members

    def join(self, call: str, stream: StreamId, role: Role) -> None:
        """Experts are on air at once; hosts hear and direct."""
        part = Part.ON_AIR if role is Role.EXPERT else Part.LISTENING
        self._members[call] = Member(call, stream, role, part)

    def leave(self, call: str) -> None:
        """They are out, and their place is given up."""
        self._members.pop(call, None)

    def happen(self, call: str, happening: Happening) -> bool:
        """Move somebody. False when that cannot happen to who they are: nothing has changed."""
        member = self._members.get(call)
        after = PARTS[member.part].get(happening) if member is not None else None
        if member is None or after is None:
            return False
        if member.role is not Role.CALLER and after not in (Part.ON_AIR, Part.LISTENING):
            if happening is not Happening.BACK:
                return False
            after = Part.LISTENING
        if happening is Happening.BACK and not member.place:
            after = Part.LISTENING  # was put on air without having asked
        if after is Part.ASKING and not member.place:
            self._numbers += 1
            member.place = self._numbers
        if after is Part.ON_AIR:
            self._numbers += 1
            member.aired = self._numbers
        if after is Part.LISTENING:
            member.place, member.screened = 0, False
        member.screened = member.screened or after is Part.SCREENED
        member.part = after
        return True

    # ---- who is where -------------------------------------------------------------------------------------------

    def those(self, part: Part, role: Role | None = None) -> list[Member]:
        """Everybody in this part, in the order in which they came into the show."""
        return [m for m in self._members.values() if m.part is part and role in (None, m.role)]

    @property
    def line(self) -> list[Member]:
        """Who has asked to speak and is not on air, the first one first."""
        asked = [m for m in self._members.values() if m.place and m.part is not Part.ON_AIR]
        return sorted(asked, key=lambda member: member.place)

    def position(self, call: str) -> int:
        """The place in the line from 1; 0 for who is not in it."""
        return next((at for at, member in enumerate(self.line, 1) if member.call == call), 0)

    def next_to_screen(self) -> Member | None:
        """The first of the line whom the host has not talked with."""
        return next((member for member in self.line if not member.screened), None)

    def at_hand(self) -> Member | None:
        """Whom the host's keys are about: who is screened, else the caller who came on air last."""
        on_air = sorted(self.those(Part.ON_AIR, Role.CALLER), key=lambda member: member.aired)
        return next(iter(self.those(Part.SCREENED)), None) or (on_air[-1] if on_air else None)

    @property
    def silent(self) -> bool:
        """Nobody is on air."""
        return not self.those(Part.ON_AIR)

    @property
    def staffed(self) -> bool:
        """An expert or host is there."""
        return any(member.role is not Role.CALLER for member in self._members.values())

    def hearing(self, *ears: StreamId) -> Hearing:
        """Who hears whom; `ears` only hear."""
        hosts = {member.stream for member in self._members.values() if member.role is Role.HOST}
        screened = {member.stream for member in self.those(Part.SCREENED)}
        aside = {stream: frozenset(hosts) for stream in screened}
        if screened:
            aside |= {stream: frozenset(screened) for stream in hosts}
        quiet = (Part.LISTENING, Part.ASKING)
        muted = {m.stream for m in self._members.values() if m.part in quiet and m.stream not in aside}
        streams = tuple(member.stream for member in self._members.values())
        return Hearing((*streams, *ears), muted=frozenset((*muted, *ears)), aside=aside)
