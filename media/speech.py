"""Who speaks: WebRTC's voice activity detector on the streams that ask for it, with hysteresis.

A party begins to speak after `BEGIN_FRAMES` frames of speech in a row and stops after `END_FRAMES` without: a click
is no word, and a breath between two words is no end.

Only the rows that ask are judged: the detector takes one frame of one stream at a time.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import webrtcvad

from media.words import RATE_HZ

MODE = 2
BEGIN_FRAMES = 3
END_FRAMES = 15
"""300 ms: longer than the stops inside a word."""


class Listener:
    """One stream's ear for speech. `speaking` is what it holds for true now."""

    def __init__(self) -> None:
        self._vad = webrtcvad.Vad(MODE)
        self._run = 0
        self.speaking = False

    @property
    def idle(self) -> bool:
        """Neither speaking nor about to: a frame without speech would change nothing."""
        return not self.speaking and not self._run

    def hear(self, samples: npt.NDArray[np.int16]) -> bool:
        """Take a frame of 20 ms at 8 kHz; True when `speaking` has changed by it."""
        return self.take(self.voiced(samples))

    def voiced(self, samples: npt.NDArray[np.int16]) -> bool:
        """Is this frame speech?"""
        return bool(self._vad.is_speech(samples.tobytes(), RATE_HZ))

    def take(self, voiced: bool) -> bool:
        """The same as `hear`, for a frame that is judged already."""
        if voiced == self.speaking:
            self._run = 0
            return False
        self._run += 1
        if self._run < (END_FRAMES if self.speaking else BEGIN_FRAMES):
            return False
        self.speaking = voiced
        self._run = 0
        return True
