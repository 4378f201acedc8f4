"""Digits that come as sound: the pairs of ITU-T Q.23, told apart from speech within the limits of Q.24.

Every 10 ms the last 20 ms of all rows that ask are one matrix, and one product with eight sines under a window gives
the strength and phase of each frequency; the turn of the phase since the product before gives the frequency itself, to
a Hertz. A digit is three steady looks in a row; it is over after four looks without.

| | taken | not taken |
|---|---|---|
| length | 40 ms | 25 ms |
| pause between two | 40 ms | 10 ms (one digit) |
| off its frequency | 1.8 % | 3 % |
| level of each | 0 to -27 dBm0 | under -32 dBm0 |
| high group over low | +6 dB | +8 dB |
| low group over high | +9 dB | +11 dB |

Units: samples of 8 kHz; power in samples squared. Pure numpy; one `Keypad` an engine, one column of state a row.
Deliberately absent: digits as events (dtmf.py), who asks (hall.py).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from media.board import Ints
from media.g711 import Samples
from media.tone import FULL_SCALE_DBM0
from media.words import FRAME_SAMPLES, RATE_HZ

LOW, HIGH = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = "123A456B789C*0#D"
HOP = FRAME_SAMPLES // 2
LOOKS = 3
"""Looks of one kind in a row: a digit begins."""
OVER_LOOKS = 4
"""Looks without, in a row: it is over. A break of 10 ms, with the leap of the phase behind it, spoils up to three; a
pause of 40 ms leaves at least four without."""
DEVIATION = 0.024
NORMAL_TWIST, REVERSE_TWIST = 10 ** (7.0 / 10), 10 ** (10.0 / 10)
"""High over low, low over high: powers."""
FAINTEST_DBM0 = -29.5
PURITY = 0.83
"""Share of all power that the two must have; speech seldom has so little besides."""
STEADY = 2.0
"""Greatest ratio of power within one digit's looks: 3 dB."""

_FREQS = np.array(LOW + HIGH)
_WINDOW = np.hanning(FRAME_SAMPLES + 2)[1:-1]
_SUM = _WINDOW.sum()
_TIME = np.arange(FRAME_SAMPLES) / RATE_HZ
_SINES = (_WINDOW[:, None] * np.exp(-2j * np.pi * _TIME[:, None] * _FREQS)).astype(np.complex64)
_MATRIX: npt.NDArray[np.float32] = np.concatenate([_SINES.real, _SINES.imag], axis=1)
"""(160, 16)."""
_POWER = (_WINDOW**2 / (_WINDOW**2).sum()).astype(np.float32)
_TURN = np.exp(-2j * np.pi * _FREQS * HOP / RATE_HZ)
"""Takes the turn of a sine of just that frequency out of two looks."""
_FAINTEST = (32768 * 10 ** ((FAINTEST_DBM0 - FULL_SCALE_DBM0) / 20)) ** 2 / 2
# How much of a sine the window loses that is 0..60 Hz off; looked up, since the rows are few.
_OFF = np.arange(61)
_LOSS = np.abs((_WINDOW[:, None] * np.exp(2j * np.pi * _TIME[:, None] * _OFF)).sum(axis=0)) / _SUM


class Keypad:
    """State of all rows; `hear` those that ask."""

    def __init__(self, rows: int) -> None:
        self._tail: npt.NDArray[np.float32] = np.zeros((rows, HOP), np.float32)
        self._before: npt.NDArray[np.complex128] = np.zeros((rows, 8), np.complex128)
        self._kinds: Ints = np.full((rows, LOOKS), -1, np.int64)
        self._powers: npt.NDArray[np.float64] = np.zeros((rows, LOOKS))
        self._pressed: Ints = np.full(rows, -1, np.int64)
        self._without: Ints = np.zeros(rows, np.int64)

    def forget(self, row: int) -> None:
        """Row begins anew."""
        self._tail[row] = 0
        self._before[row] = 0
        self._kinds[row] = self._pressed[row] = -1

    def hear(self, rows: Ints, samples: Samples) -> list[tuple[int, str]]:
        """Take the next frame (n, 160) of `rows` (n,), all different; (row, digit) of what has begun."""
        sound = np.concatenate([self._tail[rows], samples.astype(np.float32)], axis=1)
        self._tail[rows] = sound[:, FRAME_SAMPLES:]
        found: list[tuple[int, str]] = []
        for at in (0, HOP):
            found += self._look(rows, sound[:, at : at + FRAME_SAMPLES])
        return found

    def _look(self, rows: Ints, sound: npt.NDArray[np.float32]) -> list[tuple[int, str]]:
        product = (sound @ _MATRIX).astype(np.float64)
        phasor = product[:, :8] + 1j * product[:, 8:]
        kind, power = judged(phasor, self._before[rows], (sound * sound) @ _POWER)
        self._before[rows] = phasor
        kinds = np.concatenate([self._kinds[rows, 1:], kind[:, None]], axis=1)
        powers = np.concatenate([self._powers[rows, 1:], power[:, None]], axis=1)
        self._kinds[rows], self._powers[rows] = kinds, powers
        steady = (kinds == kind[:, None]).all(axis=1) & (powers.max(axis=1) < STEADY * powers.min(axis=1))
        begun = (kind >= 0) & steady & (kind != self._pressed[rows])
        # A pressed key whose level breaks down is let go, though the rest of it still is the same pair.
        held = (kind >= 0) & (kind == self._pressed[rows]) & (power * STEADY > powers.max(axis=1))
        without = np.where(held, 0, self._without[rows] + 1)
        over = without >= OVER_LOOKS
        self._without[rows] = np.where(begun, 0, without)
        self._pressed[rows] = np.where(begun, kind, np.where(over, -1, self._pressed[rows]))
        return [(int(rows[n]), KEYS[kind[n]]) for n in np.flatnonzero(begun)]


def judged(
    phasor: npt.NDArray[np.complex128], before: npt.NDArray[np.complex128], total: npt.NDArray[np.floating]
) -> tuple[Ints, npt.NDArray[np.float64]]:
    """One look at n rows: (key 0..15 or -1, power of the pair or 0). `total` is the power of all that sounds."""
    strength = np.abs(phasor)
    low, high = strength[:, :4].argmax(axis=1), strength[:, 4:].argmax(axis=1) + 4
    pair = np.stack([low, high], axis=1)
    now = np.take_along_axis(phasor, pair, axis=1)
    turn = now * np.conj(np.take_along_axis(before, pair, axis=1)) * _TURN[pair]
    off = np.angle(turn) * RATE_HZ / (2 * np.pi * HOP)
    loss = _LOSS[np.minimum(np.abs(off), 60).astype(np.int64)]
    power = (np.abs(now) / (_SUM * loss)) ** 2 * 2
    good = (np.abs(off) <= DEVIATION * _FREQS[pair]).all(axis=1)
    good &= (power > _FAINTEST).all(axis=1)
    good &= (power[:, 1] < NORMAL_TWIST * power[:, 0]) & (power[:, 0] < REVERSE_TWIST * power[:, 1])
    both = power.sum(axis=1)
    good &= both > PURITY * total
    # What is no pair has no power either: the strength of a broken one is made up by the leap of its phase.
    return np.where(good, low * 4 + high - 4, -1), np.where(good, both, 0.0)
