"""Outgoing packets: headers for all rows in one array, then one `send` a stream.

Streams of one frame a packet are *plain*: array work, and a send each. The others (10, 30..60 ms packets, or a digit
being pressed) are *odd* and go one by one. Plain sends are spread over up to four phases of a tick, so that no burst
of a thousand packets leaves at once; each row has its phase.

Deliberately absent: what is in the frames (mixer.py), RTCP (report.py).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from media import rtp, uring
from media.board import Board, Ints
from media.seals import Sealing
from media.srtp import Seal
from media.stream import Stream
from media.uring import Ring
from media.words import FRAME_SAMPLES

PHASES = 4
PHASE_STREAMS = 100
"""Rows of one phase; a few streams are all in the first, since every phase is a waking of the process."""
_END = rtp.HEADER_BYTES + FRAME_SAMPLES

Send = Callable[[memoryview | bytes], int]


@dataclass(frozen=True, slots=True)
class _Split:
    """One phase as the ring sends it."""

    rows: Ints
    """What it may send."""
    singly: list[tuple[Send, memoryview, int]]
    """What it may not."""
    secure: Ints
    """Those of `rows` that are sealed before, in place: the next tick writes them anew."""
    sealing: Sealing


class Sender:
    """Sends what the board's `out` rows hold; with a `ring`, all of a phase in one system call."""

    def __init__(self, board: Board, ring: Ring | None = None) -> None:
        self._board = board
        self._ring = ring
        self._views = [memoryview(board.packets[row])[:_END] for row in range(board.rows)]
        self._entries = uring.entries(board.rows, uring.SEND, _END)
        self._entries["addr"] = board.packets.ctypes.data + np.arange(board.rows) * board.packets.strides[0]
        self._entries["user_data"] = np.arange(board.rows)
        self._plain: Ints = np.zeros(0, np.int64)
        self._odd: dict[int, Stream] = {}
        self._stale = False
        self._soon: dict[int, Stream] = {}
        """Streams to be looked at before the next packets are built."""
        self.phases: list[dict[int, tuple[Send, memoryview, int]]] = [{} for _ in range(PHASES)]
        self._split: list[_Split | None] = [None] * PHASES
        """The same for the ring; None when it has to be found out anew."""
        self._seals: dict[int, Seal] = {}
        """Of the secure rows."""

    def arrange(self, stream: Stream) -> None:
        """Look anew at whether and how `stream` sends. Call after any change of its path, lock or finger.

        The change counts from the next `build` on; a packet that is built already leaves, by the new way.
        """
        row = stream.row
        if row in self._phase(row):
            self._put_in(stream)
        self._soon[row] = stream

    def carry(self, row: int, line: socket.socket) -> None:
        """Row sends one frame a packet from the next `build` on, by `line`, until it is forgotten: a tie."""
        self._phase(row)[row] = (line.send, self._views[row], row)
        self._entries["fd"][row] = line.fileno()
        self._split[_phase_of(row)] = None
        self._stale = True

    def forget(self, row: int) -> None:
        """Row sends nothing, at once."""
        self._soon.pop(row, None)
        self._odd.pop(row, None)
        self._seals.pop(row, None)
        if self._phase(row).pop(row, None) is not None:
            self._stale = True
            self._split[_phase_of(row)] = None

    def _settle(self, stream: Stream) -> None:
        row = stream.row
        self.forget(row)
        if not self._board.sends[row]:
            return
        if stream.finger or not stream.plain:
            self._odd[row] = stream
        else:
            self._put_in(stream)
            self._stale = True

    def _put_in(self, stream: Stream) -> None:
        row = stream.row
        self._phase(row)[row] = (stream.outlet.send, self._views[row], row)
        self._entries["fd"][row] = stream.outlet.fd
        self._entries["len"][row] = _END
        if stream.seal is not None:
            self._seals[row] = stream.seal
        else:
            self._seals.pop(row, None)
        self._split[_phase_of(row)] = None

    def _phase(self, row: int) -> dict[int, tuple[Send, memoryview, int]]:
        return self.phases[_phase_of(row)]

    def build(self) -> None:
        """Make this tick's packets and send the odd ones."""
        b = self._board
        high = b.high
        soon, self._soon = self._soon, {}
        for stream in soon.values():
            self._settle(stream)
        for stream in self._odd.values():
            if self._step(stream):
                self._soon[stream.row] = stream
        if self._stale:
            self._plain = np.array([row for phase in self.phases for row in phase], np.int64)
            self._stale = False
        rows = self._plain
        if rows.size:
            b.packets[:high, rtp.HEADER_BYTES : _END] = b.out[:high]
            seq = b.seq_out[rows]
            b.packets.view(">u2")[rows, 1] = seq
            b.packets.view(">u4")[rows, 1] = b.ts_out[rows]
            b.seq_out[rows] = (seq + 1) & 0xFFFF
            b.packets_out[rows] += 1
            b.bytes_out[rows] += FRAME_SAMPLES
        b.ts_out[:high] = (b.ts_out[:high] + FRAME_SAMPLES) & 0xFFFFFFFF

    def send(self, phase: int) -> None:
        """Put the plain packets of `phase` on the wire."""
        ring = self._ring
        if ring is not None and not ring.broken and len(self.phases[phase]) >= uring.FEWEST:
            self._send_at_once(ring, phase)
        else:
            self._send_singly(self.phases[phase].values())

    def _send_at_once(self, ring: Ring, phase: int) -> None:
        found = self._split[phase]
        if found is None:
            those = self.phases[phase]
            rows = np.fromiter(those, np.int64, len(those))
            direct = self._entries["fd"][rows] >= 0
            secure = np.array([row for row in rows[direct] if row in self._seals], np.int64)
            found = self._split[phase] = _Split(
                rows[direct],
                [those[int(row)] for row in rows[~direct]],
                secure,
                Sealing(self._board.packets, _END, secure, [self._seals[int(row)].outward for row in secure]),
            )
        rows, singly = found.rows, found.singly
        if found.secure.size:
            rows = self._seal(found)
        try:
            sent, results = ring.carry_out(self._entries[rows])
        except OSError:
            sent, results = rows, np.full(rows.size, -1)  # how many left is not known; the next go one by one
        refused = sent[results < 0]
        if refused.size:
            self._board.refused_out[refused] += 1
        self._send_singly(singly)

    def _seal(self, split: _Split) -> Ints:
        """Seal the secure ones; the rows that may be sent."""
        sizes = split.sealing.seal()
        self._entries["len"][split.secure] = sizes
        if sizes.all():
            return split.rows
        unfit = split.secure[sizes == 0]
        self._board.refused_out[unfit] += 1
        return split.rows[~np.isin(split.rows, unfit)]

    def _send_singly(self, those: Iterable[tuple[Send, memoryview, int]]) -> None:
        todo = iter(those)
        row = 0
        while True:
            try:
                for send, view, row in todo:  # noqa: B007 - `except` needs it
                    send(view)
                return
            except OSError:
                # The far end's port is closed, or the kernel is out of buffers; the other streams go on.
                self._board.refused_out[row] += 1

    def _step(self, stream: Stream) -> bool:
        """One frame of an odd stream; True when it is odd no longer."""
        b, row = self._board, stream.row
        ts = int(b.ts_out[row])
        path = stream.path
        if path is None:
            return False
        if stream.finger and path.dtmf_payload_type is not None:
            pressed = stream.finger.step()
            if pressed is not None:
                payload, first = pressed
                if first:
                    stream.digit_ts = ts
                if stream.clock > 1:
                    payload = payload[:2] + (int.from_bytes(payload[2:]) * stream.clock).to_bytes(2)
                stream.pending = b""
                self._put(stream, path.dtmf_payload_type, int(first), stream.digit_ts, payload)
                return not stream.finger and stream.plain
        size = stream.packet_bytes
        stream.pending += b.long_out.get(row) or b.out[row].tobytes()
        while len(stream.pending) >= size:
            start = ts + FRAME_SAMPLES - len(stream.pending) // int(b.sample_bytes[row])
            self._put(stream, path.payload_type, 0, start, stream.pending[:size])
            stream.pending = stream.pending[size:]
        return not stream.finger and stream.plain

    def _put(self, stream: Stream, payload_type: int, marker: int, ts: int, payload: bytes) -> None:
        b, row = self._board, stream.row
        packet = rtp.head(payload_type, marker, int(b.seq_out[row]), ts * stream.clock, stream.ssrc) + payload
        b.seq_out[row] = (int(b.seq_out[row]) + 1) & 0xFFFF
        b.packets_out[row] += 1
        b.bytes_out[row] += len(payload)
        try:
            stream.outlet.send(packet)
        except OSError:
            b.refused_out[row] += 1


def _phase_of(row: int) -> int:
    return row // PHASE_STREAMS % PHASES
