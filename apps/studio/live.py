"""A studio at work: calls come and go, move on air and back, and the room, the music and the tape follow.

It is there from the first who comes to the last who leaves. The tape runs while an expert or host is there, from the
first moment that somebody is on air.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from apps import prompts
from apps.api.events import StudioChanged
from apps.api.studio_types import StudioInfo
from apps.journal_story import SegmentKind
from apps.model_studio import StudioEntry
from apps.room_tape import RoomTape
from apps.studio.show import Member, Show
from apps.studio.texts import text
from apps.studio.words import Happening, Part, Role
from ivr import spoken
from ivr.words import Say
from media.hearing import Hearing
from media.words import RoomId, StreamId

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House

log = logging.getLogger("studio")

DUCK_DB = 6.0
"""What somebody is told lies over the show, which they came to hear."""


class Studio:
    """One studio, live. `calls` are those in it, by their ids."""

    def __init__(self, house: House, name: str, entry: StudioEntry) -> None:
        self.name = name
        self.entry = entry
        self.show = Show()
        self.calls: dict[str, Call] = {}
        self._house = house
        self._room = RoomId(f"studio.{name}")
        self._hearing: Hearing | None = None
        self._music: dict[StreamId, str | None] = {}
        self._tape: RoomTape | None = None
        self._on_tape = False
        """Its ear is open."""

    # ---- coming and going ---------------------------------------------------------------------------------------

    def role_of(self, call: Call) -> Role:
        """By the phone that calls."""
        if call.caller.extension in self.entry.hosts:
            return Role.HOST
        return Role.EXPERT if call.caller.extension in self.entry.experts else Role.CALLER

    def join(self, call: Call, role: Role) -> None:
        """The (answered) caller is in the show."""
        self.calls[call.id] = call
        self.show.join(call.id, call.line.stream, role)
        self._booked(call, self.show.members[call.id].part)
        self.tell(call, {Role.CALLER: "welcome", Role.EXPERT: "expert", Role.HOST: "host"}[role])
        self._settle()
        if role is Role.EXPERT:
            self._mark("air", call)

    def leave(self, call: Call) -> None:
        """The caller is out of it. Again does nothing."""
        if self.calls.pop(call.id, None) is None:
            return
        self._mark("left", call)
        self.show.leave(call.id)
        self._music.pop(call.line.stream, None)
        self._house.desk.music(call.line.stream, None)
        self._settle()

    def happen(self, call_id: str, happening: Happening) -> bool:
        """Move somebody in the show. False when that cannot be."""
        call = self.calls.get(call_id)
        if call is None or not self.show.happen(call_id, happening):
            return False
        member = self.show.members[call_id]
        self._booked(call, member.part)
        said = "drop" if happening is Happening.BACK and member.part is Part.LISTENING else happening.value
        self.tell(call, said, position=member.part is Part.ASKING)
        if happening in (Happening.AIR, Happening.BACK, Happening.DROP):
            self._mark("air" if happening is Happening.AIR else "back", call)
        log.info("call=%s %s in studio %s", call_id, member.part.value, self.name)
        self._settle()
        return True

    # ---- what follows from it -----------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Let room, music and tape be as the show is."""
        desk, show = self._house.desk, self.show
        if self._tape is None and self.entry.record and show.staffed and not show.silent:
            self._begin_tape()
        elif self._tape is not None and not show.staffed:
            self._end_tape()
        ears = (self._tape.ear,) if self._tape is not None and self._on_tape else ()
        hearing, before = show.hearing(*ears), self._hearing
        if before is None:
            desk.arrange(self._room, hearing)
            self._music.clear()
        else:
            desk.reshape(self._room, before, hearing)
        self._hearing = hearing if self.calls else None
        for member in show.members.values():
            self._play_music(member)
        self._house.hub.publish(StudioChanged(self.info()))

    def _play_music(self, member: Member) -> None:
        """Who only listens hears music while nobody is on air."""
        waits = self.show.silent and member.part in (Part.LISTENING, Part.ASKING) and member.role is Role.CALLER
        wanted = self.entry.music if waits else None
        if self._music.get(member.stream) != wanted:
            self._music[member.stream] = wanted
            self._house.desk.music(member.stream, wanted)

    def _begin_tape(self) -> None:
        first = next(member for member in self.show.members.values() if member.role is not Role.CALLER)
        tape = self._tape = RoomTape(self._house, "studio", self.name, first.call)

        async def begin() -> None:
            if await tape.begin(first.stream) and self._tape is tape and self.calls:
                self._on_tape = True
                self._settle()

        self._taping = self._house.spawn(begin(), f"tape of {self.name}")

    def _end_tape(self) -> None:
        tape, began, self._tape, self._on_tape = self._tape, self._taping, None, False

        async def end() -> None:
            await asyncio.wait([began])
            if tape is not None:
                await tape.end()

        self._house.spawn(end(), f"end of the tape of {self.name}")

    def _mark(self, what: str, call: Call) -> None:
        if self._tape is not None:
            self._tape.mark(what, call.caller.name or call.caller.number)

    def _booked(self, call: Call, part: Part) -> None:
        """The call's story: on air is a talk, the rest is what the dialplan does."""
        kind = SegmentKind.TALK if part in (Part.ON_AIR, Part.SCREENED) else SegmentKind.MENU
        call.enter(kind, label=f"studio {self.name} {part.value}")

    # ---- telling ------------------------------------------------------------------------------------------------

    def tell(self, call: Call, key: str, *, position: bool = False) -> None:
        """Say it to one of them alone, over the show."""
        self._house.spawn(self._announce(call, key, position), f"tell {call.id}")

    def tell_count(self, call: Call) -> None:
        """Say to a host how many ask to speak."""
        self._house.spawn(self._say_count(call), f"tell {call.id}")

    async def _say_count(self, call: Call) -> None:
        language = call.language or self._house.site.switch.language
        await self._say(call, [Say(spoken.number(len(self.show.line), language), language)])

    async def _announce(self, call: Call, key: str, position: bool) -> None:
        language = call.language or self._house.site.switch.language
        said = [Say(*text(key, language))]
        if position and (place := self.show.position(call.id)):
            said.append(Say(spoken.position(place, language), language))
        await self._say(call, said)

    async def _say(self, call: Call, said: list[Say]) -> None:
        sources = await prompts.sources(self._house, said)
        if call.line.live and sources:
            self._house.desk.announce(call.line.stream, sources, duck_db=DUCK_DB)

    def info(self) -> StudioInfo:
        """Its figures."""
        show = self.show
        return StudioInfo(
            studio=self.name,
            name=self.entry.name,
            members=len(show.members),
            on_air=len(show.those(Part.ON_AIR)),
            asking=len(show.line),
            recording_id=self._tape.name if self._tape is not None else "",
        )


class Studios:
    """The studios that somebody is in."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.live: dict[str, Studio] = {}

    def open(self, name: str) -> Studio | None:
        """The studio of that name, live from now on; None when the site has none."""
        found = self.live.get(name)
        entry = self._house.site.studios.get(name)
        if found is None and entry is not None:
            found = self.live[name] = Studio(self._house, name, entry)
        return found

    def close(self, studio: Studio) -> None:
        """Forget it when nobody is in it."""
        if not studio.calls and self.live.get(studio.name) is studio:
            del self.live[studio.name]
