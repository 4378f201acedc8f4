"""Which UDP ports a stream gets: an even one for RTP, the odd one after it for RTCP (RFC 3550 11).

Ports are drawn at random, so that a stranger cannot guess the next one, and rest after use, so that a late packet of
the last call is not heard in the next. When all others are taken, the one that has rested longest goes out early.

Time: `now` in seconds, monotonic. Pure. Deliberately absent: binding (udp.py).
"""

from __future__ import annotations

import random
from collections import OrderedDict

REST_S = 5.0


class Ports:
    """The even ports of [first, last] whose odd neighbour is in the range too."""

    def __init__(self, first: int, last: int, chance: random.Random | None = None) -> None:
        self._free = list(range(first + first % 2, last, 2))
        self._resting: OrderedDict[int, float] = OrderedDict()
        self._chance = chance or random.SystemRandom()

    def __len__(self) -> int:
        """Ports that could be handed out now."""
        return len(self._free) + len(self._resting)

    def take(self, now: float) -> int | None:
        """A port, or None when all are in use."""
        while self._resting and next(iter(self._resting.values())) <= now:
            self._free.append(self._resting.popitem(last=False)[0])
        if not self._free:
            return self._resting.popitem(last=False)[0] if self._resting else None
        pick = self._chance.randrange(len(self._free))
        self._free[pick], self._free[-1] = self._free[-1], self._free[pick]
        return self._free.pop()

    def rest(self, port: int, now: float) -> None:
        """Port is out of use."""
        self._resting[port] = now + REST_S
        self._resting.move_to_end(port)
