"""Whom a stream listens to: the source lock against RTP bleed.

A stream without a path is DEAF. With a path it is SEEKING: the first valid packet from the negotiated address makes
it SURE; three consistent packets from another address (a phone behind NAT) make it LEARNED. The negotiated address
always wins over a learned one; a stranger wins over neither, unless the locked source has fallen silent.

Where the far end's signalling comes from is known as a rule. Then only that address and the negotiated one, with any
port, can be learned: a stranger elsewhere who sprays a call from its first moment on is never heard, and never
answered, however long the far end is silent.

Pure. Time: `now` in seconds, monotonic.
Deliberately absent: sockets; once locked, the kernel filters by a connected socket (stream.py).
"""

from __future__ import annotations

from enum import Enum

from media.rtp import Header

Address = tuple[str, int]

PROOF = 3
"""Packets of one SSRC, in order, that prove a source other than the negotiated one."""
CANDIDATES = 4
"""Addresses watched at once; a spray of forged ones must not take memory."""
BAN_S = 2.0
"""So long the source of the path before a change is not learned anew."""


class Lock(Enum):
    """State of the lock."""

    DEAF = "deaf"
    SEEKING = "seeking"
    LEARNED = "learned"
    SURE = "sure"


class Sign(Enum):
    """What happened."""

    PATH_SET = "path set"
    PATH_MOVED = "path moved"
    NEGOTIATED_CAME = "negotiated came"
    STRANGER_PROVED = "stranger proved"
    """Told only while nothing is locked, or what is locked has fallen silent."""


TABLE: dict[Lock, dict[Sign, Lock]] = {
    Lock.DEAF: {Sign.PATH_SET: Lock.SEEKING, Sign.PATH_MOVED: Lock.SEEKING},
    Lock.SEEKING: {
        Sign.PATH_SET: Lock.SEEKING,
        Sign.PATH_MOVED: Lock.SEEKING,
        Sign.NEGOTIATED_CAME: Lock.SURE,
        Sign.STRANGER_PROVED: Lock.LEARNED,
    },
    Lock.LEARNED: {
        Sign.PATH_SET: Lock.LEARNED,
        Sign.PATH_MOVED: Lock.SEEKING,
        Sign.NEGOTIATED_CAME: Lock.SURE,
        Sign.STRANGER_PROVED: Lock.LEARNED,
    },
    Lock.SURE: {
        Sign.PATH_SET: Lock.SURE,
        Sign.PATH_MOVED: Lock.SEEKING,
        Sign.STRANGER_PROVED: Lock.LEARNED,
    },
}


class Watch:
    """The lock of one stream, and the strangers at its door."""

    def __init__(self) -> None:
        self.state = Lock.DEAF
        self.source: Address | None = None
        """Locked source."""
        self._negotiated: Address | None = None
        self._signalling_ip = ""
        self._banned: Address | None = None
        self._banned_until = 0.0
        self._candidates: dict[Address, tuple[int, int, int]] = {}

    def path(self, remote: Address, now: float, signalling_ip: str = "") -> bool:
        """The path was set. True when its address changed, so that the old source is let go."""
        self._signalling_ip = signalling_ip
        moved = remote != self._negotiated
        known = self._negotiated is not None
        self._negotiated = remote
        if not moved:
            self.state = TABLE[self.state][Sign.PATH_SET]
            return False
        if known and self.source is not None and self.source != remote:
            self._banned, self._banned_until = self.source, now + BAN_S
        self.state = TABLE[self.state][Sign.PATH_MOVED if known else Sign.PATH_SET]
        self.source = None
        self._candidates.clear()
        return True

    def knock(self, source: Address, header: Header, now: float, silent: bool) -> bool:
        """A valid packet from an address that is not locked. True when the lock now is on it.

        `silent`: the locked source has not been heard for long.
        """
        if self.state is Lock.DEAF:
            return False
        if source == self._negotiated:
            return self._turn(Sign.NEGOTIATED_CAME, source)
        if self.source is not None and not silent:
            return False
        if self._signalling_ip and source[0] not in (self._signalling_ip, self._negotiated and self._negotiated[0]):
            return False
        if source == self._banned and now < self._banned_until:
            return False
        ssrc, seq, count = self._candidates.get(source, (header.ssrc, header.seq - 1, 0))
        step = (header.seq - seq) & 0xFFFF
        count = count + 1 if ssrc == header.ssrc and 0 < step <= 5 else 1
        if source not in self._candidates and len(self._candidates) >= CANDIDATES:
            self._candidates.pop(next(iter(self._candidates)))
        self._candidates[source] = (header.ssrc, header.seq, count)
        return count >= PROOF and self._turn(Sign.STRANGER_PROVED, source)

    def _turn(self, sign: Sign, source: Address) -> bool:
        to = TABLE[self.state].get(sign)
        if to is None:
            return False
        self.state, self.source = to, source
        self._candidates.clear()
        return True
