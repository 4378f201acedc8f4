"""Sounds to send: tones that an ear can know again, as mono arrays of float in -1..1, at 8 kHz if not said.

A *signed* tone is one whose loudness follows a pseudo-random sequence of its own: the frequency says who speaks, the
sequence says when it was spoken, which a steady tone cannot.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

RATE_HZ = 8000
CHIP_S = 0.05
"""Length of one step of a signed tone's loudness."""

Samples = npt.NDArray[np.float64]


def tone(freq_hz: float, seconds: float, level: float = 0.4, rate_hz: int = RATE_HZ) -> Samples:
    """A sine of amplitude `level`; a whole number of periods when freq_hz * seconds is one, so that it loops."""
    at: Samples = np.arange(round(seconds * rate_hz)) / rate_hz
    wave: Samples = level * np.sin(2 * np.pi * freq_hz * at)
    return wave


def silence(seconds: float) -> Samples:
    """Nothing."""
    return np.zeros(round(seconds * RATE_HZ))


def signed(freq_hz: float, seconds: float, seed: int, level: float = 0.5) -> Samples:
    """A tone whose loudness jumps between `level` and a fifth of it every CHIP_S, by a sequence that `seed` names."""
    chip = round(CHIP_S * RATE_HZ)
    samples = tone(freq_hz, seconds, level)
    chips = np.random.default_rng(seed).choice((0.2, 1.0), size=-(-len(samples) // chip))
    loud: Samples = samples * np.repeat(chips, chip)[: len(samples)]
    return loud


def bursts(freq_hz: float, count: int, on_s: float, off_s: float, level: float = 0.5) -> Samples:
    """`count` beeps, each followed by silence."""
    one = np.concatenate([tone(freq_hz, on_s, level), silence(off_s)])
    return np.tile(one, count)


def write(path: Path, samples: Samples, rate_hz: int = RATE_HZ) -> Path:
    """Write mono PCM16 WAV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate_hz, subtype="PCM_16")
    return path
