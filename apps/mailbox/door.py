"""Who may hear which messages: the phone's own, or by number and PIN, `TRIES` times a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.log import safe
from apps.mailbox.boxes import log
from apps.mailbox.texts import TEXTS, spoken_in
from apps.mailbox.visit import Visit
from apps.prompter import Prompter

if TYPE_CHECKING:
    from apps.house import House
    from apps.telephone import Telephone

TRIES = 3


async def visit(house: House, telephone: Telephone, box: str, language: str) -> bool:
    """Let the caller hear a mailbox; empty: the one whose number they key. False when they may not.

    At its own phone a box without PIN is open. Cancelled when the caller hangs up.
    """
    language = spoken_in(language)
    voice = Prompter(telephone, TEXTS, language)
    own = box != "" and box == telephone.extension
    if own and box not in house.site.phones:  # a reload took it away while it was registered
        return False
    if not (own and not house.site.phones[box].mailbox_pin):
        found = await _enter(house, voice, box)
        if found is None:
            return False
        box = found
    await Visit(house, voice, box).run()
    return True


async def _enter(house: House, voice: Prompter, box: str) -> str | None:
    """The box that number and PIN open; None after too many tries."""
    for _ in range(TRIES):
        wanted = box or await voice.ask("ask box")
        pin = await voice.ask("ask pin", hidden=True)
        if house.mailboxes.opens(wanted, pin):
            return wanted
        log.warning("call=%s: no way into mailbox %s", voice.telephone.call_id, safe(wanted))
        await voice.say("wrong")
    return None
