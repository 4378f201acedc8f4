"""A scene in real time: what each phone heard between two moments, as a set of tones."""

from __future__ import annotations

import time

import numpy as np

from apps.softphone import ear
from apps.softphone.drive import Phone
from apps.softphone.tones import RATE_HZ, Samples
from tests.stage.cast import heard, talk

THERE = 0.02
"""Amplitude from which a tone counts."""
SETTLE_S = 0.5
"""From an order to the middle of what it does: signalling, jitter buffers, the end of a key's own sound."""


class Scene:
    """`tones`: what may be heard."""

    def __init__(self, *tones: int) -> None:
        self.tones = tones
        self.spans: dict[str, tuple[float, float]] = {}

    def play(self, name: str, seconds: float = 1.2) -> None:
        """Let it last; what is heard after `SETTLE_S` counts."""
        began = time.monotonic() + SETTLE_S
        talk(seconds + SETTLE_S)
        self.spans[name] = (began, time.monotonic() - 0.15)

    def heard(self, name: str, phone: Phone, call: int = 1) -> set[int]:
        """Which tones a phone heard then. The call must be over."""
        (saving,) = (told for told in phone.told("saving") if told["call"] == call)
        begin, end = (round((at - saving["began_now"]) * RATE_HZ) for at in self.spans[name])
        return self.within(heard(phone, call)[max(0, begin) : end])

    def within(self, samples: Samples) -> set[int]:
        """Which tones are there most of the time."""
        assert len(samples) > 0.4 * RATE_HZ, len(samples)
        return {hz for hz in self.tones if np.median(ear.strength(samples, hz, 0.1)) >= THERE}
