"""Who is out there: a rate and a record for every source address, and bans that end.

Each address has a bucket of packets (`rate_per_s`, `burst`) and a score of offences that leaks away; past the limit it
is banned, for longer each time. UDP addresses can be forged, so addresses that are known good (a trunk's, a live
registration's) are never banned for what cannot be proven: the caller passes them as `trusted`.

Time: `now` monotonic seconds, passed in. Memory: at most `max_sources` addresses, those unseen longest go first; bans
are kept in a table of their own with the same bound.
Deliberately absent: sockets, what an offence is (guard.py, digest.py).
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass
from enum import Enum


class Offence(Enum):
    """What counts against an address, and its weight."""

    MALFORMED = 1.0
    """The guard refused it."""
    UNKNOWN_METHOD = 1.5
    FAILED_AUTH = 5.0
    """A wrong secret or an unknown extension; a stale nonce or a first request without proof is none."""
    FORBIDDEN = 4.0
    """Proven, but wants what it may not have."""


@dataclass(frozen=True, slots=True)
class Limits:
    rate_per_s: float = 500.0
    """Packets of one address in the long run."""
    burst: float = 1000.0
    ban_at: float = 50.0
    """Score: ten failed authentications, or fifty malformed packets."""
    leak_per_s: float = 0.1
    ban_s: float = 300.0
    """The first ban; each further one is twice as long."""
    longest_ban_s: float = 86_400.0
    max_sources: int = 20_000


@dataclass(frozen=True, slots=True)
class Ban:
    ip: str
    until: float
    """Monotonic [s]."""
    times: int
    """How often this address has been banned while we remember it."""
    why: str


class _Source:
    __slots__ = ("at", "bans", "score", "tokens")

    def __init__(self, now: float, tokens: float) -> None:
        self.at = now
        self.tokens = tokens
        self.score = 0.0
        self.bans = 0


class Sources:
    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._sources: OrderedDict[str, _Source] = OrderedDict()
        self._bans: OrderedDict[str, Ban] = OrderedDict()
        self.counters: Counter[str] = Counter()
        """"banned" and "rate": packets not let in; "bans": bans begun; one for each offence by its name."""

    def __repr__(self) -> str:
        return f"<Sources known={len(self._sources)} banned={len(self._bans)}>"

    def admits(self, ip: str, now: float) -> bool:
        """Whether one more packet of `ip` is to be looked at; it is counted."""
        if self._bans and self.is_banned(ip, now):
            self.counters["banned"] += 1
            return False
        source = self._touch(ip, now)
        if source.tokens < 1.0:
            self.counters["rate"] += 1
            return False
        source.tokens -= 1.0
        return True

    def is_banned(self, ip: str, now: float) -> bool:
        ban = self._bans.get(ip)
        if ban is None:
            return False
        if ban.until > now:
            return True
        del self._bans[ip]
        return False

    def offend(self, ip: str, offence: Offence, now: float) -> Ban | None:
        """Count an offence of an untrusted address; the ban that begins with it, if one does."""
        self.counters[offence.name.lower()] += 1
        source = self._touch(ip, now)
        source.score += offence.value
        if source.score < self._limits.ban_at or self.is_banned(ip, now):
            return None
        return self.ban(ip, now, why=offence.name.lower().replace("_", " "))

    def ban(self, ip: str, now: float, seconds: float | None = None, why: str = "by hand") -> Ban:
        """Ban `ip` now, for `seconds` or for as long as its past says."""
        source = self._touch(ip, now)
        if seconds is None:
            seconds = min(self._limits.ban_s * 2.0 ** min(source.bans, 30), self._limits.longest_ban_s)
        source.bans += 1
        source.score = 0.0
        ban = self._bans[ip] = Ban(ip, now + seconds, source.bans, why)
        self._bans.move_to_end(ip)
        self.counters["bans"] += 1
        while len(self._bans) > self._limits.max_sources:
            self._bans.popitem(last=False)
        return ban

    def lift(self, ip: str) -> bool:
        """End the ban of `ip` and forget what it did; whether there was one."""
        self._sources.pop(ip, None)
        return self._bans.pop(ip, None) is not None

    def bans(self, now: float) -> list[Ban]:
        """The bans that hold now, oldest first."""
        return [ban for ban in list(self._bans.values()) if self.is_banned(ban.ip, now)]

    def _touch(self, ip: str, now: float) -> _Source:
        limits = self._limits
        source = self._sources.get(ip)
        if source is None:
            if len(self._sources) >= limits.max_sources:
                self._sources.popitem(last=False)
            source = self._sources[ip] = _Source(now, limits.burst)
            return source
        self._sources.move_to_end(ip)
        passed = max(0.0, now - source.at)
        source.at = now
        source.tokens = min(limits.burst, source.tokens + passed * limits.rate_per_s)
        source.score = max(0.0, source.score - passed * limits.leak_per_s)
        return source
