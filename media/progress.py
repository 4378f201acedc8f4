"""What the network says in tones, known again by pitch and cadence: ring-back, busy, congestion, dial tone, special
information; and fax.

Each frame of the rows that ask is one of eight kinds; all rows are one matrix product. What a tone is made of is looked
at once, when it has lasted for 160 ms. A cadence is known after on, off, on, or after a second of pause where it has a
longer one, so that the first ring already counts. Lengths may be 15 % or 50 ms off, whichever is more.

Units: ms; frames of 20 ms. Pure. Deliberately absent: the table (national.py), who asks (tone_watch.py).
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from media.g711 import Samples
from media.national import FAX, SPECIAL_HZ, SPECIAL_INFORMATION, SPECIAL_MS, NationalTone, known
from media.tone import FULL_SCALE_DBM0
from media.words import FRAME_MS, FRAME_SAMPLES, RATE_HZ

SILENT, TONE, CNG, CED, SIT1, SIT2, SIT3, OTHER = range(8)
"""Kinds of frames; `TONE` is one between 300 and 700 Hz, the three of `SIT` are those of special information."""
SILENT_DBM0 = -43.0
SHARE = 0.8
"""Of the power of a frame, for it to be a tone."""
STEADY_FRAMES = 2
"""A kind counts when it has lasted so long: 40 ms."""
LOOK_FRAMES = 8
"""A tone is looked at when it has lasted for 160 ms; the shortest in the table has 225, and may have 207."""
PAUSE_MS = 1000
"""A longer pause in a cadence is not waited for."""
ENDLESS_MS, CED_MS = 2500, 500
"""A dial tone, and a fax that answers, are known when they have lasted so long."""
FORGET_MS = 10_000
"""A tone that has not been heard for so long is told anew."""
UNDER_TONE = 10 ** (12 / 10)
"""Sound that is so much fainter than the tone before it is a pause: lines have noise."""
SPECIAL_EARLY_MS, SPECIAL_LATE_MS = 90, 110
"""70 ms, and a frame's edge; the gap before the next one may be taken for more of this one."""
SPECIAL_GAP_MS = 60
"""Between two of the three there may be 30 ms, which spoil two frames, or three."""
_WIDE_HZ = {CNG: 40.0, CED: 25.0}
_NEAR_HZ = 14.0

_SILENT = (32768 * 10 ** ((SILENT_DBM0 - FULL_SCALE_DBM0) / 20)) ** 2 / 2
_BANDS: tuple[range, ...] = (range(300, 750, 50), range(1050, 1200, 50), range(2050, 2200, 50))
_BANDS += tuple(range(int(freq) - 50, int(freq) + 100, 50) for freq in SPECIAL_HZ)
_FREQS = np.array([freq for band in _BANDS for freq in band], np.float64)
_ANGLE = 2 * np.pi * np.arange(FRAME_SAMPLES)[:, None] / RATE_HZ * _FREQS
_MATRIX: npt.NDArray[np.float32] = np.concatenate([np.cos(_ANGLE), np.sin(_ANGLE)], axis=1).astype(np.float32)
_EDGES = np.cumsum([0, *(len(band) for band in _BANDS)])[:-1]
_LOOK = LOOK_FRAMES * FRAME_SAMPLES
_LOOK_FREQS = np.fft.rfftfreq(_LOOK, 1 / RATE_HZ)
_LOOK_WINDOW = np.hanning(_LOOK)


def kinds(samples: Samples) -> npt.NDArray[np.int64]:
    """Kind of each frame (n, 160): (n,)."""
    sound = samples.astype(np.float32)
    product = (sound @ _MATRIX) ** 2
    bins = product[:, : _FREQS.size] + product[:, _FREQS.size :]
    # A bin holds its sine's share of the power times 160 squared over two.
    power = np.add.reduceat(bins, _EDGES, axis=1) * (2 / FRAME_SAMPLES**2)
    total = (sound * sound).mean(axis=1)
    tonal = power > SHARE * total[:, None]
    kind = np.where(tonal.any(axis=1), TONE + tonal.argmax(axis=1), OTHER)
    return np.where(total < _SILENT, SILENT, kind)


def holds(spectrum: npt.NDArray[np.float64], freqs_hz: tuple[float, ...], near_hz: float) -> float:
    """How well these sines, and only they, explain a power spectrum of 160 ms: 0..1."""
    parts, error = [], 0.0
    for freq in freqs_hz:
        close = np.abs(_LOOK_FREQS - freq) <= near_hz
        parts.append(float(spectrum[close].sum()))
        if parts[-1]:
            error += abs(float((spectrum[close] * _LOOK_FREQS[close]).sum()) / parts[-1] - freq)
    total = float(spectrum.sum())
    if total <= 0 or min(parts) < 0.08 * sum(parts) or sum(parts) < SHARE * total:
        return 0.0
    return sum(parts) / total - error / len(parts) / 100


