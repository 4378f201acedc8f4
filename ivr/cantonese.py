"""Positions and waits in Cantonese; numbers are written as in Mandarin and read by the Cantonese voice.

Pure. Deliberately absent: what Mandarin already says the same way.
"""

from __future__ import annotations

from ivr.mandarin import counted, digits, number, ordinal

__all__ = ["digits", "duration", "message", "messages", "number", "ordinal", "phone", "position", "wait"]

phone = digits
"""A telephone number; Cantonese has no 幺."""


def position(value: int) -> str:
    """The place in a queue, from 1: how many stand before the caller."""
    if value <= 1:
        return "你係下一位，請等等。"
    return f"你前面仲有{counted(value - 1, '位')}，請等等。"


def duration(seconds: int) -> str:
    """A length of time: 3725 is 一個鐘頭兩分鐘五秒."""
    seconds = max(seconds, 0)
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    said = counted(hours, "個鐘頭") if hours else ""
    said += counted(minutes, "分鐘") if minutes else ""
    said += counted(rest, "秒") if rest or not said else ""
    return said.replace("两", "兩")


def wait(seconds: int) -> str:
    """The expected wait, rounded so that it does not promise what nobody knows."""
    if seconds < 60:
        return "預計等候唔使一分鐘。"
    if seconds > 3600:
        return "預計等候超過一個鐘頭。"
    return f"預計等候大約{counted(-(-seconds // 60), '分鐘')}。".replace("两", "兩")


def messages(count: int) -> str:
    """How many messages are in a mailbox."""
    return f"你有{counted(count, '條')}留言。".replace("两", "兩") if count > 0 else "你冇留言。"


def message(place: int) -> str:
    """Which message follows, from 1."""
    return f"{ordinal(place)}條。"
