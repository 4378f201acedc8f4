"""What is known of one stream: its totals, and the RTCP by which both ends tell each other. RFC 3550 section 6.

Reports are heard from the address of the path or of the locked source alone, and sent there. The interval is drawn
between 2.5 and 7.5 s (6.2), so that a thousand streams do not report together.

Time: the board's `now` for intervals, `at` UTC for NTP time stamps. Deliberately absent: the packets (rtcp.py).
"""

from __future__ import annotations

import random
from dataclasses import replace

from media import rtcp
from media.board import DROPS, Board
from media.quality import Losses, mos
from media.stream import Stream
from media.stream_report import StreamReport
from media.words import FRAME_MS

INTERVAL_S = 5.0
_SOURCE, _RTCP, _EARLY = (DROPS.index(reason) for reason in ("source", "rtcp", "early"))


def schedule(stream: Stream, now: float) -> None:
    """When the next report is due."""
    stream.report_at = now + INTERVAL_S * (0.5 + random.random())


def hear(stream: Stream, board: Board, packet: bytes, source: tuple[str, int], at: float) -> None:
    """Take in one packet from the stream's RTCP socket; what is foreign or malformed only counts."""
    path, locked = stream.path, stream.watch.source
    if path is None:
        board.dropped[stream.row, _EARLY] += 1
        return
    if source[0] not in {path.remote_ip, locked[0] if locked else ""}:
        board.dropped[stream.row, _SOURCE] += 1
        return
    compound = rtcp.read(packet)
    if compound is None:
        board.dropped[stream.row, _RTCP] += 1
        return
    if locked and source[0] == locked[0]:
        stream.rtcp_to = source
    stream.far.gone = compound.bye
    if compound.sent is not None:
        stream.far.last_sr, stream.far.last_sr_at = compound.sent.ntp >> 16 & 0xFFFFFFFF, board.now
    for block in compound.blocks:
        if block.ssrc != stream.ssrc:
            continue
        board.far_lost[stream.row] = max(block.lost, 0)
        stream.far.jitter_ms = block.jitter / (8 * stream.clock)
        stream.far.reports += 1
        gone = rtcp.round_trip_ms(block, rtcp.ntp(at))
        if gone is not None:
            stream.far.round_trip_ms = round(gone, 3)


def say(stream: Stream, board: Board, at: float, *, bye: bool) -> None:
    """Send one report, with a good-bye when the stream ends. What the kernel refuses is gone."""
    path, b, row = stream.path, board, stream.row
    if path is None or path.remote_port == 0 or path.remote_ip == "0.0.0.0":
        return
    sent = None
    if b.packets_out[row]:
        ts = int(b.ts_out[row]) * stream.clock & 0xFFFFFFFF
        sent = rtcp.Sent(rtcp.ntp(at), ts, int(b.packets_out[row]), int(b.bytes_out[row]) & 0xFFFFFFFF)
    packet = rtcp.build(stream.ssrc, f"{stream.ssrc:08x}@{stream.address.ip}", sent, _block(stream, b), bye=bye)
    locked = stream.watch.source
    to = stream.rtcp_to or (path.remote_ip, path.remote_rtcp_port)
    if stream.rtcp_to is None and locked is not None and locked[0] != path.remote_ip:
        to = (locked[0], locked[1] + 1)
    try:
        stream.send_control(packet, to)
    except (OSError, OverflowError):
        b.refused_out[row] += 1


def _block(stream: Stream, b: Board) -> rtcp.Block | None:
    row = stream.row
    if not b.started[row]:
        return None
    expected = int(b.seq_high[row] - b.seq_first[row]) + 1
    received = int(b.received[row])
    new_expected = expected - int(b.expected_told[row])
    new_lost = new_expected - (received - int(b.received_told[row]))
    b.expected_told[row], b.received_told[row] = expected, received
    fraction = (new_lost << 8) // new_expected if new_expected > 0 and new_lost > 0 else 0
    delay = int((b.now - stream.far.last_sr_at) * 65536) if stream.far.last_sr else 0
    return rtcp.Block(
        ssrc=int(b.ssrc_in[row]),
        fraction_lost=min(fraction, 255),
        lost=expected - received,
        highest_seq=int(b.seq_high[row]) & 0xFFFFFFFF,
        jitter=int(b.jitter[row] * stream.clock),
        last_sr=stream.far.last_sr,
        delay=min(delay, 0xFFFFFFFF),
    )


def totals(stream: Stream, b: Board, losses: Losses) -> StreamReport:
    """Everything up to now."""
    row, lost = stream.row, stream.lost
    received, sent = int(b.packets_in[row]), int(b.packets_out[row])
    ptime = stream.path.ptime_ms if stream.path else FRAME_MS
    way_ms = (stream.far.round_trip_ms or 0.0) / 2 + ptime
    mos_in = mos_out = None
    if received:
        # What comes too late to be played is as good as lost.
        share = min((lost + int(b.late[row])) / (received + lost), 1.0)
        mos_in = mos(100 * share, way_ms + stream.delay_ms, losses.ratio(share))
    if stream.far.reports and sent:
        # How much delay the far end keeps is its own affair; twice its jitter is what it needs.
        mos_out = mos(100 * min(int(b.far_lost[row]) / sent, 1.0), way_ms + 2 * stream.far.jitter_ms)
    return replace(
        stream.report(),
        far_jitter_ms=round(stream.far.jitter_ms, 2),
        delay_ms=stream.delay_ms,
        bursts=losses.bursts,
        burst_ms=losses.burst_ms,
        gap_ms=losses.gap_ms,
        mos_in=mos_in,
        mos_out=mos_out,
        path=stream.way,
    )
