"""Between 8 and 16 kHz: a half-band filter, in two phases, as one matrix product for all rows.

Every second tap of a half-band filter is nought but the middle one, so half of the samples pass as they are and the
other half are one product with a banded matrix. What lies beyond 4.6 kHz is 60 dB down either way, and up to 3.4 kHz
nothing is lost (0.01 dB); between the two both halves fold over, as every half-band filter has it. For frames of 20 ms
and many rows the product costs a sixth of a resampler object for each stream.

Filters know nothing of the frame before: whoever calls gives the samples that led up to the frame. One way delays by
`DELAY` samples of 16 kHz; there and back again by twice that.

Units: samples, frames of 20 ms. Pure numpy. Deliberately absent: other rates; files are resampled when they are loaded.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from media.words import FRAME_SAMPLES, WIDE_SAMPLES

TAPS = 55
STOP_DB = 65.0
"""By Kaiser's formula."""
DELAY = TAPS // 2
"""Samples of 16 kHz, 1.7 ms."""
LEAD_DOWN = 2 * DELAY
"""Samples of 16 kHz that come before the frame to be brought down."""
LEAD_UP = DELAY
"""Samples of 8 kHz that come before the frame to be brought up."""

Floats = npt.NDArray[np.float32]


def _taps() -> npt.NDArray[np.float64]:
    n = np.arange(TAPS) - DELAY
    taps: npt.NDArray[np.float64] = np.sinc(n / 2) / 2 * np.kaiser(TAPS, 0.1102 * (STOP_DB - 8.7))
    # The middle is one half exactly; the others together are the other half, so that a constant stays what it is.
    taps[0::2] *= 0.5 / taps[0::2].sum()
    return taps


def _banded() -> Floats:
    """(187, 160): the taps beside the middle, one column an output."""
    side = _taps()[0::2]
    matrix = np.zeros((LEAD_UP + FRAME_SAMPLES, FRAME_SAMPLES), np.float32)
    for at in range(FRAME_SAMPLES):
        matrix[at : at + side.size, at] = side
    return matrix


_SIDES = _banded()
_SIDES_UP = 2 * _SIDES
_MIDDLE_DOWN = slice(DELAY // 2, DELAY // 2 + FRAME_SAMPLES)
_MIDDLE_UP = slice(LEAD_UP - DELAY // 2, LEAD_UP - DELAY // 2 + FRAME_SAMPLES)


def down(sound: npt.NDArray[np.integer | np.floating]) -> Floats:
    """Frames of 8 kHz (n, 160) of `sound` (n, 54 + 320) at 16 kHz; not rounded."""
    made = sound[:, 0::2].astype(np.float32) @ _SIDES
    made += sound[:, 1::2][:, _MIDDLE_DOWN] * np.float32(0.5)
    return made


def up(sound: npt.NDArray[np.integer | np.floating]) -> Floats:
    """Frames of 16 kHz (n, 320) of `sound` (n, 27 + 160) at 8 kHz; not rounded."""
    made = np.empty((sound.shape[0], WIDE_SAMPLES), np.float32)
    made[:, 0::2] = sound.astype(np.float32) @ _SIDES_UP
    made[:, 1::2] = sound[:, _MIDDLE_UP]
    return made


def rounded(sound: Floats) -> npt.NDArray[np.int16]:
    """The nearest samples, clipped."""
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
