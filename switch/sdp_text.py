"""SDP as text: bytes to a frozen `Sdp` and back (RFC 8866).

Only what signalling needs is kept: origin, times, connections, attributes, media lines. Everything else is
checked for shape and let go. What `write` makes, `parse` reads back as the same value.

Bounds, so that a hostile body stays cheap: 8 media lines, 40 formats a line, 240 lines, 3,900 bytes.
Deliberately absent: what any of it means (sdp.py), IPv6 (the wheel's core is built without it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

MAX_BYTES = 3900
MAX_LINES = 240
MAX_MEDIA = 8
MAX_FORMATS = 40


class SdpError(ValueError):
    """The body cannot be read, or no call can be made of it; the text is one sentence for a Warning or a log."""


@dataclass(frozen=True, slots=True)
class Media:
    """One m-line with what stands under it."""

    kind: str
    """"audio", "video", "image" ... lower case."""
    port: int
    """0: refused or switched off (RFC 3264 6)."""
    protocol: str
    """"RTP/AVP", "UDPTL" ..."""
    formats: tuple[str, ...]
    connection: str | None = None
    """Address of its own c= line; None when the session's holds."""
    attributes: tuple[tuple[str, str | None], ...] = ()

    def attribute(self, name: str) -> str | None:
        """The first value of `a=<name>:<value>`; None when absent or without value."""
        return next((value for key, value in self.attributes if key == name), None)

    def values(self, name: str) -> list[str]:
        """All values of `a=<name>:...` in order."""
        return [value for key, value in self.attributes if key == name and value is not None]


@dataclass(frozen=True, slots=True)
class Sdp:
    """One session description."""

    user: str
    session_id: int
    version: int
    address: str
    """Address of the o= line."""
    connection: str | None
    """Address of the session's c= line."""
    time: str
    """The first t= line: an answer must repeat the offer's (RFC 3264 6)."""
    attributes: tuple[tuple[str, str | None], ...]
    media: tuple[Media, ...]

    def connection_of(self, media: Media) -> str | None:
        """The address that holds for `media` (RFC 8866 5.7)."""
        return self.connection if media.connection is None else media.connection


_LINE = re.compile(rb"([a-z])=([^\x00\r\n]*)\Z")
_ORIGIN = re.compile(r"(\S+) +(\d{1,20}) +(\d{1,20}) +IN +IP4 +(\S{1,255}) *\Z", re.ASCII)
_CONNECTION = re.compile(r"IN +IP4 +([0-9.]{7,15})(?:/\d{1,3})? *\Z", re.ASCII)
_MEDIA = re.compile(
    r"([A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,32}) +(\d{1,5})(?:/\d{1,3})? +([\w/.+-]{1,32})((?: +\S{1,32})+) *\Z", re.ASCII
)
_TIME = re.compile(r"\d{1,20} +\d{1,20} *\Z", re.ASCII)
_ATTRIBUTE = re.compile(r"([^\s:]{1,64})(?::(.*))?\Z", re.ASCII | re.DOTALL)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}\Z", re.ASCII)


def is_ipv4(text: str) -> bool:
    """Whether `text` is four decimal octets without leading zeros."""
    return _IPV4.match(text) is not None


def parse(body: bytes) -> Sdp:
    """The description in `body`; raises `SdpError`. Line ends may be CR LF or LF (RFC 8866 5)."""
    if len(body) > MAX_BYTES:
        raise SdpError("the SDP is too long")
    lines = body.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    if len(lines) > MAX_LINES:
        raise SdpError("the SDP has too many lines")
    return _Reader(lines).read()


class _Reader:
    def __init__(self, lines: list[bytes]) -> None:
        self._lines: list[tuple[str, str]] = []
        for line in lines:
            match = _LINE.match(line)
            if match is None:
                raise SdpError("an SDP line is not of the form <letter>=<value>")
            self._lines.append((match[1].decode(), match[2].decode("utf-8", "replace")))

    def read(self) -> Sdp:
        if not self._lines or self._lines[0] != ("v", "0"):
            raise SdpError("the SDP does not start with v=0")
        head, sections = self._split()
        origin = next((value for letter, value in head if letter == "o"), "")
        match = _ORIGIN.match(origin)
        if match is None:
            raise SdpError("the SDP's o= line is missing or malformed, or not IPv4")
        times = [value for letter, value in head if letter == "t"]
        if any(_TIME.match(value) is None for value in times):
            raise SdpError("the SDP's t= line is malformed")
        return Sdp(
            user=match[1],
            session_id=int(match[2]),
            version=int(match[3]),
            address=match[4],
            connection=_connection(head),
            time=times[0].strip() if times else "0 0",
            attributes=_attributes(head),
            media=tuple(_media(section) for section in sections),
        )

    def _split(self) -> tuple[list[tuple[str, str]], list[list[tuple[str, str]]]]:
        starts = [i for i, (letter, _) in enumerate(self._lines) if letter == "m"]
        if len(starts) > MAX_MEDIA:
            raise SdpError("the SDP has too many media lines")
        edges = [*starts, len(self._lines)]
        return self._lines[: edges[0]], [self._lines[a:b] for a, b in pairwise(edges)]


def _connection(lines: list[tuple[str, str]]) -> str | None:
    value = next((value for letter, value in lines if letter == "c"), None)
    if value is None:
        return None
    match = _CONNECTION.match(value)
    if match is None or not is_ipv4(match[1]):
        raise SdpError("an SDP c= line is not an IPv4 address")
    return match[1]


def _attributes(lines: list[tuple[str, str]]) -> tuple[tuple[str, str | None], ...]:
    found = []
    for letter, value in lines:
        if letter != "a":
            continue
        match = _ATTRIBUTE.match(value)
        if match is None:
            raise SdpError("an SDP a= line is malformed")
        found.append((match[1].lower(), match[2]))
    return tuple(found)


def _media(section: list[tuple[str, str]]) -> Media:
    match = _MEDIA.match(section[0][1])
    if match is None or int(match[2]) > 65535:
        raise SdpError("an SDP m= line is malformed")
    formats = tuple(match[4].split())
    if len(formats) > MAX_FORMATS:
        raise SdpError("an SDP m= line has too many formats")
    return Media(match[1].lower(), int(match[2]), match[3], formats, _connection(section), _attributes(section))


def write(sdp: Sdp) -> bytes:
    """`sdp` as a body with CR LF line ends (RFC 8866 5, lines in the order it demands)."""
    lines = ["v=0", f"o={sdp.user} {sdp.session_id} {sdp.version} IN IP4 {sdp.address}", "s=-"]
    if sdp.connection is not None:
        lines.append(f"c=IN IP4 {sdp.connection}")
    lines.append(f"t={sdp.time}")
    lines += _written(sdp.attributes)
    for media in sdp.media:
        lines.append(f"m={media.kind} {media.port} {media.protocol} {' '.join(media.formats)}")
        if media.connection is not None:
            lines.append(f"c=IN IP4 {media.connection}")
        lines += _written(media.attributes)
    return ("\r\n".join(lines) + "\r\n").encode()


def _written(attributes: tuple[tuple[str, str | None], ...]) -> list[str]:
    return [f"a={name}" if value is None else f"a={name}:{value}" for name, value in attributes]
