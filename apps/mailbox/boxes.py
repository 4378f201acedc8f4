"""All mailboxes: what is in them, who is told of a change, and who tried a wrong PIN too often.

Time: seconds on the monotonic clock. Deliberately absent: the talk with the owner (visit.py), files (files.py).
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from apps.api.events import MailboxChanged
from apps.journal_books import ms_of
from apps.journal_writer import JournalError
from apps.mailbox import files
from apps.schema import interaction
from apps.schema_callers import message as rows

if TYPE_CHECKING:
    from apps.house import House

log = logging.getLogger("mailbox")

WRONG_MOST = 9
"""So many wrong PINs in a row, by whatever calls, and the box stays closed for `CLOSED_S`."""
CLOSED_S = 900.0


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `left_at` by the site's clock; `caller` empty: nobody knows."""

    path: Path
    saved: bool
    left_at: str
    caller: str
    sent_by: str = ""
    """The extension that sent it on."""


class Mailboxes:
    """Those of one site."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._wrong: Counter[str] = Counter()
        self._closed_until: dict[str, float] = {}

    # ---- what is in them ----------------------------------------------------------------------------------------

    async def messages(self, box: str) -> list[Message]:
        """All of a box, oldest first; none for a box that is not there."""
        if box not in self._house.site.phones:
            return []
        running = frozenset(self._house.recorder.running)
        paths = await asyncio.to_thread(files.messages, self._house.site.paths.voicemail, box, running)
        callers: dict[str, str] = {}
        known: dict[str, tuple[str, str]] = {}
        try:
            await self._house.journal.settle()
            asked = select(interaction.c.call_id, interaction.c.caller)
            of_box = select(rows.c.name, rows.c.folder, rows.c.sent_by).where(rows.c.mailbox == box)
            async with self._house.journal.engine.connect() as connection:
                calls = [files.call_of(path) for path in paths]
                found = (await connection.execute(asked.where(interaction.c.call_id.in_(calls)))).all()
                callers = {row.call_id: row.caller for row in found}
                known = {row.name: (row.folder, row.sent_by) for row in (await connection.execute(of_box)).all()}
        except (JournalError, DBAPIError) as error:  # then all are new, from nobody knows whom
            log.error("mailbox %s: the books cannot be read: %s", box, error)
        return [
            Message(
                path,
                known.get(path.name, ("", ""))[0] == "saved",
                files.left_at(path),
                callers.get(files.call_of(path), ""),
                known.get(path.name, ("", ""))[1],
            )
            for path in paths
        ]

    def book(self, box: str, name: str, *, saved: bool, sent_by: str = "") -> None:
        """Note what became of a message."""
        row = dict(mailbox=box, name=name, folder="saved" if saved else "", sent_by=sent_by)
        self._house.journal.row(rows, (box, name), row | dict(changed_at=ms_of(time.time())))

    def forget(self, box: str, gone: Sequence[Path]) -> None:
        """These messages are no more."""
        for path in gone:
            self._house.journal.row(rows, (box, path.name), None)

    async def send_on(self, message: Message, to: str, by: str, introduction: Path | None) -> bool:
        """Copy it into another box; False when the disk refuses."""
        target = self._house.site.paths.voicemail.resolve() / to
        try:
            copied = await asyncio.to_thread(files.send_on, message.path, target, introduction)
        except OSError as error:
            log.error("message %s cannot be sent on to %s: %s", message.path, to, error.strerror)
            return False
        self.book(to, copied.name, saved=False, sent_by=by)
        log.info("message %s is sent on to mailbox %s", message.path, to)
        await self.tell(to)
        return True

    async def tell(self, box: str) -> None:
        """Something changed in it: tell how many messages there are now."""
        found = await self.messages(box)
        saved = sum(message.saved for message in found)
        self._house.hub.publish(MailboxChanged(box, len(found) - saved, saved))

    # ---- who may in ---------------------------------------------------------------------------------------------

    def opens(self, box: str, pin: str) -> bool:
        """Whether this PIN opens the box; a box that was tried too often stays closed for some time."""
        now = time.monotonic()
        phone = self._house.site.phones.get(box)
        # Compared even when there is no such box: how long it takes tells nothing.
        expected = phone.mailbox_pin if phone is not None else ""
        right = hmac.compare_digest(pin.encode(), expected.encode()) and expected != ""
        if self._closed_until.get(box, 0.0) > now:
            log.warning("mailbox %s is closed: too many wrong PINs", box)
            return False
        if right:
            self._wrong.pop(box, None)
            return True
        if phone is not None:
            self._wrong[box] += 1
            log.warning("mailbox %s: wrong PIN, %d in a row", box, self._wrong[box])
            if self._wrong[box] >= WRONG_MOST:
                del self._wrong[box]
                self._closed_until[box] = now + CLOSED_S
        return False
