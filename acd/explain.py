"""Why a caller waits, in sentences: who is ahead, and for each agent why not.

Pure; reads the floor, changes nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from acd.agent import Agent
from acd.alert import AlertState
from acd.caller import Caller, CallerState
from acd.floor import Floor
from acd.words import Activity, AgentName, CallerId, Presence, QueueName

AHEAD_NAMED = 10
"""So many callers ahead are named, the rest counted."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """One agent who was not chosen."""

    agent: AgentName
    why: str
    """Completes a sentence that begins with the agent's name."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a caller is where they are. `position` 0: not in a queue."""

    caller: CallerId
    queue: QueueName | None = None
    position: int = 0
    waited_s: float = 0.0
    ahead: tuple[CallerId, ...] = ()
    """Callers of the same queue who come first, in order; all of them."""
    ahead_elsewhere: tuple[tuple[QueueName, int], ...] = ()
    """Other queues that share agents with this one, and how many of their waiting callers come first."""
    agents: tuple[PassedOver, ...] = ()
    sentences: tuple[str, ...] = ()
    """The caller's side of it, to be read; the agents' is in `agents`."""


def explain(floor: Floor, name: CallerId, now: float) -> Explanation:
    """Why this caller is where they are. A caller who waits in no queue is explained, too."""
    caller = floor.callers.get(name)
    if caller is None:
        return Explanation(name, sentences=(_not_waiting(floor, name),))
    queue = floor.queues[caller.queue]
    place = floor.position(caller)
    ahead = tuple(other.id for _, _, other in queue.line[: place - 1])
    elsewhere = _ahead_elsewhere(floor, caller)
    last = caller.last_agent
    names = sorted(queue.staff | {agent.name for agent in floor.agents.values() if queue.name in agent.settings.queues})
    passed = tuple(
        PassedOver(agent, why_not(floor, floor.agents[agent], caller, now)) for agent in names if agent in floor.agents
    )
    waited = now - caller.joined_at
    sentences = [
        f"Caller {name} is number {place} of {len(queue.line)} in queue {queue.name}, "
        f"priority {caller.priority}, waiting for {waited:.0f} s.",
        _sentence_ahead(ahead),
    ]
    sentences += [f"{count} waiting in queue {other}, which shares agents, come first." for other, count in elsewhere]
    if caller.state is CallerState.ALERTING:
        alert = floor.alerts[caller.alerts[0]]
        sentences.append(f"Agent {alert.agent} is being rung for this caller: {alert.why}.")
    if last is not None and last not in names:
        sentences.append(f"Agent {last}, who served this caller last, is not in queue {queue.name}.")
    elif last is not None:
        sentences.append(f"Agent {last} served this caller last.")
    if not names:
        sentences.append(f"No agent is in queue {queue.name}.")
    return Explanation(name, queue.name, place, waited, ahead, elsewhere, passed, tuple(sentences))


def _sentence_ahead(ahead: tuple[CallerId, ...]) -> str:
    if not ahead:
        return "Nobody in this queue is ahead."
    named = ", ".join(ahead[:AHEAD_NAMED])
    more = len(ahead) - AHEAD_NAMED
    return f"Ahead in this queue: {named}{f' and {more} more' if more > 0 else ''}."


def _ahead_elsewhere(floor: Floor, caller: Caller) -> tuple[tuple[QueueName, int], ...]:
    own = caller.queue
    shared = {
        name
        for agent in floor.agents.values()
        if own in agent.settings.queues
        for name in agent.settings.queues
        if name != own
    }
    lanes = {name: floor.queues[name].lanes.values() for name in sorted(shared)}
    counts = ((name, sum(bisect_left(lane.entries, caller.entry) for lane in of)) for name, of in lanes.items())
    return tuple((name, count) for name, count in counts if count)


def _not_waiting(floor: Floor, name: CallerId) -> str:
    for alert in floor.alerts.values():
        if alert.caller == name and alert.state is AlertState.TALKING:
            return f"Caller {name} talks with agent {alert.agent}: {alert.why}."
    return f"Caller {name} is in no queue."


def why_not(floor: Floor, agent: Agent, caller: Caller, now: float) -> str:
    """Why this agent is not given to this caller now; completes "Agent <name> ..."."""
    if agent.alert in caller.alerts:
        return "is being rung for this caller"
    engaged = _engaged(floor, agent, now)
    if engaged:
        return engaged
    skip = caller.skips.get(agent.name)
    if skip is not None and skip.until > now:
        return f"was rung for this caller ({skip.outcome.value}) and is passed over for {skip.until - now:.0f} s more"
    if caller.state is CallerState.ALERTING:
        return "is free, but another agent is being rung for this caller"
    return "is free"


def explain_agent(floor: Floor, name: AgentName, now: float) -> str:
    """Why this agent is given no call; one sentence."""
    agent = floor.agents.get(name)
    if agent is None:
        return f"There is no agent {name}."
    engaged = _engaged(floor, agent, now)
    if engaged:
        return f"Agent {name} {engaged}."
    return f"Agent {name} is free for {now - agent.idle_since:.0f} s; nobody waits whom this agent could be given."


def _engaged(floor: Floor, agent: Agent, now: float) -> str:
    """What keeps the agent from any call; empty when nothing does."""
    lasted = f"for {now - agent.since:.0f} s"
    if agent.activity is Activity.TALKING:
        return f"talks with {agent.caller} (queue {agent.queue}) {lasted}"
    if agent.presence is Presence.LOGGED_OUT:
        return "is logged out"
    match agent.activity:
        case Activity.RESERVED:
            return f"is reserved for {agent.caller} (queue {agent.queue}) {lasted}"
        case Activity.RINGING:
            return f"is being rung for {agent.caller} (queue {agent.queue}) {lasted}"
        case Activity.WRAPPING_UP:
            left = 0.0 if agent.wrap_up_until is None else agent.wrap_up_until - now
            return f"wraps up for {left:.0f} s more"
        case Activity.OTHER_CALL:
            return f"is on another call {lasted}"
        case Activity.IDLE:
            pass
    if agent.presence is Presence.ON_BREAK:
        return f"is on break ({agent.reason}) {lasted}" if agent.reason else f"is on break {lasted}"
    phone = floor.phones.get(agent.extension)
    if phone is None or not phone.reachable:
        return f"sits at phone {agent.extension}, which is not registered"
    if agent.rest_until is not None and agent.rest_until > now:
        return f"sits at phone {agent.extension}, which refused a call and rests for {agent.rest_until - now:.0f} s"
    return ""
