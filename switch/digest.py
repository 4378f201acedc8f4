"""Who is it: digest authentication as a server (RFC 7616, 8760; RFC 2617 for old phones).

A nonce carries its own birth and a keyed hash, so that we keep nothing for nonces that nobody used. For used ones
the highest nonce count and a window of 64 below it are kept, in bounded memory: a count is good once. A nonce
that is too old, used up, forgotten or from before a restart is *stale* when the proof over it is otherwise right:
the phone then tries again without asking its user (RFC 7616 3.3).

An unknown user is computed against a secret that nobody has: same answer, same work.
Time: `now` in seconds, monotonic, of this process. Pure but for chance.
Deliberately absent: who may do what (registrar.py, driver.py), bans (sources.py), the client's side (PJSIP).
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote

from switch.quirks import takes_md5_alone

ALGORITHMS = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
"""In the order offered: old phones take the first they see, and know MD5 only."""
_WINDOW = 64
"""Counts below the highest that may still arrive late."""
MAX_NONCES = 50_000


class Outcome(Enum):
    PROVEN = "proven"
    STALE = "stale"
    """The proof is right but its nonce is not fresh: challenge again with stale=true; not a failure to count."""
    REFUSED = "refused"
    """Wrong secret, unknown user, or a header that says nothing: challenge again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    user: str
    """The user name claimed; proven only with PROVEN."""

    @property
    def ok(self) -> bool:
        return self.outcome is Outcome.PROVEN

    @property
    def stale(self) -> bool:
        return self.outcome is Outcome.STALE


@dataclass(frozen=True, slots=True)
class Credentials:
    """An Authorization header, read."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    algorithm: str
    """Key of ALGORITHMS."""
    qop: str | None
    nc: int
    nc_text: str
    cnonce: str


_PARAMETER = re.compile(r'\s*([A-Za-z][A-Za-z0-9*_-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*))\s*(?:,|\Z)')
_HEX = {"MD5": re.compile(r"[0-9a-fA-F]{32}\Z"), "SHA-256": re.compile(r"[0-9a-fA-F]{64}\Z")}
_NC = re.compile(r"[0-9a-fA-F]{8}\Z")


def read_credentials(text: str) -> Credentials | None:
    """The credentials in an Authorization header's value; None when malformed or of a kind we do not offer."""
    scheme, _, rest = text.strip().partition(" ")
    if scheme.lower() != "digest" or len(rest) > 2048:
        return None
    found: dict[str, str] = {}
    at = 0
    while at < len(rest):
        match = _PARAMETER.match(rest, at)
        name = match[1].lower() if match else ""
        if match is None or name in found:
            return None
        quoted = match[2]
        if quoted is None:
            found[name] = match[3]
        else:
            found[name] = re.sub(r"\\(.)", r"\1", quoted) if "\\" in quoted else quoted
        at = match.end()
    algorithm = found.get("algorithm", "MD5").upper()
    qop = found.get("qop")
    if algorithm not in ALGORITHMS or qop not in (None, "auth") or found.get("userhash", "false").lower() == "true":
        return None
    if not all(found.get(name) for name in ("username", "nonce", "uri", "response")) or "realm" not in found:
        return None
    nc = found.get("nc", "") if qop else ""
    if _HEX[algorithm].match(found["response"]) is None or (qop and not (_NC.match(nc) and found.get("cnonce"))):
        return None
    return Credentials(
        found["username"],
        found["realm"],
        found["nonce"],
        found["uri"],
        found["response"].lower(),
        algorithm,
        qop,
        int(nc, 16) if nc else 1,
        nc,
        found.get("cnonce", ""),
    )


def response_of(c: Credentials, secret: str, method: str) -> str:
    """The response that `secret` gives for these credentials, lower-case hex (RFC 7616 3.4.1)."""

    def h(text: str) -> str:
        return ALGORITHMS[c.algorithm](text.encode("utf-8", "surrogateescape")).hexdigest()

    ha1, ha2 = h(f"{c.username}:{c.realm}:{secret}"), h(f"{method}:{c.uri}")
    if c.qop is None:
        return h(f"{ha1}:{c.nonce}:{ha2}")
    return h(f"{ha1}:{c.nonce}:{c.nc_text}:{c.cnonce}:{c.qop}:{ha2}")


def same_resource(one: str, other: str) -> bool:
    """Whether two request URIs name the same user at the same host.

    Port and parameters are not compared: phones leave them out of the digest's uri, and a proxy may add them.
    """
    return _resource(one) == _resource(other)


