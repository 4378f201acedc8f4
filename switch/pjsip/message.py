"""What we read from a SIP message's own bytes, without asking PJSIP for a copy of each field.

Every packet that comes this far has passed the guard, so its form is sound: header lines end in CRLF, the mandatory
ones are there once. Values come back stripped and unfolded, as bytes as they stood on the wire.

Pure; no cffi. Deliberately absent: judging a packet (guard.py), building messages (PJSIP does).
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from urllib.parse import unquote

from switch.binding import Source

COMPACT = {
    "call-id": "i",
    "from": "f",
    "to": "t",
    "via": "v",
    "contact": "m",
    "content-type": "c",
    "content-length": "l",
    "supported": "k",
    "session-expires": "x",
}
_FOLD = re.compile(rb"\r\n[ \t]+")
_CALL_ID = re.compile(rb"\n(?:call-id|i)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_REASON = re.compile(rb"Q\.850[^,]*?cause[ \t]*=[ \t]*(\d{1,3})", re.IGNORECASE)
_URI = re.compile(r"sips?:(?:([^@;?>]*)@)?([^;?>:]+|\[[^\]]*\])(?::(\d+))?", re.IGNORECASE)
_DISPLAY = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<')
_TAG = re.compile(rb";[ \t]*tag[ \t]*=[ \t]*([^;,>\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Packet:
    """One SIP message as received."""

    data: bytes
    source: Source

    @property
    def is_response(self) -> bool:
        return self.data.startswith(b"SIP/2.0 ")

    @property
    def method(self) -> str:
        """The request's method, or "" for a response."""
        return "" if self.is_response else self.data.split(b" ", 1)[0].decode("latin-1")

    @property
    def status(self) -> int:
        """The response's status code, or 0 for a request."""
        return int(self.data[8:11]) if self.is_response and self.data[8:11].isdigit() else 0

    @property
    def body(self) -> bytes:
        """The body, empty when there is none."""
        return self.data.partition(b"\r\n\r\n")[2]

    def header(self, name: str) -> bytes | None:
        """The first value of the header (lower-case full name), or None."""
        found = _header(name).search(self._head())
        return None if found is None else _FOLD.sub(b" ", found.group(1)).strip()

    def headers(self, name: str) -> list[bytes]:
        """All lines of the header, in order; a comma list inside a line stays one value."""
        return [_FOLD.sub(b" ", value).strip() for value in _header(name).findall(self._head())]

    def text(self, name: str, default: str = "") -> str:
        """The first value as text; octets that are not UTF-8 are replaced."""
        value = self.header(name)
        return default if value is None else value.decode("utf-8", "replace")

    def _head(self) -> bytes:
        end = self.data.find(b"\r\n\r\n")
        return self.data if end < 0 else self.data[: end + 2]


@functools.cache
def _header(name: str) -> re.Pattern[bytes]:
    names = re.escape(name)
    if name in COMPACT:
        names = f"(?:{names}|{COMPACT[name]})"
    return re.compile(rf"\n{names}[ \t]*:[ \t]*((?:[^\r\n]|\r\n[ \t])*)".encode(), re.IGNORECASE)


def call_id(data: bytes) -> str:
    """The message's Call-ID, "" when there is none."""
    found = _CALL_ID.search(data)
    return "" if found is None else found.group(1).strip().decode("latin-1")


def q850(packet: Packet) -> int | None:
    """The Q.850 cause of the Reason header (RFC 3326), or None."""
    for value in packet.headers("reason"):
        found = _REASON.search(value)
        if found is not None:
            return int(found.group(1))
    return None


def tag(value: bytes) -> str:
    """The tag parameter of a From or To header value, "" when there is none."""
    found = _TAG.search(value[value.find(b">") + 1 :] if b">" in value else value)
    return "" if found is None else found.group(1).decode("latin-1")


def printable(data: bytes | str, limit: int = 200) -> str:
    """Hostile text for a log line: control and non-ASCII characters escaped, cut to `limit` characters."""
    text = data.decode("latin-1") if isinstance(data, bytes) else data
    escaped = text[:limit].encode("unicode_escape").decode("ascii")
    return escaped if len(text) <= limit else escaped + "…"


def uri_user(text: str) -> str:
    """The user part of the first SIP URI in `text`, unescaped and without its password; "" when there is none."""
    found = _URI.search(text)
    return "" if found is None or found[1] is None else unquote(found[1].partition(":")[0])


def display_name(text: str) -> str:
    """The display name of a From or To value; "" when there is none."""
    found = _DISPLAY.match(text)
    if found is None:
        return ""
    return found[2].strip() if found[1] is None else re.sub(r"\\(.)", r"\1", found[1])


def request_uri(packet: Packet) -> str:
    """The request line's URI."""
    parts = packet.data.split(b" ", 2)
    return parts[1].decode("utf-8", "replace") if len(parts) == 3 else ""
