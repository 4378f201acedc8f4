"""Which engine a new stream goes to: the one with least to do, by what the engines themselves tell every second.

What counts, in this order: that it told of itself lately, that its ticks begin in time, how much of its core it uses
(in tenths, so that a streak of noise moves nobody; streams opened since it told are added by estimate), and how many
streams it has. The engine of the partner comes before all others, unless it is silent, late or nearly full: two who
talk on one engine need no tie.

Pure. Deliberately absent: telling (engine.py), asking (desk.py).
"""

from __future__ import annotations

from dataclasses import dataclass

STALE_S = 3.0
"""An engine that has told nothing for so long hangs, or is starved."""
LATE_MS = 10.0
"""Half a tick: one second whose 99th hundredth began later than this has no room for more."""
FULL = 0.85
"""Of a core."""
A_STREAM = 0.0005
"""Of a core: what a new stream is taken to cost until the engine tells."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an engine stands."""

    streams: int
    """Open now."""
    told_streams: int
    """Open when it told."""
    busy: float
    """Of a core, in the second before it told."""
    late_ms: float
    """Lateness of its ticks then, 99 %."""
    age_s: float
    """Since it told."""

    @property
    def expected(self) -> float:
        """Of a core, with the streams that came since."""
        return self.busy + max(0, self.streams - self.told_streams) * A_STREAM

    @property
    def welcome(self) -> bool:
        """It takes the partner of one whom it has."""
        return self.age_s < STALE_S and self.late_ms < LATE_MS and self.expected < FULL


def rank(it: Standing, *, partner: bool = False) -> tuple[bool, bool, bool, int, int]:
    """Order of preference, least first."""
    tenths = int(it.expected * 10)
    return (it.age_s >= STALE_S, not (partner and it.welcome), it.late_ms >= LATE_MS, tenths, it.streams)
