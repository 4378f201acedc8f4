"""G.711 mu-law by its formula, for the tests' own packets: an oracle that shares nothing with the media hall."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_BIAS = 33


def encode(samples: npt.NDArray[np.float64]) -> bytes:
    """Mu-law bytes of samples in -1..1 (ITU-T G.711 table 2a: 14 bits, bias 33, segments by doubling)."""
    linear = np.clip(np.rint(samples * 8159), -8158, 8158).astype(np.int64)
    magnitude = np.abs(linear) + _BIAS
    segment = np.floor(np.log2(magnitude)).astype(np.int64) - 5
    step = (magnitude >> (segment + 1)) & 0x0F
    code = ~((linear < 0) << 7 | segment << 4 | step)
    return bytes((code & 0xFF).astype(np.uint8))


def decode(packed: bytes) -> npt.NDArray[np.float64]:
    """Samples in -1..1 of mu-law bytes."""
    code = ~np.frombuffer(packed, np.uint8).astype(np.int64) & 0xFF
    segment, step = code >> 4 & 7, code & 0x0F
    magnitude = ((2 * step + _BIAS) << segment) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude) / 8159.0
