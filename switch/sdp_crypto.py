"""SRTP keys in SDP: a=crypto, and which key pair offer and answer make (RFC 4568, RFC 7714).

    a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:<base64 of master key and master salt>|2^20

Each side names the key with which *it* encrypts. A line that we cannot serve is passed over as if it were not there:
an unknown suite, a key that is no base64 or of a wrong length, a lifetime out of range, an MKI or several keys (which
need an MKI), and session parameters other than the window size hint and those marked as dispensable (6.3.7).
A lifetime that is good is let go: it binds who encrypts with the key, and we give our own the default.

Keys are in no `repr`; `hidden` takes them out of a message.
Deliberately absent: SRTP itself (media/srtp.py), DTLS, MIKEY, ZRTP.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from media.paths import Secure, Suite
from switch.sdp_text import Media, SdpError


class NoSecurity(SdpError):
    """One side wants SRTP and the other has none, or no crypto line is one of ours."""


class Srtp(Enum):
    """What a phone or trunk is given and allowed."""

    OFF = "off"
    """Never; who insists is refused."""
    ACCEPT = "accept"
    """When its offer has keys; our own offers have none."""
    OPTIONAL = "optional"
    """As `ACCEPT`, and our offers have keys, in a line that a phone without SRTP reads as a plain one."""
    REQUIRED = "required"
    """Nothing else."""


PLAIN, SECURED = "RTP/AVP", "RTP/SAVP"
OFFERED = (Suite.AES_CM_128_HMAC_SHA1_80, Suite.AES_CM_128_HMAC_SHA1_32)
"""In our order of liking; GCM we take when it is offered."""
_SUITES = {suite.sdp_name: suite for suite in Suite}
_CRYPTO = re.compile(r"([1-9]\d{0,8})[ \t]+(\w{1,64})[ \t]+(\S+)((?:[ \t]+\S+)*)[ \t]*\Z", re.ASCII)
_INLINE = re.compile(r"inline:([A-Za-z0-9+/]{1,128}={0,2})(?:\|((?:2\^)?\d{1,15}))?\Z", re.ASCII | re.IGNORECASE)
_DISPENSABLE = re.compile(r"-\S+\Z|WSH=\d{2,}\Z", re.ASCII)
_MOST_PACKETS = 1 << 48
"""RFC 3711 9.2."""
_KEYS = re.compile(
    rb"(inline:)[^\s;]+"  # RFC 4568, wherever it stands: also in an a=acap of RFC 5939
    rb"|((?:^|[\r\n])a[ \t]*=[ \t]*(?:crypto|key-mgmt):)(?![^\r\n]*inline:)[^\r\n]*"  # not as we know it, or MIKEY
    rb"|((?:^|[\r\n])k=)[^\r\n]*",  # RFC 8866 5.12
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Crypto:
    """One a=crypto line that we can serve."""

    tag: int
    suite: Suite
    key: bytes = field(repr=False)
    """Master key and master salt of whoever wrote the line."""

    @property
    def line(self) -> str:
        """Value of the attribute."""
        return f"{self.tag} {self.suite.sdp_name} inline:{base64.b64encode(self.key).decode()}"


def read(value: str) -> Crypto | None:
    """The crypto in an attribute's value; None when it is malformed or not ours."""
    match = _CRYPTO.match(value)
    if match is None:
        return None
    suite, inline = _SUITES.get(match[2].upper()), _INLINE.match(match[3])
    if suite is None or inline is None or not all(map(_DISPENSABLE.match, match[4].split())):
        return None
    text = inline[1].rstrip("=")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return None
    if len(key) != suite.key_bytes or not _lasts(inline[2]):
        return None
    return Crypto(int(match[1]), suite, key)


def _lasts(lifetime: str | None) -> bool:
    """Whether a key's lifetime [packets] is one: 2^n or a number, RFC 4568 6.1."""
    if lifetime is None:
        return True
    if lifetime.startswith("2^"):
        return int(lifetime[2:]) <= 48
    return 0 < int(lifetime) <= _MOST_PACKETS


