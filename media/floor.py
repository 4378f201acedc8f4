"""The floor of a room: who has it, when only so many are let through.

Seats go to who speaks. A newcomer gets a free one at once; else that of somebody who has been silent for a while, the
longest silent first; else that of the faintest, when the newcomer is louder by a margin and the other has had it for a
moment. Who falls silent keeps the seat until somebody wants it, so that no word's end is cut off.

Units: ticks of 20 ms, dBm0. Pure. Deliberately absent: who speaks, and the fading (floor_watch.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

HOLD_TICKS = 50
"""1 s: so long a silence gives up a seat that somebody wants."""
LEAST_TICKS = 25
"""500 ms: nobody is pushed out of a seat before."""
MARGIN_DB = 6.0


@dataclass(slots=True)
class Seat:
    """When it was taken, and when its holder last spoke."""

    since: int
    spoke: int


class Seats:
    """`count` seats of one room; rows are whatever names its members."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._held: dict[int, Seat] = {}

    @property
    def rows(self) -> Collection[int]:
        """Who has a seat."""
        return self._held.keys()

    def settle(self, tick: int, speaking: Mapping[int, float], levels: Mapping[int, float]) -> None:
        """`speaking` are those whose frame is speech, and their level; `levels` are those of all who have a seat."""
        for row in [row for row in self._held if row not in levels]:
            del self._held[row]
        for row in speaking.keys() & self._held.keys():
            self._held[row].spoke = tick
        newcomers = sorted(speaking.keys() - self._held.keys(), key=lambda row: (-speaking[row], row))
        for row in newcomers:
            if len(self._held) >= self.count:
                loser = self._loser(tick, speaking[row], {**levels, **speaking})
                if loser is None:
                    return  # those who come after are fainter still
                del self._held[loser]
            self._held[row] = Seat(tick, tick)

    def _loser(self, tick: int, level: float, levels: Mapping[int, float]) -> int | None:
        """Who must give up the seat for somebody so loud."""
        silent = min(self._held, key=lambda row: (self._held[row].spoke, row), default=None)
        if silent is not None and tick - self._held[silent].spoke > HOLD_TICKS:
            return silent
        settled = [row for row, seat in self._held.items() if tick - seat.since >= LEAST_TICKS]
        faintest = min(settled, key=lambda row: (levels[row], row), default=None)
        return faintest if faintest is not None and level > levels[faintest] + MARGIN_DB else None
