"""The SIP messages of recent calls, kept in memory, and drawn as a ladder.

Messages are kept by Call-ID from the INVITE on; other traffic (REGISTER, OPTIONS) is not kept. Memory is bounded in
calls, in messages a call and in bytes: the oldest call goes first. Secrets are masked when a message is shown, not when
it is kept: the hot path only appends.

Time: `at` UTC seconds since 1970.
Deliberately absent: files, pcap.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from switch.info import without_digits
from switch.sdp_crypto import hidden
from switch.words import CallId, LegId, call_of

MESSAGES_A_CALL = 200
_SECRET = re.compile(
    rb'((?:^|[,\s])(?:response|cnonce|nonce|opaque)[ \t]*=[ \t]*)("[^"\r\n]*"|[^\s,;]+)', re.IGNORECASE
)
_AUTH_LINE = re.compile(rb"^((?:proxy-)?(?:authorization|authenticate)|www-authenticate)[ \t]*:.*$", re.I | re.M)
_CSEQ = re.compile(rb"\ncseq[ \t]*:[ \t]*(\d+)[ \t]+([A-Za-z]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """One message on the wire."""

    at: float
    sent: bool
    transport: str
    far: tuple[str, int]
    data: bytes = field(repr=False)
    """As it was on the wire, secrets and all; `text` is what may be shown."""

    @property
    def title(self) -> str:
        """`INVITE +SDP` or `200 OK (INVITE)`, control characters escaped."""
        line = self.data.split(b"\r\n", 1)[0]
        if line.startswith(b"SIP/2.0 "):
            found = _CSEQ.search(self.data)
            method = f" ({found[2].decode()})" if found else ""
            text = line[8:].decode("latin-1") + method
        else:
            text = line.split(b" ", 1)[0].decode("latin-1")
            if b"\napplication/sdp" in self.data.lower() or b"\r\nv=0\r\n" in self.data:
                text += " +SDP"
        if line.startswith(b"SIP/2.0 ") and b"\r\n\r\nv=0" in self.data:
            text += " +SDP"
        return text.encode("unicode_escape").decode("ascii")[:60]

    @property
    def text(self) -> str:
        """The whole message, secrets masked, control characters escaped."""
        return masked(self.data)


def masked(data: bytes) -> str:
    """A message fit to be shown: digest values and SRTP keys replaced, nothing that moves a terminal's cursor."""
    shown = _AUTH_LINE.sub(lambda line: _SECRET.sub(rb'\1"***"', line[0]), data)
    text = hidden(shown).decode("utf-8", "replace").replace("\r\n", "\n")
    return "".join(sign if sign == "\n" or sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)


class Trace:
    """A ring of calls."""

    def __init__(self, *, calls: int = 500, size: int = 16_000_000) -> None:
        self._calls_limit = calls
        self._bytes_limit = size
        self._calls: OrderedDict[str, list[Message]] = OrderedDict()
        self._bytes = 0
        self._legs: dict[str, LegId] = {}
        """Call-ID -> the leg whose dialog it is."""
        self._secret: set[str] = set()
        """Call-IDs whose digits are kept as stars."""
        self.dropped = 0
        """Messages not kept because their call had too many."""

    def __repr__(self) -> str:
        return f"<Trace calls={len(self._calls)} bytes={self._bytes} dropped={self.dropped}>"

    def limit(self, *, calls: int, size: int) -> None:
        """New bounds."""
        self._calls_limit, self._bytes_limit = calls, size
        self._shrink()

    def keep(self, call_id: str, message: Message) -> None:
        """Append a message of this Call-ID; only an INVITE begins a new call."""
        kept = self._calls.get(call_id)
        if kept is None:
            if not message.data.startswith(b"INVITE "):
                return
            kept = self._calls[call_id] = []
        if len(kept) >= MESSAGES_A_CALL:
            self.dropped += 1
            return
        if call_id in self._secret and message.data.startswith(b"INFO "):
            message = replace(message, data=without_digits(message.data))
        kept.append(message)
        self._bytes += len(message.data)
        if self._bytes > self._bytes_limit or len(self._calls) > self._calls_limit:
            self._shrink()

    def claim(self, leg: LegId, call_id: str) -> None:
        """This Call-ID is a dialog of this leg."""
        if call_id in self._calls:
            self._legs[call_id] = leg

    def hide_digits(self, leg: LegId) -> None:
        """From now on the digits that come in this leg's INFO are not kept: what is keyed is a secret."""
        self._secret.update(call_id for call_id, owner in self._legs.items() if owner == leg)

    def of(self, call: CallId) -> list[str]:
        """The Call-IDs kept of all legs of a call of ours, oldest first."""
        return [call_id for call_id, leg in self._legs.items() if call_of(leg) == call]

    def messages(self, call_ids: Iterable[str]) -> list[Message]:
        """The messages of these Call-IDs together, oldest first."""
        found = [message for call_id in dict.fromkeys(call_ids) for message in self._calls.get(call_id, ())]
        return sorted(found, key=lambda message: message.at)

    def call_ids(self) -> list[str]:
        """Every Call-ID kept, oldest first."""
        return list(self._calls)

    def ladder(self, call_ids: Iterable[str], *, full: bool = False) -> str:
        """The call as text: a column a far end, an arrow a message; with `full` every message below its arrow."""
        messages = self.messages(call_ids)
        if not messages:
            return "No SIP messages are kept for this call.\n"
        return draw(messages, full=full)

    def _shrink(self) -> None:
        while self._calls and (self._bytes > self._bytes_limit or len(self._calls) > self._calls_limit):
            call_id, gone = self._calls.popitem(last=False)
            self._legs.pop(call_id, None)
            self._secret.discard(call_id)
            self._bytes -= sum(len(message.data) for message in gone)


_CLOCK = 13
_COLUMN, _WIDE = 24, 56
"""Wide enough for `udp 192.168.100.200:5060` and for the titles that matter: a call of two far ends fits 80 columns,
and so does one of a single far end, with room for every title."""


def draw(messages: list[Message], *, full: bool = False) -> str:
    """The ladder of messages, a column a party: the first far end, us, then the other far ends in order of appearance.

    With `full` each message stands below its arrow.
    """
    ends = list(dict.fromkeys((message.transport, *message.far) for message in messages))
    names = [f"{transport} {ip}:{port}" for transport, ip, port in ends]
    names.insert(1, "zongji")
    column = _COLUMN if len(ends) > 1 else _WIDE
    lines = [" " * _CLOCK + "".join(f"{name:<{column}}" for name in names).rstrip()]
    for message in messages:
        place = ends.index((message.transport, *message.far))
        lines.append(f"{_clock(message.at):<{_CLOCK}}" + _arrow(message, place + 1 if place else 0, len(names), column))
        if full:
            lines += ["    " + line for line in message.text.rstrip("\n").split("\n")] + [""]
    return "\n".join(lines) + "\n"


def _clock(at: float) -> str:
    """The wall clock's, of this machine: who reads a ladder holds it against a watch and the other commands."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%H:%M:%S.%f")[:12]


def _arrow(message: Message, far: int, columns: int, width: int) -> str:
    """One row: the parties' lines, and an arrow between ours (column 1) and the one of column `far`."""
    row = list(("|" + " " * (width - 1)) * columns)
    left, right = sorted((width, far * width))
    inside = right - left - 2
    shaft = f" {message.title} "[:inside].center(inside, "-")
    rightwards = message.sent == (far > 1)
    row[left + 1 : right] = shaft + ">" if rightwards else "<" + shaft
    return "".join(row).rstrip()
