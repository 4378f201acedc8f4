"""A room at work: calls come and go, and audio, tones and tape follow.

It is there from the first who comes to the last who leaves.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from apps import prompts
from apps.api.events import ConferenceChanged
from apps.api.room_types import ConferenceInfo, ConferenceMember
from apps.api.types import utc
from apps.conference.assembly import Assembly, Member
from apps.journal_story import SegmentKind
from apps.meeting import ENTRY, LEAVING, Meeting
from apps.room_tape import RoomTape
from ivr.room_rules import RoomRules
from ivr.words import Say
from media.words import StreamId

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House

log = logging.getLogger("conference")


class Room:
    """One room, live. `seats`: by call, what its stay ends with."""

    def __init__(self, house: House, rules: RoomRules) -> None:
        self.name = rules.room
        self.assembly = Assembly(rules)
        self.seats: dict[str, asyncio.Future[str]] = {}
        self._house = house
        self._calls: dict[str, Call] = {}
        bells = (ENTRY, LEAVING) if rules.tones else ((), ())
        self._meeting = Meeting(
            house,
            f"conference {rules.room}",
            watched=False,
            loudest=rules.loudest,
            entry=bells[0],
            leaving=bells[1],
        )
        self._tape: RoomTape | None = None
        self._taping: asyncio.Task[None] | None = None
        self._began_at = time.time()

    # ---- coming and going ---------------------------------------------------------------------------------------

    def join(self, call: Call, moderator: bool) -> asyncio.Future[str]:
        """The (answered) caller comes in. The future has how the stay ends, if not by the caller's own doing."""
        number = call.caller.number or call.line.peer
        self.assembly.join(Member(call.id, call.line.stream, number, moderator, since=time.time()))
        self._calls[call.id] = call
        seat = self.seats[call.id] = asyncio.get_running_loop().create_future()
        call.enter(SegmentKind.TALK, label=f"conference {self.name}")
        log.info("call=%s is in room %s%s", call.id, self.name, ", moderator" if moderator else "")
        self._meeting.enter(call.line)
        if self._tape is not None:
            self._tape.mark("came", number)
        self._settle()
        if self.assembly.rules.record and self._tape is None and self.assembly.begun:
            self.record(True)
        return seat

    def leave(self, call: Call) -> None:
        """The caller is out of it. Again does nothing."""
        if self.seats.pop(call.id, None) is None:
            return
        if self._tape is not None:
            self._tape.mark("went", self.assembly.members[call.id].number)
        for member in self.assembly.leave(call.id):
            self.end_stay(member.call, "ended")
        del self._calls[call.id]
        if not self.assembly.members:
            self._house.rooms.forget(self)
            self.record(False)
            self._meeting.close()
        else:
            self._meeting.leave(call.line)
        self._settle()
        log.info("call=%s has left room %s", call.id, self.name)

    def end_stay(self, call: str, why: str) -> bool:
        """Somebody has to leave: kicked, or the room ended. False when they are not here."""
        seat = self.seats.get(call)
        if seat is None or seat.done():
            return False
        seat.set_result(why)
        return True

    # ---- what moderators and the API do -------------------------------------------------------------------------

    def mute(self, call: str, on: bool) -> None:
        """One member, or all who are no moderators when `call` is empty."""
        if call:
            self.assembly.mute(call, on)
        else:
            self.assembly.mute_all(on)
        self._settle()

    def louder(self, call: str, up: bool) -> None:
        """A member's voice."""
        self.assembly.louder(call, up)
        self._settle()

    def lock(self, on: bool) -> None:
        """Nobody but a moderator comes in."""
        self.assembly.locked = on
        self._settle()

    def record(self, on: bool) -> None:
        """Begin to record the room, or end that; again does nothing."""
        if on and self._tape is None and self._calls:
            first = next(iter(self._calls.values()))
            tape = self._tape = RoomTape(self._house, "conference", self.name, first.id)
            self._taping = self._house.spawn(self._begin_tape(tape, first.line.stream), f"tape of room {self.name}")
        elif not on and self._tape is not None:
            tape, began, self._tape = self._tape, self._taping, None
            self._meeting.overhear(tape.ear, False)
            self._house.spawn(_end_tape(tape, began), f"end of the tape of room {self.name}")
        if self._calls:
            self._settle()

    @property
    def recorded(self) -> bool:
        """A tape runs."""
        return self._tape is not None

    async def _begin_tape(self, tape: RoomTape, near: StreamId) -> None:
        if await tape.begin(near) and self._tape is tape:
            self._meeting.overhear(tape.ear, True)

    def say(self, call: str, *said: Say) -> None:
        """Tell one member something, over what they hear."""
        member = self.assembly.members.get(call)
        if member is not None:
            self._house.spawn(self._announce(member, said), f"announcement in room {self.name}")

    async def _announce(self, member: Member, said: Sequence[Say]) -> None:
        sources = await prompts.sources(self._house, said)
        if member.call in self.seats:
            self._house.desk.announce(member.stream, sources)

    # ---- what follows from it -----------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Let audio and listeners of events know how the room is."""
        wanted = self.assembly.hearing()
        self._meeting.change(lambda hearing: replace(wanted, members=hearing.members, aside=hearing.aside))
        self._house.hub.publish(ConferenceChanged(self.info()))

    def info(self) -> ConferenceInfo:
        """The room as the API gives it."""
        it = self.assembly
        return ConferenceInfo(
            self.name,
            utc(self._began_at),
            [
                ConferenceMember(m.call, m.number, m.moderator, m.muted, utc(m.since), round(m.gain, 2))
                for m in it.members.values()
            ],
            waiting=not it.begun,
            locked=it.locked,
            quiet=it.quiet,
            recording_id=self._tape.name if self._tape is not None else "",
        )


async def _end_tape(tape: RoomTape, began: asyncio.Task[None] | None) -> None:
    if began is not None:
        await asyncio.wait([began])
    await tape.end()


class Rooms:
    """All rooms with somebody in them, by name."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.by_name: dict[str, Room] = {}

    def open(self, rules: RoomRules) -> Room:
        """The room, made by the first who comes."""
        return self.by_name.setdefault(rules.room, Room(self._house, rules))

    def forget(self, room: Room) -> None:
        """Nobody is in it any more."""
        if self.by_name.get(room.name) is room:
            del self.by_name[room.name]
