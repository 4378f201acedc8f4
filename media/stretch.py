"""Faster and slower without a change of pitch: overlap-add of windows that fit each other (WSOLA).

Verhelst and Roelands, "An overlap-add technique based on waveform similarity", ICASSP 1993: each window is taken near
where the speed wants it, moved by up to 10 ms to where it best goes on from the one before.

Units: samples of 8 kHz. Pure. Costs about 2 ms of a core for each second of audio, so never call it in a tick.
"""

from __future__ import annotations

import numpy as np

from media.g711 import Samples

WINDOW = 240
"""30 ms; two windows overlap by half."""
HOP = WINDOW // 2
REACH = 80
SLOWEST, FASTEST = 0.5, 2.0


def stretch(samples: Samples, speed: float) -> Samples:
    """`samples` at `speed`, which is kept within 0.5..2; a `speed`th of the length."""
    speed = min(max(speed, SLOWEST), FASTEST)
    if speed == 1.0 or samples.size < 2 * WINDOW:
        return samples
    x = np.concatenate([np.zeros(REACH), samples.astype(np.float32), np.zeros(3 * WINDOW + REACH)]).astype(np.float32)
    length = int(samples.size / speed)
    out = np.zeros(length + 2 * WINDOW, np.float32)
    fade = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
    at = REACH
    for n in range(length // HOP + 1):
        if n:
            follows = x[at + HOP : at + HOP + WINDOW]
            wanted = min(int(n * HOP * speed), samples.size)
            near = x[wanted : wanted + 2 * REACH + WINDOW]
            at = wanted + int(np.argmax(np.correlate(near, follows, "valid")))
        out[n * HOP : n * HOP + WINDOW] += fade * x[at : at + WINDOW]
    return np.clip(np.rint(out[:length]), -32768, 32767).astype(np.int16)
