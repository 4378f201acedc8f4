"""Supervision as the socket API gives it: who is on the line as a supervisor, and what supervisors have done.

What holds for every record is said in types.py.
Deliberately absent: how any of it is found out.
"""

from __future__ import annotations

from msgspec import Struct

from apps.api.instants import At


class WatchInfo(Struct, frozen=True):
    """A supervisor on the line."""

    watch_id: str
    """The supervisor's own call."""
    by: str
    """The supervisor; `admin` for who acts on nobody's behalf."""
    extension: str
    mode: str
    """listen, whisper or barge."""
    follows: str
    """`agent mei`, `queue sales`, `call 0gx3k2m4npqrs`, or `the teams`."""
    state: str
    """ringing (their own phone), waiting (for a talk) or on call."""
    since: At
    call_id: str = ""
    """The call that is heard now."""
    agent: str = ""
    queue: str = ""


class Watches(Struct, frozen=True):
    """Every supervisor on the line."""

    watches: list[WatchInfo]


class ActInfo(Struct, frozen=True):
    """One thing that a supervisor did, or was not let do, as the books have it."""

    at: At
    by: str
    act: str
    """listen, whisper, barge, leave, takeover, intercept, release, move, login, logout, break, ready or note."""
    call_id: str = ""
    agent: str = ""
    queue: str = ""
    extension: str = ""
    """The supervisor's phone."""
    watch_id: str = ""
    refused: str = ""
    """Why it was not done; empty when it was."""
    text: str = ""
    """Of a note; the reason of a break."""


class Acts(Struct, frozen=True):
    """What supervisors did, newest first."""

    acts: list[ActInfo]
