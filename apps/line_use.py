"""What a line takes while it lives: a phone's attention, a place on a trunk. Given back when the line is over.

Deliberately absent: the counts themselves (phone_use.py, today.py). Lines that a queue gave take no attention here:
the centre knows of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from switch.events import Ended
from switch.words import Cause

if TYPE_CHECKING:
    from apps.house import House
    from apps.line import Line

TRUNK_TROUBLE = (Cause.TRUNK_FAILED, Cause.TIMEOUT, Cause.FORBIDDEN, Cause.NOT_ACCEPTABLE, Cause.ERROR)
"""Causes for which an administrator looks at the trunk; a busy or absent person is none."""


def take_phone(house: House, line: Line, extension: str) -> None:
    """This extension's phone is on a call that no queue gave."""
    house.phone_use.take(extension)
    line.watchers.add(lambda _: house.phone_use.free(extension))


def take_trunk(house: House, line: Line, trunk: str) -> None:
    """The line goes by this trunk, in either direction."""
    house.today.trunk_leg(trunk)

    def over(ended: Ended) -> None:
        house.today.trunk_leg_over(trunk, failed=not line.answered and ended.cause in TRUNK_TROUBLE)

    line.watchers.add(over)
