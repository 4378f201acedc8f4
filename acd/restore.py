"""Agents as they were before a restart: who was logged in where, on break for what, wrapping up how long.

Time: `now` in seconds, monotonic; what the books knew in UTC is handed over as seconds left. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from acd.agent import Happening
from acd.floor import Floor
from acd.phone import Phone
from acd.words import AgentName, Presence


@dataclass(frozen=True, slots=True)
class Restored:
    """One agent, from the books. Who was logged out needs none."""

    agent: AgentName
    presence: Presence
    extension: str
    reachable: bool
    """Whether the extension's phone is registered, by the bindings kept."""
    reason: str = ""
    wrap_up_left_s: float = 0.0


def restore(floor: Floor, agents: Iterable[Restored], now: float) -> None:
    """Seat the agents. Unknown ones, and a second one on a taken extension, stay logged out."""
    for was in agents:
        agent = floor.agents.get(was.agent)
        if agent is None or was.presence is Presence.LOGGED_OUT or not was.extension or was.extension in floor.seats:
            continue
        floor.sit(agent, was.extension, now)
        floor.phones.setdefault(was.extension, Phone()).reachable = was.reachable
        floor.move(agent, Happening.LOGGED_IN, now)
        if was.presence is Presence.ON_BREAK:
            agent.reason = was.reason
            floor.move(agent, Happening.BREAK_STARTED, now)
        if was.wrap_up_left_s > 0:
            # The talk itself was lost with the old process; what follows a talk is its wrap-up.
            floor.move(agent, Happening.WRAP_UP_RESUMED, now)
            floor.wrap_up(agent, now + was.wrap_up_left_s)
        floor.refresh_phone(was.extension, now)
