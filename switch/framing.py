"""Cutting a TCP stream into SIP messages (RFC 3261 18.3, 5626 3.5.1).

Pure. The head ends at the first empty line, the body is as long as Content-Length says; no Content-Length in a head
means that the stream cannot be cut any further.
Deliberately absent: timers against slow senders (the transport's), what the messages say (guard.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_HEAD = 3900
MAX_MESSAGE = 3900
PING = b"\r\n\r\n"
"""A keep-alive that wants a pong, b"\\r\\n" (RFC 5626 3.5.1)."""

_LENGTH = re.compile(rb"\r\n(?:Content-Length|l)[ \t]*:[ \t]*(?:\r\n[ \t]+)?(\d{1,7})[ \t]*(?=\r\n)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Broken:
    """A stream that cannot be cut into messages: close the connection."""

    reason: str


def split(buffer: bytes) -> tuple[list[bytes], bytes] | Broken:
    """The whole messages at the start of `buffer`, pings as `PING`, and what is left for more bytes to come.

    A single CR LF is a pong, or padding before a message: it vanishes.
    """
    messages: list[bytes] = []
    at, size = 0, len(buffer)
    while at < size:
        if buffer.startswith(PING, at):
            messages.append(PING)
            at += 4
        elif buffer[at] in b"\r\n":
            if PING.startswith(buffer[at:]) and size - at > 1 and size - at < 4:
                break  # half of a ping, perhaps
            if size - at == 1:
                break
            at += 2 if buffer.startswith(b"\r\n", at) else 1
        else:
            end = buffer.find(PING, at)
            if end < 0:
                if size - at > MAX_HEAD:
                    return Broken("head too long")
                break
            lengths = _LENGTH.findall(buffer, at, end + 2)
            if len(lengths) != 1:
                return Broken("no single content-length")
            after = end + 4 + int(lengths[0])
            if after - at > MAX_MESSAGE:
                return Broken("message too long")
            if after > size:
                break
            messages.append(buffer[at:after])
            at = after
    return messages, buffer[at:]
