"""From received bytes to the ring: what is welcome is placed, everything else is counted by name.

One call takes one packet of each row at most. Digits come back as a list, since they are rare and need state.

Pure numpy on the board's arrays. Deliberately absent: sockets (udp.py) and the source lock (lock.py): what comes in
here already comes from the right address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media import jitter, rtp
from media.board import DROPS, FULL, SLOTS, Board, Bools, Ints
from media.l16 import Linear
from media.words import FRAME_SAMPLES

REGULAR = rtp.HEADER_BYTES + FRAME_SAMPLES
MAX_AUDIO = 480
"""60 ms of G.711."""
_NONE: Ints = np.zeros(0, np.int64)
_ONE = np.uint64(1)
_COLUMN = {name: n for n, name in enumerate(DROPS)}


@dataclass(frozen=True, slots=True)
class DigitPacket:
    """A telephone-event packet, still unread."""

    row: int
    ssrc: int
    ts: int
    marker: bool
    payload: bytes


def drop(b: Board, rows: Ints, why: Bools, name: str) -> None:
    """Count packets where `why` is true."""
    if why.any():
        b.dropped[rows[why], _COLUMN[name]] += 1  # rows do not repeat


def take_in(
    b: Board, inbox: npt.NDArray[np.uint8], rows: Ints, sizes: Ints, arrival: int, linear: Linear | None = None
) -> list[DigitPacket]:
    """Take `inbox` (n, SLOT_BYTES) with `sizes` (n,) into `rows` (n,), all different. Returns the digits.

    `arrival` is the monotonic clock in samples.
    """
    other = _take_regular(b, inbox, rows, sizes, arrival)
    if not other.size:
        return []
    return _take_any(b, inbox[other], rows[other], sizes[other], arrival, linear)


def _take_regular(b: Board, inbox: npt.NDArray[np.uint8], rows: Ints, sizes: Ints, arrival: int) -> Ints:
    """Take the packets that simply are the next frame of their stream; indices of the others.

    Almost all packets are; for them this is the whole of `_take_any` with a fifth of the array operations.
    """
    words = inbox.view(">u4")
    seq = inbox.view(">u2")[:, 1].astype(np.int64)
    ts = words[:, 1].astype(np.int64)
    pos = b.pos_ref[rows] + FRAME_SAMPLES
    early = pos - b.tick * FRAME_SAMPLES
    kind = inbox[:, :2].astype(np.int64)
    regular = (
        (kind[:, 0] == 0x80)
        & ((kind[:, 1] & 0x7F) == b.audio_type[rows])
        & (sizes == REGULAR)
        & b.regular[rows]
        & (((seq - b.seq_high[rows]) & 0xFFFF) == 1)
        & (((ts - b.ts_ref[rows]) & 0xFFFFFFFF) == FRAME_SAMPLES)
        & (words[:, 2] == b.ssrc_in[rows])
        & (early >= 0)
        & (early <= jitter.AHEAD - FRAME_SAMPLES)
        & (pos % FRAME_SAMPLES == 0)
    )
    if regular.all():
        other = _NONE
    else:
        other = np.flatnonzero(~regular)
        pick = np.flatnonzero(regular)
        inbox, rows, ts, pos, early = inbox[pick], rows[pick], ts[pick], pos[pick], early[pick]
    if rows.size:
        b.seq_high[rows] += 1
        b.seen[rows] = (b.seen[rows] << _ONE) | _ONE
        b.received[rows] += 1
        b.packets_in[rows] += 1
        b.bytes_in[rows] += FRAME_SAMPLES
        b.heard_tick[rows] = b.tick
        deviation = np.abs(arrival - b.arrival[rows] - FRAME_SAMPLES)
        b.jitter[rows] += (deviation - b.jitter[rows]) / 16.0
        b.arrival[rows] = arrival
        b.ts_ref[rows] = ts
        b.pos_ref[rows] = pos
        b.margin_low[rows] = np.minimum(b.margin_low[rows], early)
        slot = pos // FRAME_SAMPLES % SLOTS
        b.ring[slot, rows] = inbox[:, rtp.HEADER_BYTES : REGULAR]
        b.filled[slot, rows] = FULL
    return other


def _take_any(
    b: Board, inbox: npt.NDArray[np.uint8], rows: Ints, sizes: Ints, arrival: int, linear: Linear | None
) -> list[DigitPacket]:
    tick = b.tick
    head = rtp.parse(inbox, sizes)
    fine = ~head.short & ~head.version & ~head.long
    drop(b, rows, head.short, "short")
    alien = head.version & ~head.short
    if alien.any():
        first = inbox[:, 0]
        stun, dtls = alien & (first < 4), alien & (first >= 20) & (first < 64)
        drop(b, rows, stun, "stun")
        drop(b, rows, dtls, "dtls")
        drop(b, rows, alien & ~stun & ~dtls, "version")
    drop(b, rows, head.long & ~head.short & ~head.version, "long")
    audio = head.payload_type == b.audio_type[rows]
    digit = (head.payload_type == b.digit_type[rows]) & ~audio
    known = audio | digit | (head.payload_type == rtp.COMFORT_NOISE)
    drop(b, rows, fine & ~known, "type")
    fine &= known
    hears = b.hears[rows]
    drop(b, rows, fine & ~hears, "direction")
    fine &= hears
    if not fine.all():
        pick = np.flatnonzero(fine)
        if not pick.size:
            return []
        inbox, rows, sizes = inbox[pick], rows[pick], sizes[pick]
        audio, digit = audio[pick], digit[pick]
        seq, ts, ssrc = head.seq[pick], head.ts[pick], head.ssrc[pick]
        start, stop = head.start[pick], head.stop[pick]
    else:
        seq, ts, ssrc, start, stop = head.seq, head.ts, head.ssrc, head.start, head.stop

    if linear is not None and (b.sample_bytes[rows] == 1).all():
        linear = None
    if linear is not None:
        ts = linear.stamps(rows, ts)
    good, newest = jitter.account(b, rows, seq, ts, ssrc, audio, tick)
    length = stop - start
    b.packets_in[rows] += 1
    b.bytes_in[rows] += np.maximum(length, 0)
    b.heard_tick[rows] = tick
    # What follows a digit or comfort noise (RFC 3389) is a meant silence, not a loss to be concealed.
    b.missing[rows[good & ~audio]] = 99
    room = MAX_AUDIO if linear is None else rtp.SLOT_BYTES - rtp.HEADER_BYTES
    if (start == rtp.HEADER_BYTES).all():
        payload = inbox[:, rtp.HEADER_BYTES : rtp.HEADER_BYTES + room]
    else:
        at = np.minimum(start[:, None] + np.arange(room), rtp.SLOT_BYTES - 1)
        payload = np.take_along_axis(inbox, at, axis=1)
    if linear is not None:
        payload, length = linear.repacked(rows, payload, length, audio)
    sound = good & audio & (length > 0)
    too_long = sound & (length > MAX_AUDIO)
    drop(b, rows, too_long, "long")
    sound &= ~too_long

    if sound.all():
        _lay(b, rows, ts, newest, length, payload, tick, arrival, linear)
    else:
        pick = np.flatnonzero(sound)
        if pick.size:
            _lay(b, rows[pick], ts[pick], newest[pick], length[pick], payload[pick], tick, arrival, linear)
    b.regular[rows] = b.started[rows] & (b.surplus[rows] == 0) & (b.arrival[rows] >= 0)
    if not digit.any():
        return []
    return [
        DigitPacket(
            int(rows[n]),
            int(ssrc[n]),
            int(ts[n]),
            bool(inbox[n, 1] & 0x80),
            bytes(payload[n, : max(0, min(int(length[n]), 16))]),
        )
        for n in np.flatnonzero(digit & good)
    ]


def _lay(
    b: Board,
    rows: Ints,
    ts: Ints,
    newest: Bools,
    length: Ints,
    payload: npt.NDArray[np.uint8],
    tick: int,
    arrival: int,
    linear: Linear | None,
) -> None:
    if b.surplus[rows].any():
        lead = np.flatnonzero(newest & (length >= 160))
        if lead.size:
            jitter.shrink(b, rows[lead], payload[lead])
    pos, fits = jitter.place(b, rows, ts, newest, length, tick, arrival)
    if fits.all():
        jitter.write(b, rows, pos, length, payload)
        if linear is not None:
            linear.lay(rows, pos, length, payload)
        return
    pick = np.flatnonzero(fits)
    jitter.write(b, rows[pick], pos[pick], length[pick], payload[pick])
    if linear is not None:
        linear.lay(rows[pick], pos[pick], length[pick], payload[pick])
    # What missed its moment was counted as late by `place`; what lies beyond the ring is named here.
    beyond = ~fits & (pos >= tick * 160)
    drop(b, rows, beyond, "order")


def flooded(b: Board, thrown: Iterable[tuple[int, int]]) -> None:
    """Count packets (row, how many) that nobody read."""
    for row, packets in thrown:
        b.dropped[row, _COLUMN["flood"]] += packets


def take_bytes(b: Board, packets: dict[int, bytes], linear: Linear | None = None) -> list[DigitPacket]:
    """The same for packets by row which came through doors."""
    inbox = np.zeros((len(packets), rtp.SLOT_BYTES), np.uint8)
    for n, packet in enumerate(packets.values()):
        size = min(len(packet), rtp.SLOT_BYTES)
        inbox[n, :size] = np.frombuffer(packet, np.uint8, size)
    sizes = np.array([len(packet) for packet in packets.values()], np.int64)
    return take_in(b, inbox, np.array(list(packets), np.int64), sizes, int(b.now * 8000), linear)
