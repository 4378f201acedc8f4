"""Voicemail boxes: which have messages, and one in full."""

from __future__ import annotations

import click

from apps.api import catalogue
from apps.api.params import ByMailbox, Nothing
from apps.commands.base import Noun, session
from apps.commands.screen import facts, say, table
from apps.commands.tables import MAILBOX_COLUMNS, MESSAGE_LEFT_COLUMNS


@click.group(cls=Noun)
def mailboxes() -> None:
    """Voicemail boxes: list, show."""


@mailboxes.command("list", examples="zongji mailboxes list")
def list_mailboxes() -> None:
    """Mailboxes with messages, and how many are new."""
    result = session().call(catalogue.MAILBOXES_LIST, Nothing())
    session().show(result, lambda: table(MAILBOX_COLUMNS, result.mailboxes, "No messages."))


@mailboxes.command("show", examples="zongji mailboxes show 201")
@click.argument("mailbox", metavar="EXTENSION")
def show_mailbox(mailbox: str) -> None:
    """One mailbox: its messages, oldest first, and its greetings."""
    it = session().call(catalogue.MAILBOXES_SHOW, ByMailbox(mailbox))

    def draw() -> None:
        facts([("mailbox", it.mailbox), ("name", it.name), ("greetings", ", ".join(it.greetings))])
        say()
        table(MESSAGE_LEFT_COLUMNS, it.messages, "No messages.")

    session().show(it, draw)
