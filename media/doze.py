"""Wideband streams whose sound nobody needs: their bytes are passed on, and they are not even decoded.

Of a speaker that dozes the last frames are kept as they came. Whoever needs its sound again (a hole, a recording,
another in the room, a play for its listener) has it woken: the decoder goes over what was kept, 200 ms, after which it
stands where it would have stood; the ring gets the shadows that were left out, and the listener's encoder follows.

Deliberately absent: who is passed whose bytes (wide.py).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from media import g711, resample
from media.board import NOBODY, PAST_FRAMES, SLOTS, Board, Bools, Ints
from media.g722 import G722
from media.resample import LEAD_DOWN, LEAD_UP
from media.words import FRAME_SAMPLES, WIDE_SAMPLES

KEPT = 10
"""Frames; an adaptation fades by half in 11 ms."""


class Doze:
    """Who dozes, by row. `came` and `said` are wide.py's."""

    def __init__(self, board: Board, came: npt.NDArray[np.int16], said: npt.NDArray[np.int16]) -> None:
        self._board, self._came, self._said = board, came, said
        rows = board.rows
        self.asleep: Bools = np.zeros(rows, np.bool_)
        self.any = False
        self._since: Ints = np.zeros(rows, np.int64)
        self._listener: Ints = np.full(rows, NOBODY, np.int64)
        self._kept: g711.Codes = np.zeros((rows, KEPT, FRAME_SAMPLES), np.uint8)

    def lie_down(self, speakers: Ints, listeners: Ints, tick: int) -> None:
        """From the next tick on `speakers` doze, whose bytes `listeners` hear."""
        new = ~self.asleep[speakers]
        self._since[speakers[new]] = tick + 1
        self._listener[speakers] = listeners
        self.asleep[speakers] = True
        self.any |= bool(speakers.size)

    def keep(self, rows: Ints, codes: g711.Codes, tick: int) -> None:
        """This tick's frames of dozing rows."""
        self._kept[rows, tick % KEPT] = codes

    def wake(self, rows: Ints, tick: int, codec: G722, past: int = PAST_FRAMES) -> None:
        """Of these rows, those who doze have been decoded up to the frame before `tick`, and have `past` shadows."""
        rows = rows[self.asleep[rows]]
        if not rows.size:
            return
        b = self._board
        law = b.law[rows]
        for back in range(KEPT, 0, -1):
            here = np.flatnonzero(self._since[rows] <= tick - back)
            if not here.size:
                continue
            those = rows[here]
            came = self._came[those]
            came[:, :LEAD_DOWN] = came[:, WIDE_SAMPLES:]
            came[:, LEAD_DOWN:] = codec.decode(those.tolist(), self._kept[those, (tick - back) % KEPT], [3] * here.size)
            self._came[those] = came
            if back <= past:
                shadow = g711.encode(resample.rounded(resample.down(came)), law[here])
                b.ring[(tick - back) % SLOTS, those] = shadow
        listeners = self._listener[rows]
        self._said[listeners] = g711.decode(b.ring[(tick - 1) % SLOTS, rows, -LEAD_UP:], law)
        codec.follow(listeners, rows)
        self.asleep[rows] = False
        self.any = bool(self.asleep.any())
