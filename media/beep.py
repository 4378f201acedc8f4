"""The beep of an answering machine: one frequency, 400 to 2100 Hz, that stands for 80 ms or more and then is gone.

A look at a frame says which frequency leads and how much of all power is its own; all rows that ask are one transform.
A tone is a run of frames that one and the same frequency owns. It was a beep when silence follows: a note of music is
followed by the next one, a vowel by its consonant.

Units: Hz, ms, power in samples squared; frames of 20 ms at 8 kHz. Pure numpy.
Deliberately absent: tones with a cadence (progress.py), the greeting before the beep (amd.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media.g711 import Samples
from media.tone import FULL_SCALE_DBM0
from media.words import FRAME_MS, FRAME_SAMPLES, RATE_HZ

LOWEST_HZ, HIGHEST_HZ = 380.0, 2150.0
OWNED = 0.8
"""Share of a frame's power that a tone has: noise may be 11 dB below it."""
OWNED_LOW, LOW_HZ = 0.95, 500.0
"""The same below 500 Hz, where the harmonics of a voice are strong and stand alone: noise may be 16 dB below."""
TWO_OWNED = 0.95
"""The same for the two strongest frequencies together: a tone of the network, no voice."""
NEAR_HZ = 15.0
"""A frequency that has moved further is another one."""
FLAT = 2.0
"""Greatest ratio of power between a tone's frames: 3 dB. A voice seldom holds both pitch and level for 80 ms."""
LEAST_FRAMES = 4
"""Whole frames in a tone of 100 ms, wherever it begins."""
LONGEST_MS = 3000
"""A longer tone is none that asks to speak."""
TONAL_FRAMES = 3
"""After so many frames of one frequency it is held for a tone, not for voice."""
QUIETER = 10 ** (7 / 10)
"""How much less power there is after a beep than in it."""
AFTER_FRAMES = 3
"""Frames after a tone in which that is looked for; the first may hold its end."""
FAINTEST_DBM0 = -45.0

_SIZE = 512
_WINDOW = np.hanning(FRAME_SAMPLES + 2)[1:-1].astype(np.float32)
_GAIN = float((_WINDOW**2).sum()) * _SIZE / 2
"""Power of a frame's spectrum over its mean square."""
_HZ = RATE_HZ / _SIZE
_FIRST, _LAST = int(LOWEST_HZ / _HZ), int(HIGHEST_HZ / _HZ) + 1
_LOBE = 7
"""Bins to either side that a sine fills under the window."""
_FAINTEST = (32768 * 10 ** ((FAINTEST_DBM0 - FULL_SCALE_DBM0) / 20)) ** 2 / 2

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Look:
    """What n frames are made of, all (n,)."""

    freq_hz: Floats
    """The frequency that leads between 380 and 2150 Hz."""
    owned: Floats
    """Its share of all power, 0..1; 0 when none leads there."""
    two: Floats
    """The share of the two strongest."""
    power: Floats
    """Mean square."""


def look(samples: Samples) -> Look:
    """Look at frames (n, 160)."""
    sound = samples.astype(np.float32)
    spectrum = np.abs(np.fft.rfft(sound * _WINDOW, _SIZE, axis=1)) ** 2
    total = spectrum.sum(axis=1) + 1e-9
    rows = np.arange(len(sound))
    peak = spectrum[:, _FIRST : _LAST + 1].argmax(axis=1) + _FIRST
    # At an edge of the range it may be the slope of something outside.
    top = (spectrum[rows, peak] >= spectrum[rows, peak - 1]) & (spectrum[rows, peak] >= spectrum[rows, peak + 1])
    share = _lobe(spectrum, peak)
    # The top of a parabola through three bins.
    left, middle, right = (np.log(spectrum[rows, peak + step] + 1e-9) for step in (-1, 0, 1))
    bend = np.minimum(left - 2 * middle + right, -1e-9)
    freq = (peak + np.clip((left - right) / (2 * bend), -0.5, 0.5)) * _HZ
    rest = spectrum.copy()
    bins = np.arange(spectrum.shape[1])
    rest[np.abs(bins - peak[:, None]) <= _LOBE] = 0.0
    second = rest[:, :-1].argmax(axis=1)
    power = (sound * sound).mean(axis=1).astype(np.float64)
    return Look(freq, np.where(top, share / total, 0.0), (share + _lobe(rest, second)) / total, power)


def _lobe(spectrum: npt.NDArray[np.floating], peak: npt.NDArray[np.int64]) -> Floats:
    sums = np.cumsum(spectrum, axis=1, dtype=np.float64)
    rows, last = np.arange(len(peak)), spectrum.shape[1] - 1
    low = np.maximum(peak - _LOBE - 1, 0)
    found: Floats = sums[rows, np.minimum(peak + _LOBE, last)] - np.where(peak > _LOBE, sums[rows, low], 0.0)
    return found


@dataclass(frozen=True, slots=True)
class Beep:
    """One that has ended."""

    freq_hz: float
    ms: int


class BeepEar:
    """One stream's ear for beeps. `tonal`: what sounds now is a tone."""

    def __init__(self) -> None:
        self.tonal = False
        self._run, self._freq, self._power = 0, 0.0, 0.0
        """Frames of the tone that sounds, its mean frequency and power."""
        self._steady = 0
        """Frames in a row that belong to one or two frequencies."""
        self._last: Beep | None = None
        self._last_power = 0.0
        self._after = 0

    def hear(self, freq_hz: float, owned: float, two: float, power: float) -> Beep | None:
        """Take one row of a `Look`; the beep that is known by now to have been one."""
        self._steady = self._steady + 1 if max(owned, two) >= TWO_OWNED and power > _FAINTEST else 0
        single = owned >= (OWNED_LOW if freq_hz < LOW_HZ else OWNED) and power > _FAINTEST
        if single and self._run and self._same(freq_hz, power):
            self._run += 1
            self._freq += (freq_hz - self._freq) / self._run
            self._power += (power - self._power) / self._run
        else:
            if self._run >= LEAST_FRAMES and self._run * FRAME_MS <= LONGEST_MS:
                self._last, self._last_power = Beep(round(self._freq, 1), self._run * FRAME_MS), self._power
                self._after = 0
            self._run, self._freq, self._power = (1, freq_hz, power) if single else (0, 0.0, 0.0)
        self.tonal = self._run >= TONAL_FRAMES or self._steady >= TONAL_FRAMES
        return self._ended(power)

    def _same(self, freq_hz: float, power: float) -> bool:
        """This frame goes on with the tone of the ones before."""
        flat = power < FLAT * self._power and self._power < FLAT * power
        return flat and abs(freq_hz - self._freq) <= NEAR_HZ

    def _ended(self, power: float) -> Beep | None:
        """The tone before is a beep if it is quiet after it."""
        beep = self._last
        if beep is None:
            return None
        self._after += 1
        if self._after > 1 and power * QUIETER > self._last_power:
            self._last = None
        elif self._after >= AFTER_FRAMES:
            self._last = None
            return beep
        return None
