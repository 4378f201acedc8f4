"""SRTP: the packets of secure streams opened on the way in and sealed on the way out. RFC 3711, by libsrtp.

A `Seal` is one stream's two directions, each with its key, roll-over counters and replay list; they live as long as
the key does, whatever else of the path changes. `Seals` opens what comes in batches; streams in the clear cost nothing.
What cannot be opened is counted by name and does nothing else:

    auth    a wrong key, an altered or cut-off packet, or one that is no SRTP at all
    replay  it came before, or is older than the 128 packets that are remembered

Deliberately absent: where keys come from (switch/sdp_crypto.py), SRTCP's way to us (hall.py), DTLS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from pylibsrtp import Error, Policy, Session

from media.board import DROPS, Board, Bools
from media.mux import Batch
from media.rtcp import is_rtcp
from media.rtp import HEADER_BYTES, SLOT_BYTES
from media.words import Secure, Suite

MOST_SSRCS = 64
"""Sources under one key. libsrtp keeps each for the key's life, so that none is played twice; a far end that makes up
a new one with every packet must not take our memory."""
_PROFILE = {
    Suite.AES_CM_128_HMAC_SHA1_80: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    Suite.AES_CM_128_HMAC_SHA1_32: Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
    Suite.AEAD_AES_128_GCM: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    Suite.AEAD_AES_256_GCM: Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
}
_AUTH, _REPLAY, _LONG, _SHORT = (DROPS.index(name) for name in ("auth", "replay", "long", "short"))


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

    def open(self, packet: bytes) -> bytes:
        """The RTP in an SRTP packet. Raises `Sealed`."""
        if len(packet) >= SLOT_BYTES:
            raise Sealed(_LONG)
        if len(packet) < HEADER_BYTES:
            raise Sealed(_SHORT)
        ssrc = packet[8:12]
        if ssrc not in self._ssrcs and len(self._ssrcs) >= MOST_SSRCS:
            raise Sealed(_AUTH)
        try:
            opened = self._in.unprotect(packet)
        except Error as error:
            raise _sealed(error) from None
        self._ssrcs.add(ssrc)
        return opened

    def open_control(self, packet: bytes) -> bytes:
        """The RTCP in an SRTCP packet. Raises `Sealed`."""
        if not 8 <= len(packet) < SLOT_BYTES:
            raise Sealed(_SHORT if len(packet) < 8 else _LONG)
        ssrc = packet[4:8]
        if ssrc not in self._ssrcs and len(self._ssrcs) >= MOST_SSRCS:
            raise Sealed(_AUTH)
        try:
            opened = self._in.unprotect_rtcp(packet)
        except Error as error:
            raise _sealed(error) from None
        self._ssrcs.add(ssrc)
        return opened

    def close(self, packet: memoryview | bytes) -> bytes:
        """SRTP of an RTP packet. OSError when the key may not be used any more (2^48 packets)."""
        try:
            return self._out.protect(bytes(packet))
        except Error as error:
            raise OSError(f"SRTP: {error}") from None

    def close_control(self, packet: bytes) -> bytes:
        """SRTCP of an RTCP packet. OSError when the key may not be used any more (2^31 packets)."""
        try:
            return self._out.protect_rtcp(packet)
        except Error as error:
            raise OSError(f"SRTCP: {error}") from None


def _session(suite: Suite, key: bytes, ssrcs: int) -> Session:
    return Session(Policy(key=key, ssrc_type=ssrcs, srtp_profile=_PROFILE[suite]))


def _sealed(error: Error) -> Sealed:
    """pylibsrtp has libsrtp's status as a text alone."""
    return Sealed(_REPLAY if str(error).startswith("replay") else _AUTH)


class Seals:
    """The seals of all secure rows."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._on: Bools = np.zeros(board.rows, np.bool_)
        self._seals: dict[int, tuple[Seal, bool]] = {}

    def set(self, row: int, seal: Seal | None, muxed: bool) -> None:
        """Row's packets are opened by `seal` from now on, or taken as they are. `muxed`: RTCP is among them."""
        self._on[row] = seal is not None
        if seal is not None:
            self._seals[row] = seal, muxed
        else:
            self._seals.pop(row, None)

    def opened(self, batches: Iterable[Batch]) -> Iterable[Batch]:
        """The batches with RTP in the place of SRTP; what could not be opened is gone from them."""
        return self._opened(batches) if self._seals else batches

    def opened_control(self, row: int, packet: bytes) -> bytes | None:
        """The RTCP in a packet that came by another way than the batches; None when it was counted as a drop."""
        if not self._on[row]:
            return packet
        try:
            return self._seals[row][0].open_control(packet)
        except Sealed as why:
            self._board.dropped[row, why.column] += 1
            return None

    def _opened(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        dropped = self._board.dropped
        for packets, rows, sizes in batches:
            found = np.flatnonzero(self._on[rows])
            bad: list[int] = []
            flat = packets.reshape(-1).data
            for nth, row, size in zip(found.tolist(), rows[found].tolist(), sizes[found].tolist(), strict=True):
                seal, muxed = self._seals[row]
                at = nth * SLOT_BYTES
                packet = bytes(flat[at : at + size])
                try:
                    opened = seal.open_control(packet) if muxed and is_rtcp(packet) else seal.open(packet)
                except Sealed as why:
                    dropped[row, why.column] += 1
                    bad.append(nth)
                    continue
                flat[at : at + len(opened)] = opened
                sizes[nth] = len(opened)
            if not bad:
                yield packets, rows, sizes
            elif len(bad) < len(rows):
                rest = np.ones(len(rows), np.bool_)
                rest[bad] = False
                yield packets[rest], rows[rest], sizes[rest]