def cryptos(media: Media) -> list[Crypto]:
    """The lines of `media` that we can serve, in order; of two with one tag the first."""
    found: dict[int, Crypto] = {}
    for value in media.values("crypto"):
        crypto = read(value)
        if crypto is not None:
            found.setdefault(crypto.tag, crypto)
    return list(found.values())


def agreed(ours: Media, theirs: Media) -> Secure | None:
    """The keys that their answer to our offer makes; None for audio in the clear. Raises `NoSecurity`."""
    offered, lines = cryptos(ours), theirs.values("crypto")
    if not offered or (not lines and theirs.protocol != SECURED and ours.protocol != SECURED):
        if theirs.protocol == SECURED:
            raise NoSecurity("the SDP answer wants SRTP that we did not offer")
        return None
    # RFC 4568 5.1.2: the answer has exactly one crypto line, with the tag and the suite of the one it takes.
    chosen = read(lines[0]) if len(lines) == 1 else None
    mine = next((crypto for crypto in offered if chosen is not None and crypto.tag == chosen.tag), None)
    if chosen is None or mine is None or mine.suite is not chosen.suite:
        raise NoSecurity("the SDP answer takes none of the SRTP suites offered")
    return Secure(mine.suite, mine.key, chosen.key)


class Keyring:
    """The keys of one line: what we offer and answer, and what is agreed at present."""

    def __init__(self, srtp: Srtp = Srtp.OFF) -> None:
        self.srtp = srtp
        self._now: Secure | None = None

    def __repr__(self) -> str:
        return f"<Keyring {self.srtp.value}{' secure' if self._now else ''}>"

    def agree(self, secure: Secure | None) -> None:
        """Offer and answer made this."""
        self._now = secure

    def offer(self) -> tuple[str, Sequence[Crypto]]:
        """Protocol and crypto lines of our offer. The key that is in use stays in use."""
        if self.srtp is Srtp.OFF or (self.srtp is Srtp.ACCEPT and self._now is None):
            return PLAIN, ()
        now = self._now
        suites = OFFERED if now is None or now.suite in OFFERED else (now.suite, *OFFERED)
        lines = [
            Crypto(tag, suite, now.send_key if now is not None and now.suite is suite else _fresh(suite))
            for tag, suite in enumerate(suites, 1)
        ]
        return SECURED if self.srtp is Srtp.REQUIRED else PLAIN, lines

    def liking(self, media: Media) -> int:
        """How much we would answer an offered audio line: 2 with SRTP, 1 in the clear, 0 not at all."""
        if self.srtp is not Srtp.OFF and media.protocol in (PLAIN, SECURED) and cryptos(media):
            return 2
        return int(media.protocol != SECURED and self.srtp is not Srtp.REQUIRED)

    def answer(self, media: Media) -> tuple[Secure | None, Sequence[Crypto]]:
        """The keys that our answer to an offered line makes, and its crypto line.

        An offer that repeats the key in use gets ours again, and SRTP goes on; one with a new key gets a new one, so
        that both directions begin anew together (RFC 4568 7.1.4 leaves us the choice).
        """
        if self.liking(media) < 2:
            return None, ()
        offered, now = cryptos(media), self._now
        for theirs in offered:
            if now is not None and (theirs.suite, theirs.key) == (now.suite, now.receive_key):
                return now, (Crypto(theirs.tag, theirs.suite, now.send_key),)
        theirs = offered[0]
        secure = Secure(theirs.suite, _fresh(theirs.suite), theirs.key)
        return secure, (Crypto(theirs.tag, theirs.suite, secure.send_key),)


def _fresh(suite: Suite) -> bytes:
    return secrets.token_bytes(suite.key_bytes)


def hidden(message: bytes) -> bytes:
    """A message or SDP with `***` in the place of every key."""
    return _KEYS.sub(lambda found: (found[1] or found[2] or found[3]) + b"***", message)
