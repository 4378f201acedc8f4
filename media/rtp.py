"""RTP headers, RFC 3550 section 5.1: many packets at once, or one.

`parse` reads a batch of received packets with a few array operations; whatever is not RTP is masked out, never an
exception. `Header` is the same for a single packet, for the slow path before a stream knows its source.

Pure. Deliberately absent: which payload types and sources are welcome (stream.py), and what time stamps mean
(jitter.py).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

HEADER_BYTES = 12
SLOT_BYTES = 704
"""Bytes kept of a received packet; a packet that fills them was longer than 60 ms of G.711 and is refused."""
COMFORT_NOISE = 13
"""Payload type of RFC 3389; accepted, and heard as silence."""


def foreign(first: int) -> str:
    """What a packet is that is no RTP, by its first byte (RFC 7983 section 7): "stun", "dtls" or "version"."""
    return "stun" if first < 4 else "dtls" if 20 <= first < 64 else "version"


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of one packet that a lock decision needs."""

    payload_type: int
    marker: bool
    seq: int
    ts: int
    ssrc: int

    @staticmethod
    def read(packet: bytes | bytearray | memoryview) -> Header | str:
        """The header, or the name of the reason why it is none: "short", "long", `foreign`."""
        if len(packet) < HEADER_BYTES:
            return "short"
        first, second, seq, ts, ssrc = struct.unpack_from(">BBHII", packet)
        if first >> 6 != 2:
            return foreign(first)
        if len(packet) >= SLOT_BYTES:
            return "long"
        return Header(second & 0x7F, bool(second & 0x80), seq, ts, ssrc)


@dataclass(frozen=True, slots=True)
class Batch:
    """Parsed packets, all arrays of the same length n; `start`/`stop` bound the payload in the packet."""

    short: npt.NDArray[np.bool_]
    version: npt.NDArray[np.bool_]
    long: npt.NDArray[np.bool_]
    payload_type: npt.NDArray[np.int64]
    seq: npt.NDArray[np.int64]
    ts: npt.NDArray[np.int64]
    ssrc: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int64]


def parse(inbox: npt.NDArray[np.uint8], sizes: npt.NDArray[np.int64]) -> Batch:
    """Headers of `inbox` (n, SLOT_BYTES); `sizes` (n,) are the bytes received in each.

    A packet whose CSRC list, extension or padding does not fit into it is `short`.
    """
    first = inbox[:, 0]
    start = HEADER_BYTES + ((first & 0x0F).astype(np.int64) << 2)
    stop = sizes.copy()
    extended = np.flatnonzero(first & 0x10)
    if extended.size:
        # RFC 3550 5.3.1: 16 bits of profile, 16 bits of length in words, after the CSRC list.
        at = np.minimum(start[extended], SLOT_BYTES - 4)
        words = (inbox[extended, at + 2].astype(np.int64) << 8) | inbox[extended, at + 3]
        start[extended] += 4 + 4 * words
    padded = np.flatnonzero(first & 0x20)
    if padded.size:
        last = np.clip(sizes[padded] - 1, 0, SLOT_BYTES - 1)
        # RFC 3550 5.1: the count includes itself, so nought is malformed; it then leaves no payload.
        count = inbox[padded, last].astype(np.int64)
        stop[padded] -= np.where(count == 0, SLOT_BYTES, count)
    version = (first >> 6) != 2
    return Batch(
        short=(sizes < HEADER_BYTES) | (~version & (stop < start)),
        version=version,
        long=sizes >= SLOT_BYTES,
        payload_type=(inbox[:, 1] & 0x7F).astype(np.int64),
        seq=inbox.view(">u2")[:, 1].astype(np.int64),
        ts=inbox.view(">u4")[:, 1].astype(np.int64),
        ssrc=inbox.view(">u4")[:, 2].astype(np.int64),
        start=start,
        stop=stop,
    )


def head(payload_type: int, marker: int, seq: int, ts: int, ssrc: int) -> bytes:
    """Twelve bytes of header."""
    return struct.pack(">BBHII", 0x80, (marker << 7) | payload_type, seq & 0xFFFF, ts & 0xFFFFFFFF, ssrc & 0xFFFFFFFF)
