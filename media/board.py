"""The board: what the tick knows of every stream, as arrays with one row a stream.

Rows are reused, the lowest free one first, so that `high` stays small. Row 0 is nobody: it is always silent and
stands wherever a listener or a recording has no second party. Positions (`pos`) are samples on the engine's own
time line: the frame popped in tick n is [n * 160, (n + 1) * 160).

The ring is (slot, row, 160) bytes, so that one tick's frame of all streams is one contiguous block.

Deliberately absent: sockets (stream.py), what the numbers do (jitter.py, mixer.py, sender.py).
"""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from media.g711 import MULAW, SILENCE
from media.words import FRAME_SAMPLES

SLOTS = 32
"""Frames in the ring: 640 ms."""
PAST_FRAMES = 3
"""Frames that stay in the ring after they were popped: what concealment looks back on, and what a fade ends with."""
HALF = FRAME_SAMPLES // 2
MEANT = 99
"""`missing` of a row whose silence is meant, or has lasted so long that it may as well be."""
SECOND_HALF = 1 << 16
"""`filled` counts the bytes of a frame's first half in ones and those of its second half in these."""
FULL = HALF * (1 + SECOND_HALF)
PACKET_BYTES = 512
"""Bytes kept for an outgoing packet: 12 of header and 60 ms of audio fit."""
DROPS = (
    *("source", "type", "short", "version", "flood", "direction", "order", "long", "early"),
    *("rtcp", "stun", "dtls", "line", "waited", "digit", "overrun", "auth", "replay"),
)
"""Why a packet was thrown away, in the order of the columns of `dropped`; stream_report.py says what they mean."""
NOBODY = 0

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


