"""Voicemail boxes, as the socket API gives them.

What holds for every record is said in types.py.
Deliberately absent: how any of it is found out.
"""

from __future__ import annotations

from msgspec import Struct

from apps.api.instants import At


class MailboxInfo(Struct, frozen=True):
    """A mailbox that has messages; its name is its extension."""

    mailbox: str
    name: str
    """Whose phone it is."""
    new: int
    saved: int


class Mailboxes(Struct, frozen=True):
    """By name."""

    mailboxes: list[MailboxInfo]


class MessageInfo(Struct, frozen=True):
    """A message."""

    left_at: At
    caller: str
    """Empty: nobody knows."""
    path: str
    """Absolute."""
    saved: bool = False
    """It was heard; else it is new."""
    sent_by: str = ""
    """The extension that sent it on."""


class MailboxDetail(Struct, frozen=True):
    """A mailbox and its messages, oldest first."""

    mailbox: str
    name: str
    messages: list[MessageInfo]
    greetings: list[str] = []
    """Which greetings its owner has spoken: unavailable, busy, temporary."""
