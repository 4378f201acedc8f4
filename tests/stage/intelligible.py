"""How well degraded speech is understood: short-time objective intelligibility (STOI).

Taal, Hendriks, Heusdens, Jensen: "An Algorithm for Intelligibility Prediction of Time-Frequency Weighted Noisy Speech",
IEEE Trans. Audio Speech Lang. Process. 19(7), 2011: in each third of an octave the envelopes of what was said and of what
is heard are correlated over 0.4 s; the mean of all. 1 is the same; above some 0.75 nearly all words are understood. Here
at 8 kHz, so with the bands that the telephone has.
"""

from __future__ import annotations

import numpy as np

FRAME, SPAN = 256, 24
"""Samples of a frame, every half of one a new one; frames that are correlated: 0.4 s."""
_LOWEST_HZ, _HIGHEST_HZ = 150.0, 3600.0
_CLIP = 1 + 10 ** (15 / 20)
"""What is heard may be so much louder than what was said, and counts no more beyond: 15 dB."""
_SILENT_DB = 40.0


def _bands(pcm: np.ndarray) -> np.ndarray:
    """Envelopes (bands, frames)."""
    frames = np.lib.stride_tricks.sliding_window_view(pcm.astype(float), FRAME)[:: FRAME // 2]
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME), 2 * FRAME)) ** 2
    hz = np.fft.rfftfreq(2 * FRAME, 1 / 8000)
    centres = _LOWEST_HZ * 2 ** (np.arange(20) / 3)
    centres = centres[centres * 2 ** (1 / 6) < _HIGHEST_HZ]
    masks = [(hz >= centre * 2 ** (-1 / 6)) & (hz < centre * 2 ** (1 / 6)) for centre in centres]
    return np.sqrt(np.stack([power[:, mask].sum(axis=1) for mask in masks]))


def intelligibility(said: np.ndarray, heard: np.ndarray) -> float:
    """0..1, of two that are aligned and equally long; where nothing was said does not count."""
    size = min(said.size, heard.size) // (FRAME // 2) * (FRAME // 2)
    x, y = _bands(said[:size]), _bands(heard[:size])
    loud = (x**2).sum(axis=0)
    kept = loud > loud.max() / 10 ** (_SILENT_DB / 10)
    x, y = x[:, kept], y[:, kept]
    found = []
    for at in range(0, x.shape[1] - SPAN + 1):
        a, b = x[:, at : at + SPAN], y[:, at : at + SPAN]
        b = b * np.sqrt((a**2).sum(axis=1) / np.maximum((b**2).sum(axis=1), 1e-9))[:, None]
        b = np.minimum(b, a * _CLIP)
        a, b = a - a.mean(axis=1)[:, None], b - b.mean(axis=1)[:, None]
        found.append((a * b).sum(axis=1) / np.maximum(np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1)), 1e-9))
    return float(np.mean(found))
