"""SRTP: the packets of a secure stream opened on the way in and sealed on the way out. RFC 3711, by libsrtp.

A `Seal` is one stream's two directions, each with its key, roll-over counters and replay list; they live as long as
the key does, whatever else of the path changes. What cannot be opened is counted by name and does nothing else:

    auth    a wrong key, an altered or cut-off packet, or one that is no SRTP at all
    replay  it came before, or is older than the 128 packets that are remembered

pylibsrtp makes the sessions; packets go to its libsrtp directly and in place, since its own `protect` and `unprotect`
cost three times as much once there are many sessions. For that the package is pinned.
Deliberately absent: many streams at once (seals.py), where keys come from (switch/sdp_crypto.py), SRTCP's way to us
(hall.py), DTLS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib

from media.board import DROPS
from media.paths import Secure, Suite
from media.rtp import HEADER_BYTES, SLOT_BYTES

MOST_SSRCS = 64
"""Sources under one key. libsrtp keeps each for the key's life, so that none is played twice; a far end that makes up
a new one with every packet must not take our memory."""
MOST_BYTES = 2048
"""Of a packet that is sealed."""
MOST_TAG = 16
"""Bytes by which an RTP packet grows, at most."""
_PROFILE = {
    Suite.AES_CM_128_HMAC_SHA1_80: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    Suite.AES_CM_128_HMAC_SHA1_32: Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
    Suite.AEAD_AES_128_GCM: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    Suite.AEAD_AES_256_GCM: Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
}
_REPLAYED = (9, 10)
"""srtp_err_status_replay_fail and _replay_old of srtp.h."""
_AUTH, _REPLAY, _LONG, _SHORT = (DROPS.index(name) for name in ("auth", "replay", "long", "short"))

# One packet at a time lies here, of those that do not come or go with many others; the engine has one thread.
_PAPER = bytearray(MOST_BYTES + 256)
_VIEW = memoryview(_PAPER)
_AT = ffi.from_buffer(_PAPER)
_SIZE = ffi.new("int *")

Send = Callable[[memoryview | bytes], int]
Handle = tuple[Any, Session]
"""libsrtp's own session, and what keeps it."""


class Sealed(Exception):
    """A packet cannot be opened; `column` of the board's `dropped` says why."""

    def __init__(self, column: int) -> None:
        super().__init__(DROPS[column])
        self.column = column


class Seal:
    """Both directions of one stream."""

    def __init__(self, secure: Secure) -> None:
        self._secure = secure
        self._out = _session(secure.suite, secure.send_key, Policy.SSRC_ANY_OUTBOUND)
        self._in = _session(secure.suite, secure.receive_key, Policy.SSRC_ANY_INBOUND)
        self._ssrcs: set[bytes] = set()

    def __repr__(self) -> str:
        return f"<Seal {self._secure.suite.sdp_name}>"

    def rekey(self, secure: Secure) -> None:
        """The path was set again: a direction whose key is the same goes on where it is.

        To begin anew with a key that was used would encrypt two packets alike (RFC 3711 9.1).
        """
        old, self._secure = self._secure, secure
        if (secure.suite, secure.send_key) != (old.suite, old.send_key):
            self._out = _session(secure.suite, secure.send_key, Policy.SSRC_ANY_OUTBOUND)
        if (secure.suite, secure.receive_key) != (old.suite, old.receive_key):
            self._in = _session(secure.suite, secure.receive_key, Policy.SSRC_ANY_INBOUND)
            self._ssrcs.clear()

    @property
    def inward(self) -> Any:
        """libsrtp's session for what comes in, until the next `rekey`."""
        return self._in._srtp[0]

    def open(self, packet: bytes) -> bytes:
        """The RTP in an SRTP packet. Raises `Sealed`."""
        return self._opened(packet, lib.srtp_unprotect, HEADER_BYTES, 8)

    def open_control(self, packet: bytes) -> bytes:
        """The RTCP in an SRTCP packet. Raises `Sealed`."""
        return self._opened(packet, lib.srtp_unprotect_rtcp, 8, 4)

    def _opened(self, packet: bytes, act: Callable[..., int], least: int, ssrc_at: int) -> bytes:
        size = len(packet)
        if not least <= size < SLOT_BYTES:
            raise Sealed(_SHORT if size < least else _LONG)
        ssrc = packet[ssrc_at : ssrc_at + 4]
        if ssrc not in self._ssrcs and len(self._ssrcs) >= MOST_SSRCS:
            raise Sealed(_AUTH)
        _VIEW[:size] = packet
        _SIZE[0] = size
        status = act(self._in._srtp[0], _AT, _SIZE)
        if status:
            raise Sealed(column_of(status))
        self._ssrcs.add(ssrc)
        return bytes(_VIEW[: _SIZE[0]])

    def sender(self, wire: Send) -> Send:
        """What seals RTP packets and sends them by `wire`; good until the next `rekey`.

        It raises OSError when the key may not be used any more (2^48 packets).
        """
        session, protect = self._out, lib.srtp_protect
        return lambda packet: wire(_sealed(protect, session, packet))

    @property
    def outward(self) -> Handle:
        """For what goes out, until the next `rekey`."""
        return self._out._srtp[0], self._out

    def close_control(self, packet: bytes) -> bytes:
        """SRTCP of an RTCP packet. OSError when the key may not be used any more (2^31 packets)."""
        return bytes(_sealed(lib.srtp_protect_rtcp, self._out, packet))


def _session(suite: Suite, key: bytes, ssrcs: int) -> Session:
    return Session(Policy(key=key, ssrc_type=ssrcs, srtp_profile=_PROFILE[suite]))


def _sealed(act: Callable[..., int], session: Session, packet: memoryview | bytes) -> memoryview:
    """The packet, sealed; valid until the next one."""
    size = len(packet)
    if size > MOST_BYTES:
        raise OSError(f"SRTP: a packet of {size} bytes")
    _VIEW[:size] = packet
    _SIZE[0] = size
    status = act(session._srtp[0], _AT, _SIZE)
    if status:
        raise OSError(f"SRTP: libsrtp's status {status}")
    return _VIEW[: _SIZE[0]]


def column_of(status: int) -> int:
    """Why libsrtp did not open a packet, as a column of the board's `dropped`."""
    return _REPLAY if status in _REPLAYED else _AUTH
