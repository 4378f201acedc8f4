"""Why an agent is given no call: what keeps them from any, their place in each queue, and who waits and is not theirs.

Pure; reads the floor, changes nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from acd.agent import Agent
from acd.caller import Caller
from acd.floor import Floor
from acd.order import WHY
from acd.queue import Queue
from acd.verdict import against, engaged
from acd.words import AgentName, CallerId, QueueName

CALLERS_NAMED = 10
"""So many waiting callers are held against the agent."""


@dataclass(frozen=True, slots=True)
class InQueue:
    """An agent's standing in one queue."""

    queue: QueueName
    tier: int
    place: int
    """Among the queue's free agents, from 1; 0: not free."""
    free: int
    waiting: int
    """Callers for whom no phone rings."""
    why: str
    """What the strategy says of the agent."""


@dataclass(frozen=True, slots=True)
class NotGiven:
    """One waiting caller who is not given to the agent."""

    caller: CallerId
    queue: QueueName
    position: int
    why: str
    """Completes a sentence that begins with the agent's name."""
    change: str


@dataclass(frozen=True, slots=True)
class AgentExplanation:
    """Why an agent is given no call, or which one."""

    agent: AgentName
    summary: str
    """One sentence."""
    change: str = ""
    """What would have to happen first."""
    queues: tuple[InQueue, ...] = ()
    callers: tuple[NotGiven, ...] = ()
    """The first of those who wait in the agent's queues, by their claims."""


def explain_agent(floor: Floor, name: AgentName, now: float) -> AgentExplanation:
    """Why this agent is given no call. One that there is not is explained, too."""
    agent = floor.agents.get(name)
    if agent is None:
        return AgentExplanation(name, f"There is no agent {name}.")
    queues = tuple(_standing(agent, floor.queues[queue]) for queue in agent.settings.queues if queue in floor.queues)
    waiting = [caller for _, caller in zip(range(CALLERS_NAMED), _waiting(floor, agent), strict=False)]
    callers = []
    for caller in waiting:
        found = against(floor, agent, caller, now)
        why, change = (found.why, found.change) if found else ("is free", "")
        callers.append(NotGiven(caller.id, caller.queue, floor.position(caller), why, change))
    busy = engaged(floor, agent, now)
    if busy is not None:
        return AgentExplanation(name, f"Agent {name} {busy.why}.", busy.change, queues, tuple(callers))
    free = f"Agent {name} is free for {now - agent.idle_since:.0f} s; "
    if not agent.settings.queues:
        return AgentExplanation(name, free + "and serves no queue.", "The agent is given queues (agents.yaml).")
    return AgentExplanation(
        name,
        free + "nobody waits whom this agent could be given.",
        "A caller comes." if not callers else "See the callers.",
        queues,
        tuple(callers),
    )


def _standing(agent: Agent, queue: Queue) -> InQueue:
    entry = agent.entries.get(queue.name)
    place = queue.free.index(entry) + 1 if entry is not None else 0
    return InQueue(
        queue.name,
        agent.settings.tiers.get(queue.name, 1),
        place,
        len(queue.free),
        len(queue.line) - queue.alerting,
        WHY[queue.settings.strategy](agent, queue) if place == 1 else "",
    )


def _waiting(floor: Floor, agent: Agent) -> Iterator[Caller]:
    """Callers for whom no phone rings, in the agent's queues, best claim first."""
    names = [name for name in agent.settings.queues if name in floor.queues]
    lines = (lane.entries for name in names for lane in floor.queues[name].lanes.values())
    return (entry[2] for entry in heapq.merge(*lines))
