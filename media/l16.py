"""L16: plain samples of 16 bits in network order, at 8 or 16 kHz (RFC 3551 4.5.11).

At the door such packets are brought to the measure of all others, in which a byte of the ring is a sample of 8 kHz and
time stamps count these. L16 of 8 kHz becomes A-law there and is an ordinary row from then on. L16 of 16 kHz has half
its time stamps, keeps its place in the ring, and lays its samples beside it, where wide.py takes them from.

These rows always go the long way through intake and sender; no others pay for them. Packets hold 20 ms or less of
16 kHz, 40 ms of 8 kHz: more does not fit a slot, and is counted as long.

Pure numpy on the board's arrays. Deliberately absent: other rates, two channels.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from media import g711
from media.board import SLOTS, Board, Bools, Ints
from media.paths import Codec
from media.words import WIDE_SAMPLES

SAMPLE_BYTES = {Codec.L16: 2, Codec.L16_16K: 4}
"""Bytes on the wire for each sample of 8 kHz; all others have one."""
LONGEST_MS = 20
"""Packets that we ask for and send."""

Bytes = npt.NDArray[np.uint8]


class Linear:
    """What L16 rows need beside the board. Memory is touched only for rows that speak it at 16 kHz."""

    def __init__(self, board: Board) -> None:
        self._board = board
        rows = board.rows
        self.wide: npt.NDArray[np.int16] = np.zeros((SLOTS, rows, WIDE_SAMPLES), np.int16)
        """Samples of 16 kHz, slot by slot as the ring."""
        self._wire: Ints = np.zeros(rows, np.int64)
        self._half: Ints = np.zeros(rows, np.int64)
        """The last time stamp as it came, and as it was told; by row."""

    def stamps(self, rows: Ints, ts: Ints) -> Ints:
        """Time stamps at 8 kHz; `rows` do not repeat."""
        fast = np.flatnonzero(self._board.sample_bytes[rows] == SAMPLE_BYTES[Codec.L16_16K])
        if not fast.size:
            return ts
        those = rows[fast]
        step = ((ts[fast] - self._wire[those] + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
        half = (self._half[those] + (step >> 1)) & 0xFFFFFFFF
        # An odd one leaves its half behind, or the next step would lose it.
        self._wire[those], self._half[those] = ts[fast] - (step & 1), half
        told = ts.copy()
        told[fast] = half
        return told

    def repacked(self, rows: Ints, payload: Bytes, length: Ints, audio: Bools) -> tuple[Bytes, Ints]:
        """`payload` (n, m) and its bytes (n,), with as many bytes as there are samples of 8 kHz where it is `audio`."""
        size = np.where(audio, self._board.sample_bytes[rows], 1)
        payload, length = payload.copy(), np.maximum(length, 0) // size
        for n in np.flatnonzero(size == SAMPLE_BYTES[Codec.L16]):
            samples = payload[n, : 2 * length[n]].view(">i2").astype(np.int16)
            payload[n, : length[n]] = g711.encode_all(samples, g711.SHADOW)
        return payload, length

    def lay(self, rows: Ints, pos: Ints, length: Ints, payload: Bytes) -> None:
        """The samples of those rows that are at 16 kHz go to `pos`, which counts at 8."""
        for n in np.flatnonzero(self._board.sample_bytes[rows] == SAMPLE_BYTES[Codec.L16_16K]):
            at = 2 * pos[n] + np.arange(2 * length[n])
            samples = payload[n, : 4 * length[n]].view(">i2")
            self.wide[at // WIDE_SAMPLES % SLOTS, rows[n], at % WIDE_SAMPLES] = samples

    def take(self, tick: int, rows: Ints) -> npt.NDArray[np.int16]:
        """This tick's samples of `rows` (n, 320); nought where nothing came."""
        found: npt.NDArray[np.int16] = self.wide[tick % SLOTS, rows]
        self.wide[tick % SLOTS, rows] = 0
        return found

    def forget(self, row: int) -> None:
        """Row begins anew."""
        self.wide[:, row] = 0


def wire(samples: npt.NDArray[np.int16]) -> bytes:
    """`samples` as they are sent."""
    return samples.astype(">i2").tobytes()
