"""A conference room, as a script asks for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoomRules:
    """A conference room, as the step says by which somebody comes in. The first who comes settles it for all."""

    room: str
    language: str
    pin: str | None = None
    moderator_pin: str | None = None
    """None: there is none. An empty one, of a variable that nothing was put into, lets nobody in."""
    moderator: bool = False
    wait: bool = False
    """Music until a moderator has come."""
    end: bool = False
    """Over when the last moderator leaves."""
    most: int = 100
    muted: bool = False
    announce: bool = True
    tones: bool = True
    record: bool = False
    music: str = "default"
    loudest: int = 0
