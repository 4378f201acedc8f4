"""queues.yaml, `wallboard`: from which figures on a wallboard warns, and from which it alarms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import BeforeValidator, Field

from apps.fields import Entry, seconds, text, whole, wrong

Pair = tuple[float, float]
"""(warns, alarms)."""


def _pair(read: Callable[[object], float], *, rising: bool) -> Callable[[object], Pair]:
    """Reads [warns, alarms]; a rising figure is the worse the higher it is."""

    def pair(value: object) -> Pair:
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise wrong("must be two values", "Write from where it warns and from where it alarms: [5, 10].")
        warns, alarms = (read(text(each) if isinstance(each, str) else str(each)) for each in value)
        if warns == alarms or (warns < alarms) != rising:
            order = "greater" if rising else "smaller"
            raise wrong("warns later than it alarms", f"The second value must be the {order} one.")
        return warns, alarms

    return pair


_COUNT = _pair(whole(0, 1_000_000), rising=True)
_TIME = _pair(seconds, rising=True)
_PER_CENT = _pair(whole(0, 100), rising=True)
_SHARE = _pair(whole(0, 100), rising=False)
Counts = Annotated[Pair, BeforeValidator(_COUNT)]
Times = Annotated[Pair, BeforeValidator(_TIME)]


class WallboardEntry(Entry):
    """Each: from where it warns and from where it alarms. Times of agents are those of their first queue."""

    waiting: Counts = (5, 10)
    longest_wait: Times = (30, 60)
    service_level: Annotated[Pair, BeforeValidator(_SHARE)] = (80, 60)
    """Per cent; below."""
    abandoned: Annotated[Pair, BeforeValidator(_PER_CENT)] = (5, 10)
    """Per cent of the calls of today."""
    talking: Times = (600, 1200)
    wrapping_up: Times = (120, 300)
    on_break: Times = Field(default=(1200, 2400), alias="break")