_URI = re.compile(r"(sips?):(?:([^@]*)@)?(\[[^\]]*\]|[^:;?>]*)", re.IGNORECASE)


@functools.lru_cache(maxsize=4096)
def _resource(uri: str) -> tuple[str, str]:
    match = _URI.match(uri.strip().lstrip("<"))
    if match is None:
        return ("", uri)
    return (unquote((match[2] or "").partition(":")[0]), match[3].lower())


class _Used:
    """Which counts of one nonce were used: the highest, and a bit for each of the 64 up to it."""

    __slots__ = ("born", "highest", "seen")

    def __init__(self, born: float) -> None:
        self.born = born
        self.highest = 0
        self.seen = 0

    def take(self, count: int) -> bool:
        """Whether `count` is new; it is used now."""
        if count > self.highest:
            self.seen = (self.seen << min(count - self.highest, _WINDOW) | 1) & ((1 << _WINDOW) - 1)
            self.highest = count
            return True
        back = self.highest - count
        if count < 1 or back >= _WINDOW or self.seen >> back & 1:
            return False
        self.seen |= 1 << back
        return True


class Authenticator:
    """Challenges and judges for one realm."""

    def __init__(self, realm: str, *, nonce_life_s: float = 300.0, max_nonces: int = MAX_NONCES) -> None:
        self.realm = realm
        self._life_s = nonce_life_s
        self._max = max_nonces
        self._key = secrets.token_bytes(32)
        self._opaque = secrets.token_hex(8)
        self._dummy = secrets.token_hex(16)
        self._used: OrderedDict[str, _Used] = OrderedDict()
        self._forgotten_until = float("-inf")
        """Nonces born up to here may have been used and forgotten: they are stale."""

    def __repr__(self) -> str:
        return f"<Authenticator realm={self.realm!r} nonces={len(self._used)}>"

    def challenge(self, now: float, stale: bool = False, *, user_agent: str = "") -> list[str]:
        """Values for WWW-Authenticate (or Proxy-Authenticate), one a header, MD5 first (RFC 8760 2.3)."""
        nonce = self._nonce(now)
        end = ", stale=true" if stale else ""
        return [
            f'Digest realm="{self.realm}", nonce="{nonce}", algorithm={algorithm}, qop="auth", '
            f'opaque="{self._opaque}"{end}'
            for algorithm in (("MD5",) if takes_md5_alone(user_agent) else ALGORITHMS)
        ]

    def verify(
        self, authorization: str, method: str, uri: str, secret_of: Callable[[str], str | None], now: float
    ) -> Verdict:
        """Whether `authorization` proves its user for this `method` and request `uri`.

        `secret_of`: the secret of a user name, None for nobody.
        """
        c = read_credentials(authorization)
        if c is None:
            return Verdict(Outcome.REFUSED, "")
        secret = secret_of(c.username)
        expected = response_of(c, self._dummy if secret is None else secret, method)
        right = hmac.compare_digest(expected.encode(), c.response.encode())
        if not right or secret is None or c.realm != self.realm or not same_resource(c.uri, uri):
            return Verdict(Outcome.REFUSED, c.username)
        born = self._born(c.nonce)
        if born is None or not now - self._life_s <= born <= now or not self._take(c, born, now):
            return Verdict(Outcome.STALE, c.username)
        return Verdict(Outcome.PROVEN, c.username)

    def _take(self, c: Credentials, born: float, now: float) -> bool:
        used = self._used.get(c.nonce)
        if used is None:
            if born <= self._forgotten_until:
                return False
            self._forget(now)
            used = self._used[c.nonce] = _Used(born)
        elif c.qop is None:
            return False  # without a count a nonce is good once
        return used.take(c.nc)

    def _forget(self, now: float) -> None:
        while self._used:
            oldest = next(iter(self._used.values()))
            if oldest.born >= now - self._life_s and len(self._used) < self._max:
                break
            self._used.popitem(last=False)
            self._forgotten_until = max(self._forgotten_until, oldest.born)

    def _nonce(self, now: float) -> str:
        body = f"{int(now * 1000):012x}{secrets.token_hex(4)}"
        return body + self._sign(body)

    def _sign(self, body: str) -> str:
        return hashlib.blake2s(body.encode("utf-8", "replace"), key=self._key, digest_size=10).hexdigest()

    def _born(self, nonce: str) -> float | None:
        """When we made `nonce` [s, monotonic]; None when we did not."""
        body, mac = nonce[:20], nonce[20:]
        if not hmac.compare_digest(self._sign(body).encode(), mac.encode("utf-8", "replace")):
            return None
        return int(body[:12], 16) / 1000
