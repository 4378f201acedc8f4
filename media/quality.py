"""How good a stream sounds: bursts and gaps of loss, and the E-model's estimate of what a listener would say.

A *burst* is RFC 3611 4.7.2: losses with fewer than 16 good frames between them, two at least; what lies between bursts
is a *gap*. Only rows that have just lost something cost anything.

The estimate is ITU-T G.107 with its default values, R = 93.2 - Idd - Ie,eff, without echo:
Ie,eff = Ie + (95 - Ie) Ppl / (Ppl / BurstR + Bpl), with Ie = 0 and Bpl = 25.1 for G.711 with concealment (G.113
appendix I), and Idd of the one-way delay. MOS is Annex B. It knows loss and delay alone: no noise, no echo, no level.

Units: frames of 20 ms inside, ms outside; R 0..100, MOS 1..4.5.
Deliberately absent: counting packets (intake.py), reports of the far end (report.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from media.board import Board, Ints
from media.words import FRAME_MS

MIN_GAP = 16
R_BEST = 93.2
IE, BPL = 0.0, 25.1


def delay_impairment(delay_ms: float) -> float:
    """Idd of G.107 (7-27): what a delay of so much one way takes from R, 0 up to 100 ms."""
    if delay_ms <= 100:
        return 0.0
    x = math.log2(delay_ms / 100)
    return 25.0 * float((1 + x**6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2)


def loss_impairment(loss_percent: float, burst_ratio: float = 1.0) -> float:
    """Ie,eff of G.107 (7-29); `burst_ratio` 1 is random loss, 2 is runs of loss twice as long as by chance."""
    return IE + (95 - IE) * loss_percent / (loss_percent / max(burst_ratio, 1.0) + BPL)


def mos_of(rating: float) -> float:
    """MOS of R, G.107 Annex B."""
    if rating <= 0:
        return 1.0
    if rating >= 100:
        return 4.5
    return max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)


def mos(loss_percent: float, delay_ms: float, burst_ratio: float = 1.0) -> float:
    """The estimate, to two digits."""
    return round(mos_of(R_BEST - delay_impairment(delay_ms) - loss_impairment(loss_percent, burst_ratio)), 2)


@dataclass(frozen=True, slots=True)
class Losses:
    """How the losses of one stream lie."""

    bursts: int = 0
    burst_ms: int = 0
    """Mean length of a burst, and of a gap."""
    gap_ms: int = 0
    run: float = 1.0
    """Mean frames lost in a row."""

    def ratio(self, share: float) -> float:
        """BurstR of G.107: the mean run against that of random loss of the same share (0..1)."""
        return max(1.0, self.run * (1 - share))


class Quality:
    """Where the losses of all streams lie."""

    def __init__(self, board: Board) -> None:
        self._board = board
        rows = board.rows
        self._seen: Ints = np.zeros(rows, np.int64)
        """`concealed` as it was in the last tick."""
        self._since: Ints = np.zeros(rows, np.int64)
        self._last: Ints = np.zeros(rows, np.int64)
        """Tick of the last loss; below `_since` when there was none."""
        self._first: Ints = np.zeros(rows, np.int64)
        """Of the losses that may become a burst."""
        self._many: Ints = np.zeros(rows, np.int64)
        self._bursts: Ints = np.zeros(rows, np.int64)
        self._burst_frames: Ints = np.zeros(rows, np.int64)
        self._runs: Ints = np.zeros(rows, np.int64)
        self._lost: Ints = np.zeros(rows, np.int64)

    def begin(self, row: int) -> None:
        """Row is a new stream's."""
        for array in (self._seen, self._many, self._bursts, self._burst_frames, self._runs, self._lost, self._first):
            array[row] = 0
        self._since[row] = self._board.tick
        self._last[row] = self._board.tick - MIN_GAP - 1

    def tick(self) -> None:
        """After concealment: note which rows lost a frame."""
        b = self._board
        concealed = b.concealed[: b.high]
        rows = np.flatnonzero(concealed != self._seen[: b.high])
        if not rows.size:
            return
        self._seen[rows] = concealed[rows]
        away = b.tick - self._last[rows]
        self._lost[rows] += 1
        self._runs[rows] += away > 1
        fresh = rows[away > MIN_GAP]
        done = fresh[self._many[fresh] > 1]
        self._bursts[done] += 1
        self._burst_frames[done] += self._last[done] - self._first[done] + 1
        self._first[fresh] = b.tick
        self._many[fresh] = 0
        self._many[rows] += 1
        self._last[rows] = b.tick

    def losses(self, row: int) -> Losses:
        """Up to now, the burst that runs counted too."""
        bursts, frames = int(self._bursts[row]), int(self._burst_frames[row])
        if self._many[row] > 1:
            bursts += 1
            frames += int(self._last[row] - self._first[row]) + 1
        span = int(self._board.tick - self._since[row])
        return Losses(
            bursts=bursts,
            burst_ms=round(frames * FRAME_MS / bursts) if bursts else 0,
            gap_ms=round(max(span - frames, 0) * FRAME_MS / (bursts + 1)),
            run=float(self._lost[row] / self._runs[row]) if self._runs[row] else 1.0,
        )
