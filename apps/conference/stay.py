"""A caller's stay in a conference room: the PIN, the way in, the keys, the way out.

1 mute oneself, or be heard     7 fainter   9 louder     3 how many are here     # leave
a moderator also:  *1 mute all, or be heard   *2 lock, or open   *3 remove who came last   *4 record, or not
"""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING

from apps.conference.texts import TEXTS, here
from apps.prompter import Prompter
from ivr.room_rules import RoomRules
from ivr.steps.conference import ROOM
from ivr.words import Say

if TYPE_CHECKING:
    from apps.call import Call
    from apps.conference.room import Room
    from apps.house import House
    from apps.telephone import Telephone
    from switch.events import Ended

TRIES = 3
PATIENCE_S = 3600.0
"""A key is waited for so long at a time."""
SECOND_S = 4.0
"""How long the key after * may take."""


async def stay(house: House, call: Call, telephone: Telephone, rules: RoomRules) -> str:
    """Talk in the room; how it ended. Cancelled when the caller hangs up."""
    if not ROOM.fullmatch(rules.room):
        return "no room"
    voice = Prompter(telephone, TEXTS, rules.language)
    moderator = await _let_in(voice, rules)
    if moderator is None:
        return "wrong pin"
    room = house.rooms.by_name.get(rules.room)
    if room is not None and (why := room.assembly.refuses(moderator=moderator)):
        await voice.say(why)
        return why
    if room is None and rules.announce and not (rules.wait and not moderator):
        await voice.say("alone")
    elif rules.announce and room is not None and room.assembly.begun:
        await telephone.play([Say(here(len(room.assembly.members), voice.language), voice.language)])
    if not call.line.live:
        return "left"
    room = house.rooms.open(rules)
    if why := room.assembly.refuses(moderator=moderator):  # while it was said
        await voice.say(why)
        return why
    seat = room.join(call, moderator)

    def gone(_: Ended) -> None:
        room.leave(call)

    try:
        with call.line.watchers.during(gone):
            if not room.assembly.begun:
                room.say(call.id, voice.text("wait"))
            how = await _Keys(room, call, voice, moderator).until(seat)
    finally:
        room.leave(call)
    if how in TEXTS:
        await voice.say(how)
    return how


async def _let_in(voice: Prompter, rules: RoomRules) -> bool | None:
    """Whether it is a moderator who comes; None when the PIN was wrong too often."""
    if rules.pin is None and rules.moderator_pin is None:
        return rules.moderator
    for _ in range(TRIES):
        pin = await voice.ask("ask pin", hidden=True)
        if rules.moderator_pin and hmac.compare_digest(pin.encode(), rules.moderator_pin.encode()):
            return True
        if rules.pin and hmac.compare_digest(pin.encode(), rules.pin.encode()):
            return rules.moderator
        if rules.pin is None and not pin:  # nothing but #
            return rules.moderator
        await voice.say("wrong")
    return None


class _Keys:
    """What one member keys."""

    def __init__(self, room: Room, call: Call, voice: Prompter, moderator: bool) -> None:
        self._room, self._call, self._voice, self._moderator = room, call, voice, moderator

    async def until(self, seat: asyncio.Future[str]) -> str:
        """Do what is keyed until the member leaves, or has to."""
        self._voice.telephone.forget_digits()
        while True:
            key = await self._key(seat, PATIENCE_S)
            if seat.done():
                return seat.result()
            if key == "*" and self._moderator:
                self._moderate(await self._key(seat, SECOND_S))
            elif key == "#":
                return "left"
            else:
                self._do(key)

    async def _key(self, seat: asyncio.Future[str], patience_s: float) -> str:
        """A key; empty when none comes, or the stay is over."""
        press = asyncio.ensure_future(self._voice.telephone.digit(patience_s))
        try:
            await asyncio.wait((press, seat), return_when=asyncio.FIRST_COMPLETED)
            return (press.result() or "") if press.done() else ""
        finally:
            press.cancel()

    def _do(self, key: str) -> None:
        room, me = self._room, self._call.id
        match key:
            case "1":
                room.mute(me, not room.assembly.members[me].muted)
                self._tell("muted" if room.assembly.members[me].muted else "heard")
            case "7" | "9":
                room.louder(me, key == "9")
            case "3":
                language = self._voice.language
                room.say(me, Say(here(len(room.assembly.members), language), language))

    def _moderate(self, key: str) -> None:
        room = self._room
        match key:
            case "1":
                room.mute("", not room.assembly.quiet)
                self._tell("all muted" if room.assembly.quiet else "all heard")
            case "2":
                room.lock(not room.assembly.locked)
                self._tell("locked" if room.assembly.locked else "unlocked")
            case "3":
                last = room.assembly.last
                self._tell("removed" if last and room.end_stay(last.call, "kicked") else "nobody to kick")
            case "4":
                self._tell("not recorded" if room.recorded else "recorded")
                room.record(not room.recorded)

    def _tell(self, name: str) -> None:
        self._room.say(self._call.id, self._voice.text(name))
