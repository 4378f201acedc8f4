"""The jitter buffer of all streams: a ring of bytes indexed by RTP time stamp.

A packet's time stamp is mapped to a position on the engine's time line; its bytes are scattered there; each tick pops
the same slot for every stream. Reordering, duplicates and any packet time cost nothing. Delay is the mapping: a
packet that comes too late moves it back by whole frames at once, an unneeded surplus is taken out when it is quiet.

Units: samples of 8 kHz; `tick` counts frames of 20 ms. Pure numpy on the board's arrays.
Deliberately absent: what fills a hole (conceal.py), who may send (stream.py).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from media.board import DROPS, FULL, HALF, MEANT, PAST_FRAMES, SECOND_HALF, SLOTS, Board, Bools, Ints
from media.g711 import DECODE
from media.words import FRAME_SAMPLES

START_FRAMES = 1
"""Play-out delay that a new source starts with, on top of the wait for the tick."""
LATE_FRAMES = 10
"""Later than this is a new time line, not a late packet: 200 ms."""
AHEAD = (SLOTS - PAST_FRAMES) * FRAME_SAMPLES
"""The furthest end of a packet ahead of the tick that fits into the ring."""
WINDOW_TICKS = 100
"""Delay is judged over two seconds."""
JUMP = 3000
"""RFC 3550 A.1 MAX_DROPOUT: a greater step forward is a restart."""
MISORDER = 63
SILENT_TICKS = 5
"""A new SSRC is believed at once when the old one has not been heard for 100 ms."""
STARVING = 3
"""Halves of frames missing in a row, from which on nothing else is being heard."""
LEAP_FRAMES = 5
"""A packet that would be waited for in silence for longer than this has not the time line it had: 100 ms."""
QUIET = 200
"""Mean magnitude under which a frame may be left out unheard: about -44 dBFS."""

_ORDER = DROPS.index("order")
_LOUD = np.abs(DECODE.astype(np.int32))


def _signed(value: Ints, bits: int) -> Ints:
    half = 1 << (bits - 1)
    return ((value + half) & ((1 << bits) - 1)) - half


def _restart(b: Board, rows: Ints, seq: Ints, ts: Ints, ssrc: Ints, tick: int) -> None:
    """A new source, or an old one that began anew: sequence and time line start here."""
    old = rows[b.started[rows]]
    b.lost_before[old] += np.maximum(b.seq_high[old] - b.seq_first[old] + 1 - b.received[old], 0)
    b.resynced[old] += 1
    b.started[rows] = True
    b.regular[rows] = False
    b.ssrc_in[rows] = ssrc
    b.seq_first[rows] = seq
    b.seq_high[rows] = seq - 1
    b.seen[rows] = 0
    b.received[rows] = b.received_told[rows] = b.expected_told[rows] = 0
    b.seq_jump[rows] = -1
    b.ts_ref[rows] = ts
    b.pos_ref[rows] = (tick + START_FRAMES) * FRAME_SAMPLES
    b.arrival[rows] = -1
    b.margin_low[rows] = 1 << 30
    b.surplus[rows] = 0


def account(b: Board, rows: Ints, seq: Ints, ts: Ints, ssrc: Ints, audio: Bools, tick: int) -> tuple[Bools, Bools]:
    """Which packets are worth reading, and which of them are newer than all before: (good, newest).

    `rows` must not repeat. Duplicates and wild jumps are counted and not good. RFC 3550 A.1.
    """
    step = _signed(seq - b.seq_high[rows], 16)
    other = b.ssrc_in[rows] != ssrc
    wild = other | (step > JUMP) | (step < -MISORDER)
    old = audio & ~wild & (step <= 0)
    if old.any():
        # No straggler is newer than the newest; and when nothing is being heard, what seems to be there twice or long
        # past is a sender that stepped back a little.
        behind = -_signed(ts - b.ts_ref[rows], 32)
        there = (b.seen[rows] >> np.where(old, -step, 0).astype(np.uint64)) & np.uint64(1) > 0
        starving = (b.missing[rows] >= STARVING) & (b.missing[rows] < MEANT)
        wild |= old & ((behind < 0) | (starving & (there | (behind > LATE_FRAMES * FRAME_SAMPLES))))
    wild &= b.started[rows]
    # "Two sequential packets -- assume that the other side restarted without telling us" (A.1). One packet is enough
    # when nothing else is being heard.
    proven = wild & (b.seq_jump[rows] == seq) & (b.ssrc_jump[rows] == ssrc)
    silent = other & (tick - b.heard_tick[rows] > SILENT_TICKS)
    renew = ~b.started[rows] | proven | silent
    if renew.any():
        _restart(b, rows[renew], seq[renew], ts[renew], ssrc[renew], tick)
        step = np.where(renew, 1, step)
        wild &= ~renew
    if wild.any():
        b.seq_jump[rows[wild]] = (seq[wild] + 1) & 0xFFFF
        b.ssrc_jump[rows[wild]] = ssrc[wild]
        b.dropped[rows[wild], _ORDER] += 1
    newest = (step > 0) & ~wild
    shift = np.where(newest, np.minimum(step, MISORDER), 0).astype(np.uint64)
    seen = b.seen[rows] << shift
    bit = np.left_shift(np.uint64(1), np.where(newest | wild, 0, -step).astype(np.uint64))
    twice = ((seen & bit) != 0) & ~newest & ~wild
    b.seen[rows] = np.where(wild, b.seen[rows], seen | bit)
    b.seq_high[rows] += np.where(newest, step, 0)
    good = ~wild & ~twice
    b.received[rows] += good
    b.duplicate[rows] += twice
    return good, newest


def place(b: Board, rows: Ints, ts: Ints, newest: Bools, length: Ints, tick: int, arrival: int) -> tuple[Ints, Bools]:
    """Positions of audio packets and which of them fit into the ring: (pos, fits). Adapts the delay.

    `arrival` is the monotonic clock in samples, for the jitter of RFC 3550 6.4.1. `rows` must not repeat.
    """
    step = _signed(ts - b.ts_ref[rows], 32)
    pos = b.pos_ref[rows] + step
    now = tick * FRAME_SAMPLES
    margin = pos - now

    known = newest & (b.arrival[rows] >= 0)
    deviation = np.abs((arrival - b.arrival[rows]) - step)
    usable = known & (deviation < 8000)
    b.jitter[rows] += np.where(usable, (deviation - b.jitter[rows]) / 16.0, 0.0)
    b.arrival[rows] = np.where(newest, arrival, b.arrival[rows])

    # Where the packet before ended, and where a new time line would begin: never over what is still to be heard.
    end = b.pos_ref[rows] + length
    start = np.maximum(now + START_FRAMES * FRAME_SAMPLES, np.minimum(end, now + LATE_FRAMES * FRAME_SAMPLES))
    leap = known & (pos - start > LEAP_FRAMES * FRAME_SAMPLES)
    lost_line = newest & (leap | (margin < -LATE_FRAMES * FRAME_SAMPLES) | (margin + length > AHEAD))
    late = (margin < 0) & ~lost_line & (margin >= -LATE_FRAMES * FRAME_SAMPLES)
    if lost_line.any():
        pos = np.where(lost_line, start, pos)
        b.resynced[rows] += lost_line
        b.margin_low[rows[lost_line]] = 1 << 30
    if late.any():
        frames = np.where(late, -(margin // FRAME_SAMPLES), 0)
        b.late[rows] += late
        b.stretched[rows] += frames
        # A reordered packet only teaches: its successors are already placed.
        pos = np.where(newest, pos + frames * FRAME_SAMPLES, pos)
        teach = late & ~newest
        b.pos_ref[rows] += np.where(teach, frames * FRAME_SAMPLES, 0)
        b.surplus[rows[late]] = 0
    crooked = newest & (pos > end) & (pos % HALF != 0)
    if crooked.any():
        # After a pause the time line may be brought back to whole frames, which are cheap: down when there is time.
        grid = np.where(length % FRAME_SAMPLES, HALF, FRAME_SAMPLES)
        down = pos - pos % grid
        pos = np.where(crooked, np.where(down >= np.maximum(start, end), down, down + grid), pos)
    fits = (pos >= now) & (pos - now + length <= AHEAD)
    b.pos_ref[rows] = np.where(newest, pos, b.pos_ref[rows])
    b.ts_ref[rows] = np.where(newest, ts, b.ts_ref[rows])
    b.margin_low[rows] = np.minimum(b.margin_low[rows], np.where(fits, np.maximum(margin, 0), 1 << 30))
    return pos, fits


def write(b: Board, rows: Ints, pos: Ints, length: Ints, payload: npt.NDArray[np.uint8]) -> None:
    """Payload (n, >= max length) goes into the ring at `pos`."""
    slot, inside = np.divmod(pos, FRAME_SAMPLES)
    whole = (inside == 0) & (length == FRAME_SAMPLES)
    if whole.all():
        b.ring[slot % SLOTS, rows] = payload[:, :FRAME_SAMPLES]
        b.filled[slot % SLOTS, rows] = FULL
        return
    if whole.any():
        b.ring[slot[whole] % SLOTS, rows[whole]] = payload[whole, :FRAME_SAMPLES]
        b.filled[slot[whole] % SLOTS, rows[whole]] = FULL
    for size in np.unique(length[~whole]):
        if not size:
            continue
        pick = np.flatnonzero(~whole & (length == size))
        at = pos[pick, None] + np.arange(size)
        b.ring[at // FRAME_SAMPLES % SLOTS, rows[pick, None], at % FRAME_SAMPLES] = payload[pick, :size]
        half = pos[pick] // HALF
        for nth in range(int(size) // HALF + 2):
            edge = (half + nth) * HALF
            here = np.minimum(pos[pick] + size, edge + HALF) - np.maximum(pos[pick], edge)
            share = np.where((half + nth) % 2, SECOND_HALF, 1) * np.maximum(here, 0)
            b.filled[(half + nth) // 2 % SLOTS, rows[pick]] += share.astype(np.int32)


def pop(b: Board, tick: int) -> tuple[npt.NDArray[np.uint8], Bools]:
    """This tick's frame of every row, a view (high, 160), and which rows' frame is not whole."""
    slot = tick % SLOTS
    return b.ring[slot, : b.high], b.filled[slot, : b.high] != FULL


def clear(b: Board, tick: int) -> None:
    """End of `tick`: its slot may be looked back on for `PAST_FRAMES` more ticks, the one before them is forgotten."""
    slot = (tick - PAST_FRAMES) % SLOTS
    b.ring[slot, : b.high] = b.blank[: b.high, None]
    b.filled[slot, : b.high] = 0


def judge(b: Board) -> None:
    """End of a window: what delay was never needed becomes `surplus`, to be taken out when it is quiet."""
    high = b.high
    low = b.margin_low[:high]
    measured = low < 1 << 30
    b.surplus[:high] = np.where(measured, np.maximum(low // FRAME_SAMPLES - START_FRAMES, 0), 0)
    b.margin_low[:high] = 1 << 30
    b.regular[:high] &= b.surplus[:high] == 0


def shrink(b: Board, rows: Ints, payload: npt.NDArray[np.uint8]) -> Ints:
    """Frames to leave out before these packets, per row; those with a surplus that are quiet now.

    A surplus of more than five frames is not waited for: one frame goes at once.
    """
    some = b.surplus[rows] > 0
    take = np.zeros(rows.size, np.int64)
    if not some.any():
        return take
    pick = np.flatnonzero(some)
    codes = payload[pick, :FRAME_SAMPLES]
    if (wide := b.wide[rows[pick]]).any():
        # How loud this one is nobody knows before it is decoded; the frame before it is near enough.
        codes = np.where(wide[:, None], b.ring[(b.tick - 1) % SLOTS, rows[pick]], codes)
    loud = _LOUD[b.law[rows[pick], None], codes].mean(axis=1)
    surplus = b.surplus[rows[pick]]
    take[pick] = np.where(loud < QUIET, surplus, np.where(surplus > 5, 1, 0))
    b.surplus[rows] -= take
    b.shrunk[rows] += take
    b.pos_ref[rows] -= take * FRAME_SAMPLES
    return take