class Board:
    """Arrays of `rows` rows. Plain data: everyone who is part of the tick reads and writes it."""

    def __init__(self, rows: int = 2048) -> None:
        self.rows = rows
        self._free = list(range(1, rows))
        self.high = 1
        """Rows at and above this one are unused."""
        self._used: set[int] = set()

        self.tick = 0
        """The frame of this moment."""
        self.now = 0.0
        """Monotonic seconds at the beginning of this tick, or of the command that is being done."""

        # What the path says.
        self.law: npt.NDArray[np.uint8] = np.full(rows, MULAW, np.uint8)
        """Of the row's frames within a tick."""
        self.wide: Bools = np.zeros(rows, np.bool_)
        """What lies ahead in the ring is in a wideband codec; what was popped is in `law` (wide.py)."""
        self.blank: npt.NDArray[np.uint8] = np.full(rows, SILENCE[MULAW], np.uint8)
        """What the ring holds where nothing has come."""
        self.sample_bytes: Ints = np.ones(rows, np.int64)
        """Bytes on the wire for each sample of 8 kHz (l16.py)."""
        self.audio_type: Ints = np.full(rows, -1, np.int64)
        self.digit_type: Ints = np.full(rows, -1, np.int64)
        self.hears: Bools = np.zeros(rows, np.bool_)
        self.sends: Bools = np.zeros(rows, np.bool_)

        # What came in: RFC 3550 A.1 and A.3, and where its time stamps lie on our time line.
        self.started: Bools = np.zeros(rows, np.bool_)
        self.ssrc_in: Ints = np.zeros(rows, np.int64)
        self.seq_high: Ints = np.zeros(rows, np.int64)
        self.seq_first: Ints = np.zeros(rows, np.int64)
        self.seq_jump: Ints = np.full(rows, -1, np.int64)
        """Sequence number that would prove a jump to be a restart; -1 when there was no jump."""
        self.ssrc_jump: Ints = np.zeros(rows, np.int64)
        """SSRC that goes with it."""
        self.seen: npt.NDArray[np.uint64] = np.zeros(rows, np.uint64)
        """Bit n: sequence number `seq_high - n` has come."""
        self.received: Ints = np.zeros(rows, np.int64)
        self.expected_told: Ints = np.zeros(rows, np.int64)
        self.received_told: Ints = np.zeros(rows, np.int64)
        self.ts_ref: Ints = np.zeros(rows, np.int64)
        self.pos_ref: Ints = np.zeros(rows, np.int64)
        self.arrival: Ints = np.zeros(rows, np.int64)
        self.jitter: npt.NDArray[np.float64] = np.zeros(rows, np.float64)
        self.margin_low: Ints = np.full(rows, 1 << 30, np.int64)
        """Least earliness [samples] in the present window."""
        self.surplus: Ints = np.zeros(rows, np.int64)
        """Frames of delay that the last window did not need."""
        self.regular: Bools = np.zeros(rows, np.bool_)
        """Heard, started, and with nothing pending: the next packet may take the short way (intake.py)."""
        self.missing: Ints = np.full(rows, 99, np.int64)
        """Halves of frames missing in a row up to now; 99 when nothing has been heard yet (conceal.py)."""
        self.onward: npt.NDArray[np.uint8] = np.zeros((rows, 7, HALF), np.uint8)
        """How the audio before the hole goes on, half by half; valid while `missing` says that there is one."""
        self.overlap: Ints = np.zeros(rows, np.int64)
        """Samples over which it is led back to what comes, at least."""
        self.heard_tick: Ints = np.zeros(rows, np.int64)

        # Totals.
        self.packets_in: Ints = np.zeros(rows, np.int64)
        self.bytes_in: Ints = np.zeros(rows, np.int64)
        self.lost_before: Ints = np.zeros(rows, np.int64)
        self.late: Ints = np.zeros(rows, np.int64)
        self.duplicate: Ints = np.zeros(rows, np.int64)
        self.concealed: Ints = np.zeros(rows, np.int64)
        """Halves of frames."""
        self.resynced: Ints = np.zeros(rows, np.int64)
        self.stretched: Ints = np.zeros(rows, np.int64)
        self.shrunk: Ints = np.zeros(rows, np.int64)
        self.dropped: Ints = np.zeros((rows, len(DROPS)), np.int64)
        self.packets_out: Ints = np.zeros(rows, np.int64)
        self.bytes_out: Ints = np.zeros(rows, np.int64)
        self.refused_out: Ints = np.zeros(rows, np.int64)
        self.far_lost: Ints = np.zeros(rows, np.int64)
        """Packets of ours that the far end's reports miss."""

        # What goes out.
        self.seq_out: Ints = np.zeros(rows, np.int64)
        self.ts_out: Ints = np.zeros(rows, np.int64)
        self.out: npt.NDArray[np.uint8] = np.full((rows, FRAME_SAMPLES), SILENCE[MULAW], np.uint8)
        self.long_out: dict[int, bytes] = {}
        """What goes out instead of `out`, of rows whose frame is longer (l16.py)."""
        self.packets: npt.NDArray[np.uint8] = np.zeros((rows, PACKET_BYTES), np.uint8)

        self.ring: npt.NDArray[np.uint8] = np.full((SLOTS, rows, FRAME_SAMPLES), 0, np.uint8)
        self.filled: npt.NDArray[np.int32] = np.zeros((SLOTS, rows), np.int32)
        self.ring[:, NOBODY] = SILENCE[MULAW]
        heapq.heapify(self._free)

    def lost(self, rows: slice) -> Ints:
        """Packets that never came, RFC 3550 A.3, over all SSRCs of each row."""
        missing = np.maximum(self.seq_high[rows] - self.seq_first[rows] + 1 - self.received[rows], 0)
        found: Ints = self.lost_before[rows] + np.where(self.started[rows], missing, 0)
        return found

    @property
    def room_left(self) -> int:
        """Rows that are free."""
        return len(self._free)

    def take(self) -> int:
        """A clean row. IndexError when the board is full."""
        row = heapq.heappop(self._free)
        self._used.add(row)
        self.high = max(self.high, row + 1)
        for array in (self.ssrc_in, self.seq_high, self.seq_first, self.received, self.expected_told):
            array[row] = 0
        for array in (self.received_told, self.ts_ref, self.pos_ref, self.arrival, self.surplus, self.heard_tick):
            array[row] = 0
        for array in (self.packets_in, self.bytes_in, self.lost_before, self.late, self.duplicate, self.concealed):
            array[row] = 0
        for array in (self.resynced, self.stretched, self.shrunk, self.packets_out, self.bytes_out, self.refused_out):
            array[row] = 0
        self.far_lost[row] = 0
        self.jitter[row] = 0.0
        self.seen[row] = 0
        self.dropped[row] = 0
        self.seq_jump[row] = -1
        self.margin_low[row] = 1 << 30
        self.missing[row] = 99
        self.started[row] = self.regular[row] = self.hears[row] = self.sends[row] = False
        self.audio_type[row] = self.digit_type[row] = -1
        self.packets[row] = 0
        self.set_law(row, MULAW)
        return row

    def set_law(self, row: int, law: int, blank: int | None = None, sample_bytes: int = 1) -> None:
        """Row speaks `law` from now on; what lies in its ring is forgotten. With `blank`, it comes in another codec."""
        self.law[row] = law
        self.sample_bytes[row] = sample_bytes
        self.wide[row] = blank is not None
        self.blank[row] = SILENCE[law] if blank is None else blank
        self.ring[:, row] = self.blank[row]
        for back in range(PAST_FRAMES):
            self.ring[(self.tick - back) % SLOTS, row] = SILENCE[law]
        self.filled[:, row] = 0
        self.out[row] = SILENCE[law]

    def give_back(self, row: int) -> None:
        """Row is free again."""
        self.hears[row] = self.sends[row] = self.started[row] = self.regular[row] = False
        self.audio_type[row] = self.digit_type[row] = -1
        self.long_out.pop(row, None)
        self._used.discard(row)
        heapq.heappush(self._free, row)
        self.high = max(self._used, default=0) + 1
