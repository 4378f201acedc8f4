"""SRTP: the packets of secure streams opened on the way in and sealed on the way out. RFC 3711, by libsrtp.

A `Seal` is one stream's two directions, each with its key, roll-over counters and replay list; they live as long as
the key does, whatever else of the path changes. `Seals` opens what comes in batches; streams in the clear cost nothing.
What cannot be opened is counted by name and does nothing else:

    auth    a wrong key, an altered or cut-off packet, or one that is no SRTP at all
    replay  it came before, or is older than the 128 packets that are remembered

pylibsrtp makes the sessions; packets go to its libsrtp directly and in place, since its own `protect` and `unprotect`
cost three times as much once there are many sessions. For that the package is pinned.
Deliberately absent: where keys come from (switch/sdp_crypto.py), SRTCP's way to us (hall.py), DTLS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib

from media.board import DROPS, Board, Bools, Ints
from media.mux import Batch
from media.paths import Secure, Suite
from media.rtcp import is_rtcp
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

# One packet at a time lies here; the engine has one thread.
_PAPER = bytearray(MOST_BYTES + 256)
_VIEW = memoryview(_PAPER)
_AT = ffi.from_buffer(_PAPER)
_SIZE = ffi.new("int *")

Send = Callable[[memoryview | bytes], int]
Packets = npt.NDArray[np.uint8]
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
    def inward(self) -> Handle:
        """For what comes in, until the next `rekey`."""
        return self._in._srtp[0], self._in

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
            raise Sealed(_column(status))
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


def _column(status: int) -> int:
    return _REPLAY if status in _REPLAYED else _AUTH


class Seals:
    """The seals of all secure rows."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._on: Bools = np.zeros(board.rows, np.bool_)
        self._muxed: Bools = np.zeros(board.rows, np.bool_)
        self._seals: dict[int, Seal] = {}
        self._sessions: dict[int, Handle] = {}
        self._ssrc = np.zeros(board.rows, np.uint32)
        """Of the last packet that was opened; 0 with a new seal: the way of a packet that has another is longer."""

    def set(self, row: int, seal: Seal | None, muxed: bool) -> None:
        """Row's packets are opened by `seal` from now on, or taken as they are. `muxed`: RTCP is among them."""
        self._on[row], self._muxed[row], self._ssrc[row] = seal is not None, muxed, 0
        if seal is not None:
            self._seals[row], self._sessions[row] = seal, seal.inward
        else:
            self._seals.pop(row, None)
            self._sessions.pop(row, None)

    def opened_control(self, row: int, packet: bytes) -> bytes | None:
        """The RTCP in a packet that came by another way than the batches; None when it was counted as a drop."""
        if not self._on[row]:
            return packet
        try:
            return self._seals[row].open_control(packet)
        except Sealed as why:
            self._board.dropped[row, why.column] += 1
            return None

    def opened(self, batches: Iterable[Batch]) -> Iterable[Batch]:
        """The batches with RTP in the place of SRTP; what could not be opened is gone from them."""
        return self._opened(batches) if self._seals else batches

    def _opened(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        for packets, rows, sizes in batches:
            bad = self._open(packets, rows, sizes)
            if not bad:
                yield packets, rows, sizes
            elif len(bad) < len(rows):
                rest = np.ones(len(rows), np.bool_)
                rest[bad] = False
                yield packets[rest], rows[rest], sizes[rest]

    def _open(self, packets: Packets, rows: Ints, sizes: Ints) -> list[int]:
        """Open in place; the places of those that could not be opened."""
        found = np.flatnonzero(self._on[rows])
        if not found.size:
            return []
        mine, long = rows[found], sizes[found]
        ssrc, kind = packets.view(">u4")[found, 2], packets[found, 1]
        other = (ssrc != self._ssrc[mine]) | (long < HEADER_BYTES) | (long >= SLOT_BYTES)
        other |= self._muxed[mine] & (kind >= 192) & (kind <= 223)
        sessions, size, unprotect = self._sessions, _SIZE, lib.srtp_unprotect
        base = ffi.from_buffer(packets)
        bad: list[int] = []
        opened: list[int] = []
        for nth, row, before, slow in zip(found.tolist(), mine.tolist(), long.tolist(), other.tolist(), strict=True):
            if slow:
                after = self._open_other(packets[nth], row, before)
            else:
                size[0] = before
                status = unprotect(sessions[row][0], base + nth * SLOT_BYTES, size)
                after = -_column(status) if status else size[0]
            if after <= 0:
                self._board.dropped[row, -after] += 1
                bad.append(nth)
            opened.append(after)
        sizes[found] = opened
        return bad

    def _open_other(self, slot: Packets, row: int, size: int) -> int:
        """The first packet of a source, RTCP, or rubbish: bytes of it when it is open, less its column when not."""
        packet, seal = slot[:size].tobytes(), self._seals[row]
        try:
            if self._muxed[row] and is_rtcp(packet):
                opened = seal.open_control(packet)
            else:
                opened = seal.open(packet)
                self._ssrc[row] = int.from_bytes(packet[8:12], "big")
        except Sealed as why:
            return -why.column
        slot[: len(opened)] = np.frombuffer(opened, np.uint8)
        return len(opened)


def seal_rows(packets: Packets, size: int, rows: Ints, sessions: list[Handle]) -> Ints:
    """Seal the first `size` bytes of these rows of `packets` in place, each by its session (`Seal.outward`).

    The bytes of each then, 0 for one that must not be sent: its key may not be used any more.
    """
    if size + MOST_TAG > packets.shape[1]:
        raise ValueError(f"rows of {packets.shape[1]} bytes have no room for a tag behind {size}")
    base, width, length, protect = ffi.from_buffer(packets), packets.shape[1], _SIZE, lib.srtp_protect
    sealed: list[int] = []
    for row, (session, _) in zip(rows.tolist(), sessions, strict=True):
        length[0] = size
        sealed.append(0 if protect(session, base + row * width, length) else length[0])
    return np.array(sealed, np.int64)
