"""The frames of all recordings that run, gathered for about a second: a row copy a channel and tick, and no more.

A *reel* has two sides, each some row of the board; row 0 is nobody, which is silence. First blocks have different
lengths, so that recordings which began together are not handed over together.

Units: frames of 20 ms. Deliberately absent: whose reel it is, and what becomes of a block (recorder.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media.board import NOBODY, Board, Ints
from media.g711 import Codes
from media.words import FRAME_SAMPLES

BLOCK = 50
"""Frames of a full block."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What was gathered on one reel: the codes of both sides, and each side's law."""

    frames: int
    left: bytes
    right: bytes
    left_law: int
    right_law: int


class Reels:
    """All reels of an engine; a free one is used again, the lowest first."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._used: set[int] = set()
        self._active: Ints = np.zeros(0, np.int64)
        self._sides: Ints = np.zeros((16, 2), np.int64)
        self._fill: Ints = np.zeros(16, np.int64)
        self._target: Ints = np.zeros(16, np.int64)
        self._codes: npt.NDArray[np.uint8] = np.zeros((16, 2, BLOCK, FRAME_SAMPLES), np.uint8)
        self._turn = 0

    def __len__(self) -> int:
        return len(self._used)

    @property
    def size(self) -> int:
        """Reels there is room for."""
        return self._fill.size

    @property
    def wanted(self) -> Ints:
        """Rows on a side; some more than once."""
        found: Ints = self._sides[self._active].reshape(-1)
        return found

    def take(self, left: int, right: int) -> int:
        """A reel that gathers these rows from the next tick on."""
        reel = next(n for n in range(len(self._used) + 1) if n not in self._used)
        if reel >= self._fill.size:
            self._grow()
        self._used.add(reel)
        self._fill[reel] = 0
        self.turn(reel, left, right)
        # First blocks are 1 to 50 frames long, in steps that keep neighbours apart.
        self._turn = (self._turn + 19) % BLOCK
        self._target[reel] = BLOCK - self._turn
        self._refresh()
        return reel

    def turn(self, reel: int, left: int, right: int) -> None:
        """Other rows from the next tick on; cut before, if what was gathered must not be taken for theirs."""
        self._sides[reel] = left, right

    def give_back(self, reel: int) -> None:
        """It gathers no more; what it had is gone unless it was cut."""
        self._used.discard(reel)
        self._refresh()

    def waiting(self, reel: int) -> int:
        """Frames gathered since the last cut."""
        return int(self._fill[reel])

    def cut(self, reel: int, *, both: bool) -> Cut | None:
        """Take what was gathered, the right side only when `both`; None when that is nothing."""
        fill = int(self._fill[reel])
        if not fill:
            return None
        law = self._board.law[self._sides[reel]]
        codes = self._codes[reel, :, :fill]
        self._fill[reel] = 0
        self._target[reel] = BLOCK
        return Cut(fill, codes[0].tobytes(), codes[1].tobytes() if both else b"", int(law[0]), int(law[1]))

    def on(self, row: int) -> Ints:
        """Reels that have `row` on a side."""
        found: Ints = self._active[(self._sides[self._active] == row).any(axis=1)]
        return found

    def forget(self, row: int) -> None:
        """Row is nobody from the next tick on."""
        sides = self._sides
        sides[sides == row] = NOBODY

    def tick(self, frames: Codes) -> Ints:
        """Gather this tick's frames (high, 160); the reels that have a full block now."""
        active = self._active
        if not active.size:
            return active
        fill = self._fill[active]
        sides = self._sides[active]
        self._codes[active, 0, fill] = frames[sides[:, 0]]
        self._codes[active, 1, fill] = frames[sides[:, 1]]
        fill += 1
        self._fill[active] = fill
        full: Ints = active[fill >= self._target[active]]
        return full

    def _refresh(self) -> None:
        self._active = np.array(sorted(self._used), np.int64)

    def _grow(self) -> None:
        self._sides = np.concatenate([self._sides, np.zeros_like(self._sides)])
        self._fill = np.concatenate([self._fill, np.zeros_like(self._fill)])
        self._target = np.concatenate([self._target, np.zeros_like(self._target)])
        self._codes = np.concatenate([self._codes, np.zeros_like(self._codes)])