class Progress:
    """One stream's ear for tones of `country`."""

    def __init__(self, country: str) -> None:
        self._tones = known(country)
        self._kind = SILENT
        self._frames = 0
        """How long `kind` has lasted."""
        self._next, self._run = SILENT, 0
        self._sound: list[Samples] = []
        self._freqs: tuple[float, ...] = ()
        self._loud = 0.0
        """Power of the last tone that was looked at; 0 for none."""
        self._phases: deque[tuple[tuple[float, ...], int]] = deque(maxlen=4)
        """(frequencies, ms) of what has ended, pauses with none."""
        self._waited = False
        """This pause has been long, and has been judged."""
        self._told, self._quiet = "", 0
        self._special = 0
        """Tones of special information that have come in their order."""

    def hear(self, kind: int, samples: Samples) -> str | None:
        """Take a frame and its kind; the name of the tone that is known by now, once."""
        self._quiet += 1
        self._frames += 1
        if kind == OTHER and self._loud and _power(samples) * UNDER_TONE < self._loud:
            kind = SILENT
        if kind == self._kind:
            self._frames += self._run  # a frame of another kind among them was a mishap
            self._run = 0
        elif kind != self._next or not self._run:
            self._next, self._run, self._frames = kind, 1, self._frames + self._run - 1
        else:
            self._run, self._frames = self._run + 1, self._frames - 1
        found = None
        if self._run >= STEADY_FRAMES:
            found = self._change()
        elif self._kind in (TONE, CNG, CED) and not self._run:
            found = self._tone(samples)
        elif self._kind == SILENT and self._frames * FRAME_MS >= PAUSE_MS and not self._waited:
            self._waited = True
            found = self._known(long=True)
        if self._quiet * FRAME_MS > FORGET_MS:
            self._told = ""
        if found is None:
            return None
        again, self._told, self._quiet = found == self._told, found, 0
        return None if again else found

    def _change(self) -> str | None:
        """A phase is over and the next has begun."""
        found = None
        ms = self._frames * FRAME_MS
        if self._kind == SIT1 + self._special and -SPECIAL_EARLY_MS <= ms - SPECIAL_MS <= SPECIAL_LATE_MS:
            self._special += 1
        elif self._kind not in (SILENT, OTHER) or ms > SPECIAL_GAP_MS:
            self._special = 0
        if self._kind in (SILENT, TONE, CNG, CED):
            self._phases.append((self._freqs, ms))
        else:
            self._phases.clear()
            self._loud = 0.0
        if self._kind == TONE and self._next == SILENT:
            found = self._known(long=False)
        elif self._special == len(SPECIAL_HZ):
            found, self._special = SPECIAL_INFORMATION, 0
        elif self._kind == CNG and self._freqs and _like(ms, FAX["fax_cng"].cadence_ms[0]):
            found = "fax_cng"
        self._kind, self._frames, self._run = self._next, self._run, 0
        self._sound, self._freqs, self._waited = [], (), False
        return found

    def _tone(self, samples: Samples) -> str | None:
        if len(self._sound) < LOOK_FRAMES:
            self._sound.append(samples)
            if len(self._sound) == LOOK_FRAMES:
                sound = np.concatenate(self._sound)
                spectrum = np.abs(np.fft.rfft(sound * _LOOK_WINDOW)) ** 2
                self._loud = _power(sound)
                self._freqs = self._made_of(spectrum)
        ms = self._frames * FRAME_MS
        if self._kind == CED and ms >= CED_MS and self._freqs:
            return "fax_ced"
        if self._kind == TONE and ms >= ENDLESS_MS:
            return next((name for name, tone in self._tones if not tone.cadence_ms and self._is(tone)), None)
        return None

    def _made_of(self, spectrum: npt.NDArray[np.float64]) -> tuple[float, ...]:
        if self._kind in _WIDE_HZ:
            freqs = (1100.0,) if self._kind == CNG else (2100.0,)
            return freqs if holds(spectrum, freqs, _WIDE_HZ[self._kind]) > 0 else ()
        scores = {tone.freqs_hz: holds(spectrum, tone.freqs_hz, _NEAR_HZ) for _, tone in self._tones}
        best = max(scores, key=scores.__getitem__, default=())
        return best if scores.get(best, 0.0) > 0 else ()

    def _is(self, tone: NationalTone) -> bool:
        return self._freqs == tone.freqs_hz

    def _known(self, *, long: bool) -> str | None:
        """The tone whose cadence ends here: with a tone, or with a pause that is `long` already."""
        for name, tone in self._tones:
            count = len(tone.cadence_ms)
            wait = count > 0 and tone.cadence_ms[-1] > PAUSE_MS
            if not count or wait != long:
                continue
            for first in range(0, 1 if wait else count, 2):
                steps = count - 1 if wait else 3
                wanted = [tone.cadence_ms[(first + nth) % count] for nth in range(steps)]
                if self._ended(tone, wanted):
                    return name
        return None

    def _ended(self, tone: NationalTone, wanted: list[int]) -> bool:
        """What has ended last is just that: on, off, on..."""
        last = list(self._phases)[-len(wanted) :]
        return len(last) == len(wanted) and all(
            _like(ms, want) and freqs == (() if nth % 2 else tone.freqs_hz)
            for nth, ((freqs, ms), want) in enumerate(zip(last, wanted, strict=True))
        )


def _power(samples: Samples) -> float:
    return float(np.square(samples, dtype=np.float32).mean())


def _like(ms: int, wanted: int) -> bool:
    return abs(ms - wanted) <= max(50, 0.15 * wanted)
