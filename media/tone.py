"""Tones as samples: sines with a cadence, and the DTMF pairs.

Levels are dBm0: a sine of 0 dBm0 peaks 3.17 dB under full scale (G.711). Edges are ramped over 2 ms, so that a tone
does not click. An endless tone is a loop of which every sine has a whole number of periods.

Pure numpy, 8 kHz. Deliberately absent: which country uses which cadence.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from media.words import RATE_HZ, Tone

FULL_SCALE_DBM0 = 3.17
RAMP = 16
"""Samples of an edge."""
ENDLESS_MS = 10_000
"""Loop of an endless tone: whole periods for any multiple of 0.1 Hz."""
_LOW, _HIGH = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
_KEYS = ("123A", "456B", "789C", "*0#D")


def _sines(freqs_hz: tuple[float, ...], samples: int, level_dbm0: float) -> npt.NDArray[np.float64]:
    time = np.arange(samples) / RATE_HZ
    peak = 32767 * 10 ** ((min(level_dbm0, FULL_SCALE_DBM0) - FULL_SCALE_DBM0) / 20)
    total = np.zeros(samples)
    for freq in freqs_hz:
        total += np.sin(2 * np.pi * freq * time)
    return total * peak / max(1, len(freqs_hz))


def samples(tone: Tone) -> tuple[npt.NDArray[np.int16], bool]:
    """Samples of `tone`, and whether they are to be looped without end."""
    if tone.on_ms <= 0:
        freqs = tuple(round(freq, 1) for freq in tone.freqs_hz)
        return _sines(freqs, ENDLESS_MS * RATE_HZ // 1000, tone.level_dbm0).astype(np.int16), True
    on = min(tone.on_ms, 60_000) * RATE_HZ // 1000
    sound = _sines(tone.freqs_hz, on, tone.level_dbm0)
    edge = min(RAMP, on // 2)
    if edge:
        ramp = np.linspace(0.0, 1.0, edge, endpoint=False)
        sound[:edge] *= ramp
        sound[-edge:] *= ramp[::-1]
    cycle = np.concatenate([sound, np.zeros(max(0, min(tone.off_ms, 60_000)) * RATE_HZ // 1000)]).astype(np.int16)
    return np.tile(cycle, max(1, min(tone.repeat, 1000))), tone.repeat == 0


def digit(key: str, ms: int) -> npt.NDArray[np.int16]:
    """The DTMF pair of `key` (Q.23) at -7 dBm0 each group, `ms` long; empty for an unknown key."""
    for row, keys in enumerate(_KEYS):
        column = keys.find(key.upper())
        if key and column >= 0:
            return samples(Tone((_LOW[row], _HIGH[column]), on_ms=ms, level_dbm0=-4.0))[0]
    return np.zeros(0, np.int16)
