"""What a line is spoken of with: who listens to it, how far it has come, whom it is with."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Protocol

from switch.events import LegEvent
from switch.words import Target, ToPhone

if TYPE_CHECKING:
    from apps.line import Line


class LineListener(Protocol):
    """The application on top of a line."""

    def line_told(self, line: Line, event: LegEvent) -> None:
        """The leg rang, was answered, ended. Called after the line has done its own part."""

    def line_held(self, line: Line, held: bool) -> None:
        """The party put us on hold, or took us back."""


class Stage(Enum):
    """How far a line has come."""

    NEW = "new"
    """Nothing is under way: an end is our own to tell."""
    OPENING = "opening"
    """`place` waits for its stream; it tells the end of a line that is not wanted any more."""
    PLACED = "placed"
    """The switch has the leg, and tells its end."""
    OVER = "over"


def name_of(target: Target) -> str:
    """Who is called: "phone 2001", "trunk carrier 13800138000"."""
    return f"phone {target.extension}" if isinstance(target, ToPhone) else f"trunk {target.trunk} {target.number}"
