"""Conference rooms, as the socket API gives them.

What holds for every record is said in types.py.
Deliberately absent: how any of it is found out.
"""

from __future__ import annotations

from msgspec import Struct

from apps.api.instants import At


class ConferenceMember(Struct, frozen=True):
    """Somebody in a conference room."""

    call_id: str
    caller: str
    moderator: bool
    muted: bool
    since: At
    gain: float = 1.0
    """How loud the others hear them; 1 is as they are."""


class ConferenceInfo(Struct, frozen=True):
    """A conference room with somebody in it; members in the order in which they came."""

    room: str
    began_at: At
    members: list[ConferenceMember]
    waiting: bool = False
    """All hear music until a moderator comes."""
    locked: bool = False
    quiet: bool = False
    """All who are no moderators are muted, also who comes."""
    recording_id: str = ""
    """Of the recording that runs; empty: none."""


class Conferences(Struct, frozen=True):
    """By name."""

    conferences: list[ConferenceInfo]
