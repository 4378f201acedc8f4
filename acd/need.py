"""Who is admitted by a need: found out for whole queues at once, at a reload, never while callers are matched.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from acd.agent import Agent
from acd.queue import Step
from acd.settings import AgentSettings, Attributes, Need, QueueSettings
from acd.words import AgentName, QueueName


def attributes(agent: AgentSettings, queue: QueueName) -> Attributes:
    """What a need is asked of."""
    return {**agent.skills, "tier": agent.tiers.get(queue, 1), "agent": agent.name}


def admitted(need: Need, queue: QueueName, agents: Iterable[Agent]) -> frozenset[AgentName]:
    """The queue's agents that will do."""
    return frozenset(
        agent.name
        for agent in agents
        if queue in agent.settings.queues and need.admits(attributes(agent.settings, queue))
    )


def steps(settings: QueueSettings, agents: Iterable[Agent]) -> tuple[Step, ...]:
    """What the queue asks, and who is admitted by it, from the start and as it relaxes."""
    asked = [(0.0, settings.need, True), *((one.after_s, one.need, one.own) for one in settings.relax)]
    everybody = tuple(agents)
    return tuple(
        Step(
            after_s,
            None if need is None else admitted(need, settings.name, everybody),
            "" if need is None else need.text,
            own,
        )
        for after_s, need, own in asked
    )
