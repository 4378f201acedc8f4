"""The wallboard's numbers as the socket API gives them.

What holds for every record is said in types.py.
Deliberately absent: how any of it is found out (apps/wallboard.py).
"""

from __future__ import annotations

from msgspec import Struct

from apps.api.instants import At


class WallQueue(Struct, frozen=True):
    """One queue. `levels`: `warn` or `bad` by the name of a field here; what is well is not in it."""

    queue: str
    name: str
    waiting: int
    longest_wait_ms: int
    service_level: float | None
    """Per cent of today's calls that were answered in time; null while there were none."""
    answered_today: int
    abandoned_today: int
    abandoned: float | None
    """Per cent of today's calls."""
    ringing: int
    talking: int
    agents: int
    """Logged in and not on break."""
    free: int
    on_break: int
    levels: dict[str, str] = {}


class WallAgent(Struct, frozen=True):
    """One agent who is logged in."""

    agent: str
    name: str
    state: str
    """talking, ringing, wrapping up, idle, other call, on break or not registered."""
    ms: int
    """So long."""
    level: str = ""
    """`warn` or `bad` when that is long."""
    reason: str = ""
    """Of a break."""
    team: str = ""
    extension: str = ""
    calls_today: int = 0
    queues: list[str] = []


class Wallboard(Struct, frozen=True):
    """All queues in their order, and all agents who are logged in, those in trouble first."""

    at: At
    site: str
    calls: int
    waiting: int
    queues: list[WallQueue]
    agents: list[WallAgent]
    logged_out: int
    """Agents who are not logged in."""
