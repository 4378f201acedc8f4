"""RTCP: sender and receiver reports, our name, good-bye. RFC 3550 section 6.

`build` makes the compound packet of one stream, `read` takes one apart; what is malformed is None or left out, never
an exception. Round trip is that of RFC 3550 6.4.1: now - LSR - DLSR.

Time: NTP time stamps as 64 bit integers, made from UTC seconds. Pure.
Deliberately absent: when to send, and to whom (report.py).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

SR, RR, SDES, BYE = 200, 201, 202, 203
_NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""


def is_rtcp(packet: bytes) -> bool:
    """Of a packet on a port for both: RFC 5761 section 4."""
    return len(packet) > 1 and 192 <= packet[1] <= 223


def ntp(at: float) -> int:
    """UTC seconds as a 64 bit NTP time stamp."""
    whole = int(at)
    return ((whole + _NTP_EPOCH) << 32 | int((at - whole) * (1 << 32))) & 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class Block:
    """What one end says of what it hears from `ssrc`."""

    ssrc: int
    fraction_lost: int
    """In 256ths since the last report."""
    lost: int
    highest_seq: int
    jitter: int
    """In samples."""
    last_sr: int
    """Middle 32 bits of the NTP time of the last SR, 0 when none came."""
    delay: int
    """Since that SR, in 1/65536 s."""

    def pack(self) -> bytes:
        lost = max(-0x800000, min(self.lost, 0x7FFFFF)) & 0xFFFFFF
        return struct.pack(
            ">IIIIII",
            self.ssrc,
            (self.fraction_lost & 0xFF) << 24 | lost,
            self.highest_seq & 0xFFFFFFFF,
            self.jitter & 0xFFFFFFFF,
            self.last_sr & 0xFFFFFFFF,
            self.delay & 0xFFFFFFFF,
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """Sender part of an SR."""

    ntp: int
    ts: int
    packets: int
    octets: int


@dataclass(frozen=True, slots=True)
class Compound:
    """What was worth reading in one compound packet."""

    ssrc: int
    sent: Sent | None
    blocks: tuple[Block, ...]
    bye: bool


def build(ssrc: int, name: str, sent: Sent | None, block: Block | None, *, bye: bool = False) -> bytes:
    """A compound packet: SR (or RR when nothing was sent), SDES with CNAME `name`, and BYE."""
    blocks = block.pack() if block else b""
    count = 1 if block else 0
    if sent is not None:
        body = struct.pack(">IQIII", ssrc, sent.ntp, sent.ts & 0xFFFFFFFF, sent.packets & 0xFFFFFFFF, sent.octets)
        first = _head(SR, count, body + blocks)
    else:
        first = _head(RR, count, struct.pack(">I", ssrc) + blocks)
    text = name.encode("ascii", "replace")[:255]
    chunk = struct.pack(">IBB", ssrc, 1, len(text)) + text + b"\0"
    chunk += b"\0" * (-len(chunk) % 4)
    packet = first + _head(SDES, 1, chunk)
    return packet + _head(BYE, 1, struct.pack(">I", ssrc)) if bye else packet


def _head(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0x80 | count, kind, len(body) // 4) + body


def read(packet: bytes) -> Compound | None:
    """The compound packet, or None when it is not one (RFC 3550 A.2)."""
    if len(packet) < 8 or packet[0] >> 6 != 2 or packet[0] & 0x20 or packet[1] not in (SR, RR):
        return None
    ssrc, sent, bye, blocks, at = 0, None, False, [], 0
    while at + 4 <= len(packet):
        first, kind, words = struct.unpack_from(">BBH", packet, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > len(packet):
            return None
        body = packet[at + 4 : end]
        if kind in (SR, RR):
            lead = 24 if kind == SR else 4
            if len(body) < lead:
                return None
            (ssrc,) = struct.unpack_from(">I", body)
            if kind == SR:
                sent = Sent(*struct.unpack_from(">QIII", body, 4))
            for nth in range(first & 0x1F):
                if lead + 24 * (nth + 1) > len(body):
                    return None
                blocks.append(_block(body, lead + 24 * nth))
        elif kind == BYE:
            bye = True
        at = end
    return Compound(ssrc, sent, tuple(blocks), bye) if at == len(packet) else None


def _block(body: bytes, at: int) -> Block:
    ssrc, loss, highest, jitter, last_sr, delay = struct.unpack_from(">IIIIII", body, at)
    lost = loss & 0xFFFFFF
    return Block(ssrc, loss >> 24, lost - 0x1000000 if lost & 0x800000 else lost, highest, jitter, last_sr, delay)


def round_trip_ms(block: Block, now: int) -> float | None:
    """Milliseconds there and back; None before the far end has seen a report of ours, or when it makes no sense."""
    if block.last_sr == 0:
        return None
    gone = ((now >> 16) - block.last_sr - block.delay) & 0xFFFFFFFF
    # A far end with a wrong DLSR gives a small negative number, which wraps.
    return gone / 65536 * 1000 if gone < 60 << 16 else None
