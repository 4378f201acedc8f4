"""A visit to a mailbox: how many messages there are, then each of the new ones, oldest first, then a menu.

    1 again    2 next     3 back to the one before    0 date, time and number
    4 5 s back 6 5 s on   5 faster: 1.5, 2, 0.75, 1
    7 delete, or have back    8 send on    9 save    # menu    * leave

A message that was played and not deleted is saved when the next one is asked for. What is deleted can be had back until
the visit is over, then the file is gone; the recording's row stays in the books.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from apps import prompts
from apps.mailbox import files
from apps.mailbox.boxes import Message
from apps.mailbox.texts import envelope
from apps.prompter import Prompter
from ivr import review, spoken
from ivr.words import Say
from media.words import File

if TYPE_CHECKING:
    from apps.house import House

log = logging.getLogger("mailbox")

KEY_S = 5.0
"""So long a key is waited for after a message; then the next one is played."""
AGAIN, NEXT, BEFORE, BACK, SPEED, ON, DELETE, SEND, SAVE, ENVELOPE, MENU, LEAVE = "1234567890#*"
SKIP_MS = 5000
SPEEDS = (1.5, 2.0, 0.75, 1.0)
GREETING_S = 60.0
INTRODUCTION_S = 120.0


class Visit:
    """One caller in one mailbox."""

    def __init__(self, house: House, voice: Prompter, box: str) -> None:
        self._house = house
        self._voice = voice
        self._telephone = voice.telephone
        self._box = box
        self._away: set[Path] = set()
        """Deleted, and not gone yet."""
        self._speed = 0
        self._changed = False

    async def run(self) -> None:
        """To the end; cancelled when the caller hangs up."""
        try:
            await self._visit()
        finally:
            # Also for who hangs up: what they deleted is gone.
            self._house.spawn(self._close(), f"end of a visit to mailbox {self._box}")

    async def _visit(self) -> None:
        found = await self._house.mailboxes.messages(self._box)
        new, saved = [m for m in found if not m.saved], [m for m in found if m.saved]
        counts = [self._say(spoken.messages(len(new), self._language))]
        if saved:
            counts.append(self._say(spoken.saved(len(saved), self._language)))
        key = await self._telephone.play(counts, stop_on=LEAVE + MENU)
        if key is None:
            key = await self._folder(new)
        while key != LEAVE:
            key = await self._voice.choose("menu", "123" + LEAVE)
            if not key:
                break
            if key == "3":
                await self._greetings()
            elif key != LEAVE:
                found = await self._house.mailboxes.messages(self._box)
                key = await self._folder([m for m in found if m.saved is (key == "2")])
        await self._voice.say("goodbye")

    @property
    def _language(self) -> str:
        return self._voice.language

    def _say(self, text: str) -> Say:
        return Say(text, self._language)

    # ---- messages -----------------------------------------------------------------------------------------------

    async def _folder(self, found: list[Message]) -> str:
        """Play these; the key that ended it, empty after the last one."""
        place = 0
        while place < len(found):
            message = found[place]
            key = await self._hear(message, place + 1)
            match key:
                case "1":
                    continue
                case "2":
                    if message.path not in self._away and not message.saved:
                        self._book(message, saved=True)
                    place += 1
                case "3":
                    place = max(0, place - 1)
                case "7":
                    place += await self._delete(message)
                case "8":
                    if await self._send_on(message):
                        place += 1
                case "9":
                    self._book(message, saved=True)
                    await self._voice.say("saved")
                    place += 1
                case "0":
                    await self._telephone.play([self._say(envelope(message.left_at, message.caller, self._language))])
                case _:
                    return key
        return ""

    async def _hear(self, message: Message, place: int) -> str:
        """Play one message until a key says what to do with it; `NEXT` when none does."""
        self._telephone.forget_digits()  # a key pressed twice must not delete a message that nobody has heard
        wanted = AGAIN + NEXT + BEFORE + DELETE + SEND + SAVE + ENVELOPE + MENU + LEAVE
        if message.path in self._away:
            key = await self._voice.say("was deleted", stop_on=wanted)
            return key or await self._key(wanted)
        if not await asyncio.to_thread(files.playable, message.path):
            return NEXT  # deleted meanwhile, at another phone of this extension
        ahead = files.introduction(message.path)
        introduced = [File(str(ahead))] if await asyncio.to_thread(files.playable, ahead) else []
        announced = await prompts.sources(self._house, [self._say(spoken.message(place, self._language))])
        keys = await prompts.sources(self._house, [self._voice.text("keys")])
        self._speed = 0
        steer: dict[str, Callable[[], None]] = {
            BACK: partial(self._telephone.skip, -SKIP_MS),
            ON: partial(self._telephone.skip, SKIP_MS),
            SPEED: self._faster,
        }
        sources = [*announced, *introduced, File(str(message.path)), *keys]
        key = await self._telephone.play_sources(sources, stop_on=wanted, steer=steer)
        return key or await self._key(wanted)

    async def _key(self, wanted: str) -> str:
        """A key after the message; `NEXT` when none comes."""
        while (key := await self._telephone.digit(KEY_S)) is not None:
            if key in wanted:
                return key
        return NEXT

    def _faster(self) -> None:
        self._telephone.speed(SPEEDS[self._speed])
        self._speed = (self._speed + 1) % len(SPEEDS)

    def _book(self, message: Message, *, saved: bool) -> None:
        self._changed = True
        self._house.mailboxes.book(self._box, message.path.name, saved=saved, sent_by=message.sent_by)

    async def _delete(self, message: Message) -> int:
        """Put it away, or have it back; by how many messages to go on."""
        if message.path in self._away:
            self._away.discard(message.path)
            back = await asyncio.to_thread(files.undelete, message.path)
            await self._voice.say("back" if back else "deleted", stop_on=LEAVE)
            return 0 if back else 1
        try:
            await asyncio.to_thread(files.delete, message.path)
        except OSError as error:
            log.error("message %s cannot be deleted: %s", message.path, error.strerror)
            await self._voice.say("kept")
            return 1
        self._away.add(message.path)
        self._changed = True
        await self._voice.say("deleted")
        return 1

    async def _send_on(self, message: Message) -> bool:
        to = await self._voice.ask("send to")
        if to not in self._house.site.phones or to == self._box:
            await self._voice.say("no such box")
            return False
        key = await self._voice.choose("introduce", "1#*")
        introduction = None
        if key == "1":
            introduction = await self._speak(INTRODUCTION_S)
        if key == "*" or (key == "1" and introduction is None):
            return False
        sent = await self._house.mailboxes.send_on(message, to, self._box, introduction)
        if introduction is not None:
            self._telephone.discard(str(introduction))
        await self._voice.say("sent" if sent else "wrong")
        return sent

    # ---- greetings ----------------------------------------------------------------------------------------------

    async def _greetings(self) -> None:
        while (key := await self._voice.choose("greetings", "123*")) not in ("", "*"):
            await self._greeting(files.GREETINGS[int(key) - 1])

    async def _greeting(self, kind: str) -> None:
        path = files.greeting(self._house.site.paths.voicemail, self._box, kind)
        while (key := await self._voice.choose("greeting", "123*")) not in ("", "*"):
            if key == "2":
                spoken_into = await self._speak(GREETING_S)
                if spoken_into is not None:
                    await asyncio.to_thread(files.keep, spoken_into, path)
                    await self._voice.say("kept greeting")
            elif not await asyncio.to_thread(files.playable, path):
                await self._voice.say("no greeting")
            elif key == "1":
                await self._telephone.play_sources([File(str(path))], stop_on="123*#")
            else:
                await asyncio.to_thread(path.unlink, missing_ok=True)
                await self._voice.say("removed")

    async def _speak(self, longest_s: float) -> Path | None:
        """What the owner says, heard again and accepted; None when they discard it."""
        result = await review.recorded(
            self._telephone, [self._voice.text("speak")], self._language, max_s=longest_s, silence_s=5.0
        )
        return Path(result.path) if result is not None else None

    # ---- the end ------------------------------------------------------------------------------------------------

    async def _close(self) -> None:
        try:
            await asyncio.to_thread(files.empty, self._away)
        except OSError as error:
            log.error("mailbox %s: a message cannot be deleted: %s", self._box, error)
        for path in self._away:
            log.info("message %s is deleted", path)
        self._house.mailboxes.forget(self._box, list(self._away))
        if self._changed:
            await self._house.mailboxes.tell(self._box)
