"""Voice-activated trimming: what is left out of a recording while nobody is heard on either side.

After so long a silence what follows is left out, until something is louder than `LEVEL`. That is so faint that no
beginning of a word is lost; a line whose noise is louder is not trimmed at all.

Units: frames of 20 ms. Pure. Deliberately absent: marks and the file's time (recorder.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from media import g711
from media.reels import Cut
from media.words import FRAME_SAMPLES

LEVEL = 40.0
"""Mean absolute sample, of 32767: -58 dBFS."""


class Trim:
    """Of one recording; `hold` frames of silence are kept."""

    def __init__(self, hold: int) -> None:
        self._hold = hold
        self._quiet = 0

    def begin_anew(self) -> None:
        """As if somebody had just been heard."""
        self._quiet = 0

    def parts(self, cut: Cut) -> Iterator[tuple[bool, Cut]]:
        """The cut in pieces, each to be kept or to be left out as a whole."""
        kept: list[bool] = []
        for loud in _loud(cut).tolist():
            self._quiet = 0 if loud else self._quiet + 1
            kept.append(self._quiet <= self._hold)
        first = 0
        for at in range(1, cut.frames + 1):
            if at == cut.frames or kept[at] != kept[first]:
                span = slice(first * FRAME_SAMPLES, at * FRAME_SAMPLES)
                yield kept[first], replace(cut, frames=at - first, left=cut.left[span], right=cut.right[span])
                first = at


def _loud(cut: Cut) -> np.ndarray:
    """Which frames are heard (frames,)."""
    level = np.zeros(cut.frames)
    for codes, law in ((cut.left, cut.left_law), (cut.right, cut.right_law)):
        if codes:
            samples = g711.DECODE[law].take(np.frombuffer(codes, np.uint8)).reshape(cut.frames, FRAME_SAMPLES)
            level = np.maximum(level, np.abs(samples.astype(np.int32)).mean(axis=1))
    return level > LEVEL
