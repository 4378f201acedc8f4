"""conference: talk with many in a room."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from ivr.argument import Flag, Number, Reading, Text
from ivr.argument_branch import Branch
from ivr.argument_name import Name
from ivr.document import Place
from ivr.room_rules import RoomRules
from ivr.running import Running
from ivr.template import Template
from ivr.verb import Block, Into, Onward, Outcome, Verb, argument

ROOM = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
"""What a room may be called: its name becomes a directory's."""


@dataclass(frozen=True, kw_only=True)
class Conference(Verb):
    """Answer, and talk in a room with all who are in it. Goes on with the next step when the caller has left it."""

    verb: ClassVar[str] = "conference"
    short: ClassVar[str] = "room"
    waits: ClassVar[bool] = True
    last_word: ClassVar[bool] = True
    sets: ClassVar[tuple[str, ...]] = ("conference_status",)

    room: Template = argument(Text(), doc="The room's name: letters, digits, _ and -.")
    pin: Template | None = argument(Text(), None, "What members key to get in; else nothing.")
    moderator_pin: Template | None = argument(Text(), None, "What moderators key.")
    moderator: bool = argument(Flag(), False, "Whether all who come by this step are moderators.")
    wait_for_moderator: bool = argument(Flag(), False, "Whether all hear music until a moderator has come.")
    end_with_moderator: bool = argument(Flag(), False, "Whether the room ends when its last moderator leaves.")
    max_members: int = argument(Number(2, 1000), 100, "More are not let in.")
    muted: bool = argument(Flag(), False, "Whether members who are no moderators come in muted.")
    announce: bool = argument(Flag(), True, "Whether who comes in hears how many are there.")
    tones: bool = argument(Flag(), True, "Whether the others hear that somebody comes or goes.")
    record: bool = argument(Flag(), False, "Whether the room is recorded from its beginning.")
    music: Template | None = argument(Name("music class"), None, "What is heard while waiting for a moderator.")
    loudest: int = argument(Number(0, 50), 0, "Only so many who speak at once are heard; 0: all.")
    refused: Block = argument(Branch(), (), "When the PIN was wrong three times, the room is locked or full.")

    def check(self, reading: Reading, place: Place) -> None:
        name = self.room.constant
        if name is not None and not ROOM.fullmatch(name):
            reading.wrong((*place, "room"), f"{name!r} cannot be a room", "Use letters, digits, _ and -.")
        for argument_name in ("pin", "moderator_pin"):
            pin = getattr(self, argument_name)
            if pin is not None and pin.constant is not None and not re.fullmatch("[0-9]{3,12}", pin.constant):
                reading.wrong(
                    (*place, argument_name), f"{pin.constant!r} is no PIN", "Write 3 to 12 digits, in quotes."
                )
        if self.pin is not None and self.pin == self.moderator_pin:
            reading.wrong((*place, "moderator_pin"), "Both PINs are the same", "Give moderators another one.")

    async def run(self, call: Running) -> Outcome:
        await call.port.answer()
        status = await call.port.conference(
            RoomRules(
                room=call.expand(self.room),
                language=call.language,
                pin=call.expand(self.pin) if self.pin is not None else None,
                moderator_pin=call.expand(self.moderator_pin) if self.moderator_pin is not None else None,
                moderator=self.moderator,
                wait=self.wait_for_moderator,
                end=self.end_with_moderator,
                most=self.max_members,
                muted=self.muted,
                announce=self.announce,
                tones=self.tones,
                record=self.record,
                music=call.expand(self.music) if self.music is not None else "default",
                loudest=self.loudest,
            )
        )
        call.set("conference_status", status)
        if status in ("left", "kicked", "ended"):
            call.acted()
            return Onward(status)
        return Into(self.refused, status) if self.refused else Onward(status)
