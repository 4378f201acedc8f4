"""Concealment of missing audio: the last pitch periods go on, blended at both joints, down to silence in 60 ms.

ITU-T G.711 Appendix I, with two changes. What was played before the hole cannot be blended any more (that would
delay every stream by 3.75 ms for the few that lose something), so the step at the first joint is led out over a quarter
of a period instead; and holes are counted in tens of milliseconds, whatever the packet time. The work is done on the
few rows that miss something, in the ring itself, so that everyone later sees ordinary frames.

Units: samples of 8 kHz; a *half* is half a frame, 10 ms. Pure numpy on the board's arrays.
Deliberately absent: what lies in the ring (jitter.py).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from media import g711
from media.board import HALF, MEANT, PAST_FRAMES, SECOND_HALF, SLOTS, Board, Bools, Ints

LIMIT = 6
"""Halves that are invented in a row; a longer hole is silence, since a repeated period turns into a buzz."""
SHORTEST, LONGEST = 40, 120
"""Pitch periods: 200 to 66 Hz."""
_MATCH = 160
"""Samples that are compared to find the period."""
_FADE = 0.2
"""Lost with each half after the first."""

Floats = npt.NDArray[np.float32]
_HALVES = LIMIT + 1
"""What is made ready at the beginning of a hole: all halves that can be needed, and one of silence."""
_N = np.arange(HALF)
_SPAN = PAST_FRAMES * 2 * HALF


def fill(b: Board, tick: int, holes: Bools) -> None:
    """Invent what misses in the slot of `tick`; `holes` (high,) are the rows whose frame is not whole.

    Needs the `PAST_FRAMES` slots before not yet cleared.
    """
    high = b.high
    missing = b.missing[:high]
    rows = np.flatnonzero(np.where(missing >= MEANT, ~holes, holes | (missing > 0)) & b.hears[:high])
    if not rows.size:
        return
    meant = missing[rows] >= MEANT
    if meant.any():
        b.missing[rows[meant]] = 0
        rows = rows[~meant]
    if rows.size:
        _mend(b, tick, rows)


def _mend(b: Board, tick: int, rows: Ints) -> None:
    slot = tick % SLOTS
    filled = b.filled[slot, rows]
    age = b.missing[rows]
    for nth, have in enumerate((filled % SECOND_HALF > 0, filled >= SECOND_HALF)):
        begun = rows[~have & (age == 0)]
        if begun.size:
            _begin(b, tick, nth, begun)
        here = slice(nth * HALF, nth * HALF + HALF)
        dead = np.flatnonzero(~have & (age < LIMIT))
        if dead.size:
            b.ring[slot, rows[dead], here] = b.onward[rows[dead], age[dead]]
            b.concealed[rows[dead]] += 1
        back = np.flatnonzero(have & (age > 0))
        if back.size:
            _lead_back(b, slot, here, rows[back], age[back])
        age = np.where(have, 0, age + 1)
    b.missing[rows] = np.minimum(age, MEANT)


def _begin(b: Board, tick: int, nth: int, rows: Ints) -> None:
    """Rows miss half number `nth` of this frame: make all ready that they may need."""
    law = b.law[rows]
    frames = [b.ring[(tick - back) % SLOTS, rows] for back in range(PAST_FRAMES, 0, -1)]
    if nth:
        frames = [frames[0][:, HALF:], *frames[1:], b.ring[tick % SLOTS, rows, :HALF]]
    before = g711.decode(np.concatenate(frames, axis=1), law).astype(np.float32)
    pitch = period(before)
    b.onward[rows] = g711.encode(onward(before, pitch), law).reshape(-1, _HALVES, HALF)
    b.overlap[rows] = pitch // 4


def _lead_back(b: Board, slot: int, here: slice, rows: Ints, age: Ints) -> None:
    """Audio is there again after `age` halves: what was invented is led over into it."""
    law = b.law[rows]
    codes = b.ring[slot, rows, here]
    real = g711.decode(codes, law)
    made = g711.decode(b.onward[rows, np.minimum(age, LIMIT)], law).astype(np.float32)
    # A quarter of a period, and 4 ms more for each half that was invented.
    length = np.minimum(b.overlap[rows] + 32 * (age - 1), HALF)[:, None]
    mixed = made + (real - made) * ((_N + 1) / (length + 1)).astype(np.float32)
    codes = np.where(length > _N, g711.encode(mixed.astype(np.int16), law), codes)
    b.ring[slot, rows, here] = codes


def period(before: Floats) -> Ints:
    """Pitch period [samples] at the end of `before` (n, span): the lag whose normalised correlation is greatest."""
    span = before.shape[1]
    end = before[:, span - _MATCH :]
    lagged = before[:, span - _MATCH - LONGEST : span - SHORTEST]
    windows = np.lib.stride_tricks.sliding_window_view(lagged, _MATCH, axis=1)
    likeness = np.einsum("nij,nj->ni", windows, end)
    total = np.cumsum(np.pad(lagged * lagged, ((0, 0), (1, 0))), axis=1)
    energy = total[:, _MATCH:] - total[:, :-_MATCH]
    found: Ints = LONGEST - np.argmax(likeness / np.sqrt(np.maximum(energy, 1.0)), axis=1)
    return found


def _taps(at: Ints, periods: Ints) -> tuple[Ints, Ints, Floats]:
    """For each pitch: which two samples of the past make sample `at` of the future, and the weight of the second.

    The last `periods` go round and round; each round's last quarter period leads over into the next. (81, len(at)).
    """
    pitch = np.arange(SHORTEST, LONGEST + 1)[:, None]
    length = pitch * periods
    # Where one period more is taken in, the sound goes on in the same phase.
    within = (at - (periods - 1) * HALF // pitch * pitch) % length
    near = within + _SPAN - length
    weight = np.maximum((within - length + pitch // 4 + 1) / (pitch // 4 + 1), 0.0).astype(np.float32)
    return near, np.where(weight > 0, near - length, near), weight


_AT = np.arange(_HALVES * HALF)
_LEAD = LONGEST // 4
_CHANGE = np.concatenate([HALF + _N[:_LEAD], 2 * HALF + _N[:_LEAD]])
"""Where one period more is taken in, both ways overlap, for a quarter of a period."""
_PERIODS = np.minimum(_AT // HALF + 1, 3)
_QUARTERS = (np.arange(SHORTEST, LONGEST + 1) // 4)[:, None]
_NEW, _OLD = _taps(_AT, _PERIODS), _taps(_CHANGE, _PERIODS[_CHANGE] - 1)
_OVER = np.minimum((_CHANGE % HALF + 1) / (_QUARTERS + 1), 1.0).astype(np.float32)
_STEP = np.maximum(1.0 - _N[:_LEAD] / _QUARTERS, 0.0).astype(np.float32)
_LEVEL = np.clip(1.0 - _FADE * (_AT - HALF) / HALF, 0.0, 1.0).astype(np.float32)


def onward(before: Floats, pitch: Ints) -> g711.Samples:
    """How `before` (n, 480) goes on for 70 ms, the last ten of them silent: (n, 560).

    One period repeats in the first half, two in the second, three from then on, so that it does not sound like a tone.
    """
    row, nth = (np.arange(pitch.size) * _SPAN)[:, None], pitch - SHORTEST
    made = []
    for near, far, weight in (_NEW, _OLD):
        first = before.take(near[nth] + row)
        made.append(first + (before.take(far[nth] + row) - first) * weight[nth])
    sound, old = made
    sound[:, _CHANGE] = old + (sound[:, _CHANGE] - old) * _OVER[nth]
    step = before[:, -1:] - before.take(row + _SPAN - 1 - pitch[:, None])
    sound[:, :_LEAD] += step * _STEP[nth]
    sound *= _LEVEL
    return np.clip(sound, -32768, 32767).astype(np.int16)


def excuse(b: Board, row: int) -> None:
    """Row's next holes are meant (a digit, comfort noise): leave them silent."""
    b.missing[row] = MEANT
