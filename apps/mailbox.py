"""The mailbox of one's own phone: how many messages there are, then each of them, oldest first.

    1 again      2 next      7 delete      * leave

The newest `MOST` messages are offered. One that is still being recorded, a file that is no message and a symbolic
link are left out. Deleting takes the file; the recording's row stays in the books.

Deliberately absent: taking a message (voicemail.py).
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import stat
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from apps import prompts
from ivr import spoken
from ivr.words import Say
from media.words import File

if TYPE_CHECKING:
    from apps.house import House
    from apps.telephone import Telephone

log = logging.getLogger("mailbox")

MOST = 100
KEY_S = 5.0
"""So long a key is waited for after a message; then the next one is played."""
AGAIN, NEXT, DELETE, LEAVE = "1", "2", "7", "*"
HEADER_BYTES = 44
NAME = re.compile(r"\d{8}-\d{6}-(.+-\d+)\.wav", re.ASCII)
"""As `Recorder.start_message` names them; the group is the recording's id."""

TEXTS: dict[str, dict[str, str]] = {
    "keys": {
        "zh": "重听请按一，下一条请按二，删除请按七，离开请按星号键。",
        "en": "To hear it again, press one. For the next message, two. To delete it, seven. To leave, star.",
        "yue": "再聽請按一，下一條請按二，刪除請按七，離開請按星號鍵。",
    },
    "deleted": {"zh": "留言已删除。", "en": "The message is deleted.", "yue": "留言已經刪除。"},
    "kept": {
        "zh": "留言无法删除。",
        "en": "The message could not be deleted.",
        "yue": "留言刪除唔到。",
    },
    "goodbye": {"zh": "再见。", "en": "Goodbye.", "yue": "再見。"},
}
"""What is said, by language; how many there are and which one follows is the grammar's (ivr/spoken.py)."""


def static_texts(languages: tuple[str, ...], usual: int = 20) -> set[tuple[str, str]]:
    """What a mailbox will say, for rendering ahead; `usual` messages are what most have at most."""
    speak = {_spoken_in(language) for language in languages}
    texts = {(spoken.messages(count, language), language) for count in range(usual + 1) for language in speak}
    texts |= {(spoken.message(place, language), language) for place in range(1, usual + 1) for language in speak}
    return texts | {(by_language[language], language) for by_language in TEXTS.values() for language in speak}


def _spoken_in(language: str) -> str:
    return language if language in TEXTS["goodbye"] else "en"


def messages(voicemail: Path, extension: str, running: Collection[str] = ()) -> list[Path]:
    """The newest `MOST` messages of a box, oldest first. `running`: recordings that are not over."""
    box = voicemail.resolve() / extension
    found: list[Path] = []
    try:
        names = sorted(os.listdir(box), reverse=True)
    except OSError:  # nobody has left a message yet
        return []
    for name in names:
        is_message = NAME.fullmatch(name)
        if is_message and is_message[1] not in running and playable(box / name):
            found.append(box / name)
            if len(found) == MOST:
                break
    return found[::-1]


def playable(path: Path) -> bool:
    """A WAV file with sound in it, lying where it seems to lie: no link leads out of the box, or into it."""
    try:
        if path.parent.resolve() != path.parent:
            return False
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            state, head = os.fstat(fd), os.read(fd, 12)
        finally:
            os.close(fd)
    except OSError:
        return False
    return stat.S_ISREG(state.st_mode) and state.st_size > HEADER_BYTES and head[:4] + head[8:] == b"RIFFWAVE"


async def serve(house: House, telephone: Telephone) -> None:
    """Play the messages of the extension that calls; cancelled when it hangs up."""
    extension, language = telephone.extension, _spoken_in(house.site.switch.language)
    found: list[Path] = []
    if extension in house.site.phones:
        running = frozenset(house.recorder.running)
        found = await asyncio.to_thread(messages, house.site.paths.voicemail, extension, running)
    key = await telephone.play([Say(spoken.messages(len(found), language), language)], stop_on=LEAVE)
    for place, path in enumerate(found, 1):
        if key == LEAVE:
            break
        key = await _hear(house, telephone, path, place, language)
        if key == DELETE:
            key = await telephone.play([Say(TEXTS[await _delete(path)][language], language)], stop_on=LEAVE)
    await telephone.play([Say(TEXTS["goodbye"][language], language)])


async def _hear(house: House, telephone: Telephone, path: Path, place: int, language: str) -> str:
    """Play one message until a key says what to do with it; the key, `NEXT` when none does."""
    key = AGAIN
    while key == AGAIN:
        if not await asyncio.to_thread(playable, path):  # deleted meanwhile, at another phone of this extension
            return NEXT
        telephone.forget_digits()  # a key pressed twice must not delete a message that nobody has heard
        announced = await prompts.sources(house, [Say(spoken.message(place, language), language)])
        keys = await prompts.sources(house, [Say(TEXTS["keys"][language], language)])
        wanted = AGAIN + NEXT + DELETE + LEAVE
        key = await telephone.play_sources([*announced, File(str(path)), *keys], stop_on=wanted) or ""
        while key not in tuple(wanted):
            digit = await telephone.digit(KEY_S)
            if digit is None:
                return NEXT
            key = digit
    return key


async def _delete(path: Path) -> str:
    """Take the file away; the text to say."""
    try:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    except OSError as error:
        log.error("message %s cannot be deleted: %s", path, error.strerror)
        return "kept"
    log.info("message %s is deleted", path)
    return "deleted"
