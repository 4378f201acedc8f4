"""Why a caller waits, in sentences: who is ahead, and for each agent why not, and what would have to change.

Pure; reads the floor, changes nothing. Deliberately absent: the agents' side (explain_agent.py).
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from acd import doors
from acd.alert import AlertState
from acd.caller import Caller
from acd.decision import PassedOver
from acd.door import known
from acd.expected import expected_s
from acd.floor import Floor
from acd.verdict import against
from acd.words import CallerId, QueueName

AHEAD_NAMED = 10
"""So many callers ahead are named, the rest counted."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a caller is where they are. `position` 0: not in a queue."""

    caller: CallerId
    queue: QueueName | None = None
    position: int = 0
    waited_s: float = 0.0
    points: float = 0.0
    """Of the caller's claim now: priority, the queue's weight, and the wait."""
    ahead: tuple[CallerId, ...] = ()
    """Callers of the same queue who come first, in order; all of them."""
    ahead_elsewhere: tuple[tuple[QueueName, int], ...] = ()
    """Other queues that share agents with this one, and how many of their waiting callers come first."""
    agents: tuple[PassedOver, ...] = ()
    sentences: tuple[str, ...] = ()
    """The caller's side of it, to be read; the agents' is in `agents`."""


def points_of(floor: Floor, caller: Caller, now: float) -> float:
    """The points of a caller's claim now."""
    return now * floor.ageing / 60 - caller.rank


def explain(floor: Floor, name: CallerId, now: float) -> Explanation:
    """Why this caller is where they are. A caller who waits in no queue is explained, too."""
    caller = floor.callers.get(name)
    if caller is None:
        return Explanation(name, sentences=(_not_waiting(floor, name),))
    queue = floor.queues[caller.queue]
    place = floor.position(caller)
    ahead = tuple(other.id for _, _, other in queue.line[: place - 1])
    elsewhere = _ahead_elsewhere(floor, caller)
    names = sorted(
        {*queue.staff} | {agent.name for agent in floor.agents.values() if queue.name in agent.settings.queues}
    )
    passed = []
    for agent in names:
        if agent in floor.agents:
            found = against(floor, floor.agents[agent], caller, now)
            passed.append(PassedOver(agent, found.why, found.change) if found else PassedOver(agent, "is free"))
    waited, points = now - caller.joined_at, points_of(floor, caller, now)
    sentences = [
        f"Caller {name} is number {place} of {len(queue.line)} in queue {queue.name}, "
        f"priority {caller.priority}, {points:.1f} points, waiting for {waited:.0f} s.",
        _sentence_ahead(ahead),
        *(f"{count} waiting in queue {other}, which shares agents, come first." for other, count in elsewhere),
        *_sentences_alerts(floor, caller),
        *_sentences_asked(floor, caller, now),
        *_sentences_last(caller, set(names)),
        *_sentences_doors(floor, caller, now),
    ]
    if not names:
        sentences.append(f"No agent is in queue {queue.name}.")
    return Explanation(name, queue.name, place, waited, points, ahead, elsewhere, tuple(passed), tuple(sentences))


def _sentence_ahead(ahead: tuple[CallerId, ...]) -> str:
    if not ahead:
        return "Nobody in this queue is ahead."
    named = ", ".join(ahead[:AHEAD_NAMED])
    more = len(ahead) - AHEAD_NAMED
    return f"Ahead in this queue: {named}{f' and {more} more' if more > 0 else ''}."


def _sentences_alerts(floor: Floor, caller: Caller) -> list[str]:
    alerts = [floor.alerts[alert] for alert in caller.alerts]
    return [f"Agent {alert.agent} is being rung for this caller: {alert.why}." for alert in alerts]


def _sentences_asked(floor: Floor, caller: Caller, now: float) -> list[str]:
    """What is asked of an agent, and when less will be."""
    queue, lane = floor.queues[caller.queue], caller.lane
    said = [f'Asked of an agent: "{lane.why}".'] if lane.why else []
    if caller.held_for is not None:
        said.append(f"The caller waits for {caller.held_for} alone, for a while.")
    following = queue.steps[lane.key[0] + 1 :]
    if following:
        left = following[0].after_s - (now - caller.joined_at)
        asked = f'"{following[0].why}"' if following[0].why else "nothing"
        said.append(f"In {left:.0f} s the queue asks for {asked} instead.")
    if queue.room <= 0 and not caller.alerts:
        said.append(f"Queue {queue.name} has as many calls as it may at once ({queue.settings.max_talking}).")
    return said


def _sentences_doors(floor: Floor, caller: Caller, now: float) -> list[str]:
    """How long it will be, and what would send the caller on before."""
    queue = floor.queues[caller.queue]
    left = expected_s(floor, queue, caller)
    said = ["Nobody is at work, so no wait can be expected."] if left is None else [f"About {left:.0f} s more to wait"]
    if left is not None:
        told = f", {caller.predicted_s:.0f} s when joining" if caller.predicted_s is not None else ""
        said[0] += f"{told}; a call takes {queue.outlook.handling.value:.0f} s."
    facts = doors.of(floor, queue, caller, queue.settings.leave, now)
    said += [f'Sent on "{door.text}": now {known(door, facts)}.' for door in queue.settings.leave]
    return said


def _sentences_last(caller: Caller, names: set[str]) -> list[str]:
    said = [f"The caller is to be given to agent {caller.named}."] if caller.named is not None else []
    last = caller.last_agent
    if last is not None and last not in names:
        said.append(f"Agent {last}, who served this caller last, is not in queue {caller.queue}.")
    elif last is not None:
        said.append(f"Agent {last} served this caller last.")
    return said


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
