"""The matching: one pure pass over callers and agents, after every event.

Callers choose in one order over all queues, by priority and then arrival; each takes the agent who last served
them, if that one is free, else the first of the queue's free agents. So an agent of several queues goes to
whoever has the best claim, and no queue starves another.

After a pass no waiting caller could be given to any free agent. Therefore every new pair has a caller or an
agent that changed since, and only those, and the lines of the agents that changed, are looked at.

Pure: it changes nothing; floor.py carries the matches out.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from acd.agent import Agent
from acd.caller import Caller, CallerState
from acd.order import WHY_LAST_AGENT, why_least_busy
from acd.queue import Queue
from acd.words import AgentName, QueueName


@dataclass(frozen=True, slots=True)
class Match:
    """Ring this agent for this caller."""

    caller: Caller
    agent: Agent
    why: str


def assign(
    queues: Mapping[QueueName, Queue],
    agents: Mapping[AgentName, Agent],
    changed_callers: Collection[Caller],
    changed_agents: Collection[Agent],
    now: float,
) -> list[Match]:
    """The alerts to start, best claim first."""
    callers_left = {caller.id for caller in changed_callers if caller.state is CallerState.WAITING}
    agents_left = {agent.name for agent in changed_agents if agent.entry is not None}
    if not callers_left and not agents_left:
        return []
    names = {name for agent in changed_agents if agent.entry is not None for name in agent.listed}
    changed = sorted(caller.entry for caller in changed_callers if caller.state is CallerState.WAITING)
    lines = [queues[name].waiting for name in names if name in queues]

    matches: list[Match] = []
    taken: set[AgentName] = set()
    before = None
    for _, _, caller in heapq.merge(changed, *lines):
        if caller is before:  # a changed caller is in a line, too
            continue
        before = caller
        match = choose(caller, queues[caller.queue], agents, taken, now)
        callers_left.discard(caller.id)
        if match is not None:
            matches.append(match)
            taken.add(match.agent.name)
            agents_left.discard(match.agent.name)
        if not callers_left and not agents_left:
            break
    return matches


def choose(
    caller: Caller, queue: Queue, agents: Mapping[AgentName, Agent], taken: Collection[AgentName], now: float
) -> Match | None:
    """The best free agent for one caller, but those `taken` already; None if there is none."""
    if queue.settings.last_agent and caller.last_agent is not None:
        last = agents.get(caller.last_agent)
        if (
            last is not None
            and last.entry is not None
            and queue.name in last.listed
            and last.name not in taken
            and not caller.skipping(last.name, now)
        ):
            return Match(caller, last, WHY_LAST_AGENT)
    for _, _, _, agent in queue.free:
        if agent.name not in taken and not caller.skipping(agent.name, now):
            return Match(caller, agent, why_least_busy(agent, now))
    return None
