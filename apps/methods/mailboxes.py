"""Mailboxes: list, show."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from apps.api import params as p
from apps.api import types as t
from apps.api.protocol import not_found
from apps.mailbox import files

if TYPE_CHECKING:
    from apps.house import House


class Mailboxes:
    """Methods about mailboxes."""

    def __init__(self, house: House) -> None:
        self._house = house

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {"mailboxes.list": self.list, "mailboxes.show": self.show}

    async def list(self, _: p.Nothing) -> t.Mailboxes:
        found = []
        used = await asyncio.to_thread(files.used, self._house.site.paths.voicemail)
        for box, phone in self._house.site.phones.items():
            if box not in used:
                continue
            messages = await self._house.mailboxes.messages(box)
            saved = sum(message.saved for message in messages)
            if messages:
                found.append(t.MailboxInfo(box, phone.name, len(messages) - saved, saved))
        return t.Mailboxes(found)

    async def show(self, asked: p.ByMailbox) -> t.MailboxDetail:
        site = self._house.site
        phone = site.phones.get(asked.mailbox)
        if phone is None:
            raise not_found("mailbox", asked.mailbox, "zongji phones list shows the extensions.")
        zone = ZoneInfo(site.switch.time_zone)
        messages = await self._house.mailboxes.messages(asked.mailbox)
        greetings = await asyncio.to_thread(
            lambda: [
                kind
                for kind in files.GREETINGS
                if files.playable(files.greeting(site.paths.voicemail, asked.mailbox, kind))
            ]
        )
        return t.MailboxDetail(
            asked.mailbox,
            phone.name,
            [
                t.MessageInfo(
                    t.utc(datetime.strptime(message.left_at, "%Y-%m-%d %H:%M").replace(tzinfo=zone).timestamp()),
                    message.caller,
                    str(message.path),
                    message.saved,
                    message.sent_by,
                )
                for message in messages
            ],
            greetings,
        )
