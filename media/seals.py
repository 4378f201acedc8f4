"""SRTP of many streams at once: a tick's packets opened and sealed where they lie. Streams in the clear cost nothing.

libsrtp is called once a packet with the pointers that it wants, by `map`: Python itself takes no step between two
packets. What is unusual (the first packet of a source, RTCP, rubbish) goes one by one through the stream's `Seal`.

Deliberately absent: one stream's keys and sessions, and why a packet cannot be opened (srtp.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from pylibsrtp._binding import ffi, lib

from media.board import Board, Bools, Ints
from media.mux import Batch
from media.rtcp import is_rtcp
from media.rtp import HEADER_BYTES, SLOT_BYTES
from media.srtp import MOST_TAG, Handle, Seal, Sealed, column_of

Packets = npt.NDArray[np.uint8]
_SLOTS = f"char[][{SLOT_BYTES}]"


class Lengths:
    """Lengths of many packets as libsrtp wants them: each by a pointer; made once, since a pointer costs 0.1 us."""

    def __init__(self, count: int) -> None:
        whole = ffi.new("int[]", count)
        self.all: npt.NDArray[np.int32] = np.frombuffer(ffi.buffer(whole), np.int32)
        self.pointers = [whole + n for n in range(count)]


def _each(act: Callable[..., int], sessions: list[Any], packets: Iterable[Any], lengths: Lengths) -> list[int]:
    """libsrtp's word on each packet; no step of Python's between two of them."""
    said: list[int] = list(map(act, sessions, packets, lengths.pointers))
    return said


class Seals:
    """The seals of all secure rows."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._lengths = Lengths(board.rows)
        self._sessions: npt.NDArray[np.object_] = np.full(board.rows, None, np.object_)
        """libsrtp's own, of what comes in; the row's seal keeps it."""
        self._on: Bools = np.zeros(board.rows, np.bool_)
        self._muxed: Bools = np.zeros(board.rows, np.bool_)
        self._seals: dict[int, Seal] = {}
        self._ssrc = np.zeros(board.rows, np.uint32)
        """Of the last packet that was opened; 0 with a new seal: the way of a packet that has another is longer."""

    def set(self, row: int, seal: Seal | None, muxed: bool) -> None:
        """Row's packets are opened by `seal` from now on, or taken as they are. `muxed`: RTCP is among them."""
        self._on[row], self._muxed[row], self._ssrc[row] = seal is not None, muxed, 0
        if seal is not None:
            self._seals[row], self._sessions[row] = seal, seal.inward
        else:
            self._seals.pop(row, None)
            self._sessions[row] = None

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
        after = np.empty(found.size, np.int64)
        if other.any():
            for nth in np.flatnonzero(other).tolist():
                after[nth] = self._open_other(packets[found[nth]], int(mine[nth]), int(long[nth]))
            usual = np.flatnonzero(~other)
            after[usual] = self._open_usual(packets, found[usual], mine[usual], long[usual])
        else:
            after = self._open_usual(packets, found, mine, long)
        sizes[found] = after
        bad = np.flatnonzero(after <= 0)
        self._board.dropped[mine[bad], -after[bad]] += 1  # rows do not repeat
        places: list[int] = found[bad].tolist()
        return places

    def _open_usual(self, packets: Packets, places: Ints, rows: Ints, sizes: Ints) -> Ints:
        """The next packets of known sources: bytes of each when it is open, less its column when not."""
        slots = list(ffi.from_buffer(_SLOTS, packets))
        if places.size < len(slots):
            slots = [slots[nth] for nth in places.tolist()]
        lengths = self._lengths.all[: places.size]
        lengths[:] = sizes
        said = _each(lib.srtp_unprotect, self._sessions[rows].tolist(), slots, self._lengths)
        after = lengths.astype(np.int64)
        if any(said):
            failed = [nth for nth, status in enumerate(said) if status]
            after[failed] = [-column_of(said[nth]) for nth in failed]
        return after

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


class Sealing:
    """Rows that are sealed together, in place: `size` bytes of each of these rows of `packets`, each by its session."""

    def __init__(self, packets: Packets, size: int, rows: Ints, sessions: list[Handle]) -> None:
        width = packets.shape[1]
        if size + MOST_TAG > width:
            raise ValueError(f"rows of {width} bytes have no room for a tag behind {size}")
        self._size, self._kept, self._lengths = size, sessions, Lengths(rows.size)
        self._sessions = [session for session, _ in sessions]
        base = ffi.from_buffer(packets)
        self._slots = [base + row * width for row in rows.tolist()]

    def seal(self) -> npt.NDArray[np.int32]:
        """The bytes of each then, 0 for one that must not be sent: its key may not be used any more."""
        lengths = self._lengths.all
        lengths[:] = self._size
        said = _each(lib.srtp_protect, self._sessions, self._slots, self._lengths)
        if any(said):
            lengths[[nth for nth, status in enumerate(said) if status]] = 0
        return lengths
