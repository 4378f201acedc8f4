"""The matching: one pure pass over callers and agents, after every event.

Callers choose in one order over all queues, by rank; each takes the agent whom they are to be given to, or who last
served them, if that one is free, else the first of the queue's free agents. So an agent of several queues goes to
whoever has the best claim, and no queue starves another. Only when no caller without a phone could be given to any
free agent do further phones ring, for those callers whose queue rings several.

After a pass no waiting caller could be given to any free agent. Therefore every new pair has a caller, an agent or a
queue that changed since, and only those, and the lanes that admit the changed agents, are looked at. A lane's callers
may all be given to the same agents, so that the first of them who finds nobody speaks for the rest.

It changes nothing; floor.py carries the matches out. Chance comes from outside. Pure.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from random import Random

from acd.agent import Agent, FreeEntry
from acd.caller import Caller, CallerState, LineEntry
from acd.lane import Lane
from acd.lines import Lines
from acd.order import WHY_LAST_AGENT, WHY_NAMED, level, why_first
from acd.queue import Queue
from acd.settings import Strategy
from acd.words import AgentName, CallerId, QueueName


@dataclass(frozen=True, slots=True)
class Match:
    """Ring this agent for this caller."""

    caller: Caller
    agent: Agent
    why: str


def assign(floor: Lines, now: float, dice: Random) -> list[Match]:
    """The alerts to start, best claim first."""
    if not (floor.changed_callers or floor.changed_agents or floor.roomy):
        return []
    run = _Pass(floor, now, dice)
    run.first_phones()
    run.more_phones()
    return run.matches


class _Pass:
    """One pass, while it runs."""

    def __init__(self, floor: Lines, now: float, dice: Random) -> None:
        self.floor, self.now, self.dice = floor, now, dice
        self.matches: list[Match] = []
        self.left = {agent.name: agent for agent in floor.changed_agents.values() if agent.choosable}
        """Agents who changed and whom nobody has taken."""
        self.taken: set[AgentName] = set()
        self.begun: Counter[QueueName] = Counter()
        """Callers by queue who are given a first phone."""
        self.phones: Counter[CallerId] = Counter()
        self.hopeless: set[Lane] = set()
        """Lanes for whose callers nobody is free."""

    def first_phones(self) -> None:
        """A phone for each caller for whom none rings, as far as agents go."""
        changed = sorted(c.entry for c in self.floor.changed_callers.values() if c.state is CallerState.WAITING)
        sources: list[tuple[Sequence[LineEntry], Lane | None]] = [(changed, None)] if changed else []
        sources += [(lane.entries, lane) for lane in self._lanes()]
        heap = [(entries[0][0], entries[0][1], at, 0) for at, (entries, _) in enumerate(sources)]
        heapq.heapify(heap)
        before = None
        while heap:
            _, _, source, index = heapq.heappop(heap)
            entries, lane = sources[source]
            caller = entries[index][2]
            if caller is not before:  # a changed caller is in a lane, too
                before = caller
                match = self._choose(caller)
                if match is not None:
                    self._take(match)
                    self.begun[caller.queue] += 1
            if index + 1 < len(entries) and (lane is None or self._promising(lane)):
                following = entries[index + 1]
                heapq.heappush(heap, (following[0], following[1], source, index + 1))

    def more_phones(self) -> None:
        """Further phones for callers who may be rung at several."""
        wanting = {match.caller.id: match.caller for match in self.matches if match.caller.reach > 1}
        wanting |= {caller.id: caller for caller in self.floor.changed_callers.values() if caller.open}
        for caller in sorted(wanting.values(), key=lambda each: each.entry):
            queue = self.floor.queues[caller.queue]
            for entry in queue.free:
                if not self._may_ring_more(caller):
                    break
                if self._fits(caller, entry[4]):
                    self._take(Match(caller, entry[4], why_first(entry[4], queue, self.now)))
        for agent in list(self.left.values()):
            first = min(self._open_to(agent), default=None)
            if first is not None:
                queue = self.floor.queues[first[2].queue]
                self._take(Match(first[2], agent, why_first(agent, queue, self.now)))

    def _lanes(self) -> Iterator[Lane]:
        """Lanes with callers whom a changed agent, or a queue with new room, may serve."""
        looked = dict.fromkeys(name for agent in self.left.values() for name in agent.entries)
        looked.update(dict.fromkeys(self.floor.roomy))
        for name in looked:
            queue = self.floor.queues.get(name)
            if queue is not None and queue.free and queue.room > 0:
                yield from (lane for lane in queue.lanes.values() if lane.entries and self._promising(lane))

    def _promising(self, lane: Lane) -> bool:
        """Whether another caller of this lane may find somebody."""
        if lane in self.hopeless or self._room(self.floor.queues[lane.queue]) <= 0:
            return False
        return lane.queue in self.floor.roomy or any(lane.fits(agent) for agent in self.left.values())

    def _room(self, queue: Queue) -> int:
        return queue.room - self.begun[queue.name]

    def _choose(self, caller: Caller) -> Match | None:
        """The best free agent for a caller for whom no phone rings; None if there is none."""
        queue = self.floor.queues[caller.queue]
        if caller.lane in self.hopeless or self._room(queue) <= 0:
            return None
        for name, why in favourites(caller, queue):
            agent = self.floor.agents.get(name)
            if agent is not None and self._fits(caller, agent):
                return Match(caller, agent, why)
        fitting = (entry for entry in queue.free if self._fits(caller, entry[4]))
        chosen = self._preferred(caller, queue, fitting)
        if chosen is not None:
            return Match(caller, chosen, why_first(chosen, queue, self.now))
        if not caller.skips:
            self.hopeless.add(caller.lane)
        return None

    def _preferred(self, caller: Caller, queue: Queue, fitting: Iterator[FreeEntry]) -> Agent | None:
        first = next(fitting, None)
        if first is None:
            return None
        strategy = queue.settings.strategy
        if strategy is Strategy.RANDOM or (strategy is Strategy.SKILL_LEVEL and caller.need is not None):
            equals = [first[4], *(entry[4] for entry in takewhile(lambda entry: entry[0] == first[0], fitting))]
            if strategy is Strategy.RANDOM:
                return self.dice.choice(equals)
            skills = frozenset(caller.need.names) if caller.need is not None else frozenset()
            return max(equals, key=lambda agent: level(agent, skills))  # of equals the first, as the queue has them
        return first[4]

    def _fits(self, caller: Caller, agent: Agent) -> bool:
        return agent.name not in self.taken and caller.lane.fits(agent) and not caller.skipping(agent.name, self.now)

    def _may_ring_more(self, caller: Caller) -> bool:
        return not caller.overdue and len(caller.alerts) + self.phones[caller.id] < caller.reach

    def _open_to(self, agent: Agent) -> Iterator[LineEntry]:
        """For each of the agent's queues, the first caller who may be rung at one phone more."""
        for name in agent.entries:
            for entry in self.floor.queues[name].open:
                if self._may_ring_more(entry[2]) and self._fits(entry[2], agent):
                    yield entry
                    break

    def _take(self, match: Match) -> None:
        self.matches.append(match)
        self.taken.add(match.agent.name)
        self.phones[match.caller.id] += 1
        self.left.pop(match.agent.name, None)


def favourites(caller: Caller, queue: Queue) -> Iterator[tuple[AgentName, str]]:
    """Who comes before everybody else, when free, and why."""
    if caller.named is not None:
        yield caller.named, WHY_NAMED
    if caller.last_agent is not None and queue.settings.last_agent:
        yield caller.last_agent, WHY_LAST_AGENT
