"""An ear for the tests and the demonstration: what was heard, when, and how long after it was spoken.

Works on 8 kHz mono arrays in -1..1. Loudness is in dBFS of the root mean square (a full sine is -3).
An independent oracle: it shares no code with the media hall.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from apps.softphone.tones import RATE_HZ, Samples

WINDOW_S = 0.02
SILENT_DBFS = -50.0


@dataclass(frozen=True, slots=True)
class Heard:
    """The loudest frequency of a stretch of sound, and how much of the energy lies within 3 % of it (0..1)."""

    freq_hz: float
    share: float
    level_dbfs: float


@dataclass(frozen=True, slots=True)
class Lag:
    """How much later the second sound is than the first, and how alike they are (1: the same)."""

    seconds: float
    likeness: float


def read(path: Path, channel: int = 0) -> Samples:
    """One channel of a sound file. Raises OSError or soundfile.LibsndfileError; ValueError if not 8 kHz."""
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    if rate != RATE_HZ:
        raise ValueError(f"{path} has {rate} samples a second, not {RATE_HZ}")
    return np.ascontiguousarray(samples[:, channel])


def channels(path: Path) -> int:
    """How many channels the file has."""
    return int(soundfile.info(path).channels)


def level_dbfs(samples: Samples) -> float:
    """Loudness of the whole; -120 for nothing."""
    if not len(samples):
        return -120.0
    return float(max(-120.0, 20 * np.log10(np.sqrt(np.mean(samples**2)) + 1e-12)))


def dominant(samples: Samples) -> Heard:
    """The loudest frequency, to about 1 Hz for a second of sound. Silence is 0 Hz."""
    loudness = level_dbfs(samples)
    if len(samples) < 80 or loudness < SILENT_DBFS:
        return Heard(0.0, 0.0, loudness)
    size = max(8192, 1 << (len(samples) - 1).bit_length())
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), size)) ** 2
    freqs = np.fft.rfftfreq(size, 1 / RATE_HZ)
    power[freqs < 60] = 0.0
    peak = float(freqs[int(np.argmax(power))])
    near = power[np.abs(freqs - peak) <= max(0.03 * peak, 3.0 / (len(samples) / RATE_HZ))].sum()
    return Heard(peak, float(near / power.sum()), loudness)


def windows(samples: Samples, window_s: float = WINDOW_S) -> Samples:
    """The sound cut in rows of `window_s`; the rest at the end is dropped."""
    size = round(window_s * RATE_HZ)
    return samples[: len(samples) // size * size].reshape(-1, size)


def strength(samples: Samples, freq_hz: float, window_s: float = WINDOW_S) -> Samples:
    """Amplitude of `freq_hz` in each window (Goertzel's sum as one matrix product)."""
    rows = windows(samples, window_s)
    at = np.arange(rows.shape[1]) / RATE_HZ
    phasor = np.exp(-2j * np.pi * freq_hz * at)
    return np.asarray(2 * np.abs(rows @ phasor) / rows.shape[1])


def present(samples: Samples, freq_hz: float, *, least: float = 0.03, window_s: float = 0.04) -> npt.NDArray[np.bool_]:
    """For each window, whether `freq_hz` is there at amplitude `least` and is most of what is there."""
    rows = windows(samples, window_s)
    amplitude = strength(samples, freq_hz, window_s)
    energy = np.sqrt(np.mean(rows**2, axis=1))
    return np.asarray((amplitude >= least) & (amplitude / np.sqrt(2) >= 0.7 * energy))


def onset_s(samples: Samples, freq_hz: float, *, least: float = 0.03) -> float | None:
    """When the tone begins, to 20 ms; None if it never does."""
    there = np.flatnonzero(present(samples, freq_hz, least=least, window_s=WINDOW_S))
    return float(there[0] * WINDOW_S) if len(there) else None


def sound_onset_s(samples: Samples, least_dbfs: float = -40.0) -> float | None:
    """When any sound begins, to 20 ms."""
    loud = np.flatnonzero(_loudness(samples) > least_dbfs)
    return float(loud[0] * WINDOW_S) if len(loud) else None


def gaps_s(samples: Samples, freq_hz: float, *, least: float = 0.03) -> list[tuple[float, float]]:
    """Where the tone is missing between its first and last appearance: (start, length), each to 40 ms."""
    window = 0.04
    there = present(samples, freq_hz, least=least, window_s=window)
    where = np.flatnonzero(there)
    if not len(where):
        return []
    inside = there[where[0] : where[-1] + 1]
    edges = np.flatnonzero(np.diff(np.concatenate([[1], inside.astype(int), [1]])))
    return [
        (float((where[0] + start) * window), float((stop - start) * window))
        for start, stop in zip(edges[::2], edges[1::2], strict=True)
    ]


def speech_s(samples: Samples, least_dbfs: float = -40.0) -> float:
    """Seconds in which something is to be heard."""
    return float(np.count_nonzero(_loudness(samples) > least_dbfs) * WINDOW_S)


def is_tone(samples: Samples, freq_hz: float, *, within_hz: float = 6.0, share: float = 0.6) -> bool:
    """Whether the sound is mostly this one tone."""
    heard = dominant(samples)
    return abs(heard.freq_hz - freq_hz) <= within_hz and heard.share >= share


def lag(spoken: Samples, heard: Samples, *, most_s: float = 3.0) -> Lag:
    """How much later `heard` has what `spoken` has, both cut to begin at the same moment. To about 1 ms.

    Compares loudness over time, not the waves: tones repeat, and a jitter buffer may stretch a little.
    Needs a sound whose loudness changes (`tones.signed`, speech).
    """
    hop = 8
    first, second = _envelope(spoken, hop), _envelope(heard, hop)
    size = 1 << (len(first) + len(second)).bit_length()
    product = np.fft.irfft(np.conj(np.fft.rfft(first, size)) * np.fft.rfft(second, size), size)
    most = min(round(most_s * RATE_HZ / hop), len(second) - 1)
    shift = int(np.argmax(product[: most + 1]))
    common = min(len(first), len(second) - shift)
    a, b = first[:common], second[shift : shift + common]
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a @ a) * (b @ b)))
    return Lag(shift * hop / RATE_HZ, float(a @ b) / norm if norm else 0.0)


def _envelope(samples: Samples, hop: int) -> Samples:
    # The root mean square over 20 ms, every `hop` samples, about its own mean.
    width = round(WINDOW_S * RATE_HZ)
    sums = np.concatenate([[0.0], np.cumsum(samples**2)])
    power = np.maximum(sums[width:] - sums[:-width], 0.0)[::hop] / width
    envelope = np.sqrt(power)
    return np.asarray(envelope - envelope.mean() if len(envelope) else envelope)


def _loudness(samples: Samples) -> Samples:
    rows = windows(samples)
    return np.asarray(20 * np.log10(np.sqrt(np.mean(rows**2, axis=1)) + 1e-12))
