"""Agents as they were before a restart: who was logged in where, on break for what, wrapping up how long.

Time: `now` in seconds, monotonic; what the books knew in UTC is handed over as seconds left. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from acd.agent import Agent, Happening
from acd.floor import Floor
from acd.phone import Phone
from acd.settings import WrapUpRules
from acd.words import AgentName, CallerId, Presence, QueueName
from acd.wrap_up import WrapUp, end_or_wait


@dataclass(frozen=True, slots=True)
class Restored:
    """One agent, from the books. Who was logged out needs none."""

    agent: AgentName
    presence: Presence
    extension: str
    reachable: bool
    """Whether the extension's phone is registered, by the bindings kept."""
    reason: str = ""
    break_left_s: float | None = None
    """Until the break should end, negative when it should have; None: no limit."""
    wrap_up_left_s: float = 0.0
    caller: CallerId | None = None
    """After whom the agent wraps up."""
    queue: QueueName | None = None
    disposition: str = ""
    """What was given for that talk."""
    talked_ago_s: float = 0.0
    """How long ago it ended."""


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
            if was.break_left_s is not None:
                floor.break_until(agent, now + was.break_left_s)
        _resume_wrap_up(floor, agent, was, now)
        floor.refresh_phone(was.extension, now)


def _resume_wrap_up(floor: Floor, agent: Agent, was: Restored, now: float) -> None:
    """The talk itself was lost with the old process; what follows a talk is its wrap-up."""
    queue = floor.queues.get(was.queue) if was.queue is not None else None
    if was.caller is not None and was.queue is not None:
        rules = queue.settings.after_call if queue is not None else WrapUpRules()
        limit_s = rules.within_s - was.talked_ago_s
        owed_only = rules.required and not was.disposition and abs(was.wrap_up_left_s - limit_s) < 1.0
        due_at = now if owed_only else now + was.wrap_up_left_s  # the ordinary time was over
        agent.wrap_up = WrapUp(was.caller, was.queue, 0.0, rules, was.disposition, now - was.talked_ago_s, due_at)
        agent.caller, agent.queue = was.caller, was.queue
    owed = agent.wrap_up is not None and agent.wrap_up.owed and was.talked_ago_s < agent.wrap_up.rules.within_s
    if was.wrap_up_left_s > 0 or owed:
        floor.move(agent, Happening.WRAP_UP_RESUMED, now)
        if was.wrap_up_left_s > 0:
            floor.wrap_up_until(agent, now + was.wrap_up_left_s)
        else:
            end_or_wait(floor, agent, now)
