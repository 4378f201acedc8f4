"""Studios as the socket API gives them, and what is asked about them.

What holds for every record is said in types.py.
Deliberately absent: how any of it is found out.
"""

from __future__ import annotations

from msgspec import Struct

from apps.api.params import Name, Params, Text


class StudioInfo(Struct, frozen=True):
    """A studio at this moment."""

    studio: str
    name: str = ""
    members: int = 0
    on_air: int = 0
    asking: int = 0
    """Who have asked to speak and are not on air."""
    recording_id: str = ""
    """What is kept of the show that runs."""


class StudioMember(Struct, frozen=True):
    """Somebody in a studio."""

    call_id: str
    number: str
    role: str
    """caller, expert or host."""
    part: str
    """listening, asking, screened or on air."""
    name: str = ""
    position: int = 0
    """In the line of those who asked to speak, from 1; 0: not in it."""
    screened: bool = False
    """The host has talked with them."""


class StudioDetail(StudioInfo, frozen=True):
    """A studio with everybody in it: on air first, then the line in its order, then the others."""

    callers: list[StudioMember] = []


class StudioList(Struct, frozen=True):
    """Every studio, in order."""

    studios: list[StudioInfo]


class ByStudio(Params, frozen=True):
    """Names a studio."""

    studio: Name


class InStudio(Params, frozen=True):
    """Names a studio and a call in it; empty: whom the host's key would be about. `by`: as of `supervise`."""

    studio: Name
    call_id: Text = ""
    by: Text = ""
