"""Who comes first: callers by rank, agents by tier and the queue's strategy.

The two orders are tuples, so that sorted lists keep them and nothing is sorted twice. A strategy is a row of `RANKS`
and of `WHY`.

Pure.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping

from acd.agent import Agent, FreeEntry
from acd.caller import LineEntry
from acd.queue import Queue
from acd.settings import Counted, Strategy

WHY_NAMED = "is the agent whom this caller is to be given to"
WHY_LAST_AGENT = "served this caller last"


def free_entry(agent: Agent, queue: Queue) -> FreeEntry:
    """The agent's place among the queue's free; of equals the one who became idle first."""
    tier = agent.settings.tiers.get(queue.name, 1)
    first, second = RANKS[queue.settings.strategy](agent, queue)
    return (tier, first, second, agent.idle_order, agent)


def calls_counted(agent: Agent, queue: Queue) -> int:
    """The calls that "fewest calls" counts here."""
    match queue.settings.counted:
        case Counted.DAY:
            return agent.counts.today
        case Counted.QUEUE:
            return agent.counts.by_queue.get(queue.name, 0)
        case Counted.ALL:
            return agent.counts.ever


def level(agent: Agent, skills: Mapping[str, object] | frozenset[str]) -> int:
    """The agent's levels in these skills, summed."""
    return sum(agent.settings.skills.get(skill, 0) for skill in skills)


def _needed(queue: Queue) -> frozenset[str]:
    return frozenset(queue.settings.need.names) if queue.settings.need is not None else frozenset()


def _by_order(agent: Agent, queue: Queue) -> tuple[float, float]:
    return agent.order, 0.0


RANKS: dict[Strategy, Callable[[Agent, Queue], tuple[float, float]]] = {
    Strategy.FEWEST_CALLS: lambda agent, queue: (calls_counted(agent, queue), agent.idle_since),
    Strategy.LEAST_TALK_TIME: lambda agent, queue: (agent.counts.talk_s, agent.idle_since),
    Strategy.LONGEST_IDLE: lambda agent, queue: (agent.idle_since, 0.0),
    Strategy.ROUND_ROBIN: lambda agent, queue: (agent.counts.turns.get(queue.name, 0.0), agent.order),
    Strategy.RANDOM: lambda agent, queue: (0.0, 0.0),  # drawn when a choice is made: assign.py
    Strategy.WEIGHTED: lambda agent, queue: (calls_counted(agent, queue) / agent.settings.weight, agent.idle_since),
    Strategy.LINEAR: _by_order,
    Strategy.SKILL_LEVEL: lambda agent, queue: (-level(agent, _needed(queue)), agent.idle_since),
    Strategy.RING_ALL: _by_order,
    Strategy.PROGRESSIVE: _by_order,
}


def _calls(agent: Agent, queue: Queue) -> str:
    calls = calls_counted(agent, queue)
    words = {Counted.DAY: "today", Counted.QUEUE: f"of queue {queue.name} today", Counted.ALL: "ever"}
    return f"{words[queue.settings.counted]} ({calls})"


WHY: dict[Strategy, Callable[[Agent, Queue], str]] = {
    Strategy.FEWEST_CALLS: lambda agent, queue: f"the free agent with the fewest calls {_calls(agent, queue)}",
    Strategy.LEAST_TALK_TIME: lambda agent, queue: (
        f"the free agent who has talked least today ({agent.counts.talk_s:.0f} s)"
    ),
    Strategy.LONGEST_IDLE: lambda agent, queue: "the agent free for longest",
    Strategy.ROUND_ROBIN: lambda agent, queue: "the free agent whose turn it is",
    Strategy.RANDOM: lambda agent, queue: "a free agent by chance",
    Strategy.WEIGHTED: lambda agent, queue: (
        f"the free agent with the fewest calls {_calls(agent, queue)} for weight {agent.settings.weight:g}"
    ),
    Strategy.LINEAR: lambda agent, queue: "the first free agent of the list",
    Strategy.SKILL_LEVEL: lambda agent, queue: (
        f"the free agent with the highest level ({level(agent, _needed(queue))}) in what the queue asks for"
    ),
    Strategy.RING_ALL: lambda agent, queue: "free, and the queue rings all",
    Strategy.PROGRESSIVE: lambda agent, queue: "the first free agent of the list, and the queue rings more by and by",
}


def why_first(agent: Agent, queue: Queue, now: float) -> str:
    """Why this agent was first among the queue's free, as a sentence."""
    tier = agent.settings.tiers.get(queue.name, 1)
    of_tier = f" of tier {tier}" if tier != 1 else ""
    return f"{WHY[queue.settings.strategy](agent, queue)}{of_tier}, idle for {max(0.0, now - agent.idle_since):.0f} s"


def place_free(entries: list[FreeEntry], entry: FreeEntry) -> None:
    """Put an agent among the free, in order."""
    insort(entries, entry)


def take_free(entries: list[FreeEntry], entry: FreeEntry) -> None:
    """Take an agent from the free; nothing if absent."""
    at = bisect_left(entries, entry)
    if at < len(entries) and entries[at] == entry:
        del entries[at]


def place_caller(line: list[LineEntry], entry: LineEntry) -> int:
    """Put a caller in line, in order; its index."""
    at = bisect_left(line, entry)
    line.insert(at, entry)
    return at


def take_caller(line: list[LineEntry], entry: LineEntry) -> int | None:
    """Take a caller from the line; the index where it stood, None if absent."""
    at = index_of(line, entry)
    if at is not None:
        del line[at]
    return at


def index_of(line: list[LineEntry], entry: LineEntry) -> int | None:
    """Where a caller stands in line, from 0; None if absent."""
    at = bisect_left(line, entry)
    return at if at < len(line) and line[at] == entry else None
