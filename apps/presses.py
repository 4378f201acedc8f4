"""One press, told once: some far ends send a digit both as RTP event and as SIP INFO, and a gateway adds the sound.

A digit by one way is the same press as the oldest such digit that another way brought within the window and that this
way has not brought yet. So 5 and 5 by both ways are two, whichever order their four tellings come in.

Seconds of a monotonic clock. Pure.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum

WINDOW_S = 3.0
"""INFO comes with the release of the key, the event with its press."""


class Way(Enum):
    """What a digit came by."""

    EVENT = "event"
    """RTP telephone-event, RFC 4733."""
    SOUND = "sound"
    INFO = "info"


@dataclass(slots=True)
class _Press:
    digit: str
    at: float
    ways: set[Way] = field(default_factory=set)


class Presses:
    """What one party has keyed lately."""

    def __init__(self) -> None:
        self._recent: deque[_Press] = deque(maxlen=32)
        self.doubled = 0
        """Digits that were the same press again."""

    def take(self, digit: str, way: Way, now: float) -> bool:
        """Is it a new press?"""
        while self._recent and now - self._recent[0].at > WINDOW_S:
            self._recent.popleft()
        for press in self._recent:
            if press.digit == digit and way not in press.ways:
                press.ways.add(way)
                self.doubled += 1
                return False
        self._recent.append(_Press(digit, now, {way}))
        return True
