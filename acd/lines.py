"""The lines: callers in their queues, and the lanes in which they wait to be matched.

All writing of callers' places is here: who waits stands in one lane, and who rings and may ring more, among the open.

Time: `now` in seconds, monotonic. Pure.
Deliberately absent: alerts and talks (floor.py), who is chosen (assign.py).
"""

from __future__ import annotations

from acd.agent import Agent
from acd.caller import Caller, CallerHappening, CallerState, rank_of
from acd.effects import MovePosition
from acd.events import CallerJoined
from acd.expected import expected_s
from acd.lane import Lane
from acd.need import admitted
from acd.order import index_of, place_caller, take_caller
from acd.queue import Queue
from acd.roster import Roster
from acd.settings import AGEING, Strategy
from acd.wait import Due
from acd.words import AgentName, CallerId, Presence, QueueName

POSITIONS_TOLD = 50
"""`MovePosition` follows every move of the first so many in a line. Behind them a caller is told on joining only:
when the first of 10,000 leaves, nobody needs 9,999 effects; `Centre.position` answers for any."""
LOOK_S = 1.0
"""How often the conditions of leaving a queue are looked at."""
BETWEEN_LOOKS_S = 0.002
BROUGHT_KEPT = 64
"""Needs of callers whose agents a queue remembers."""


class Lines(Roster):
    """Callers and where they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.callers: dict[CallerId, Caller] = {}
        self.ageing = AGEING
        self.changed_callers: dict[CallerId, Caller] = {}
        """Callers who want an agent, or another one, and have not been matched since, for the matching."""
        self.roomy: dict[QueueName, None] = {}
        """Queues that may give out more calls than before, for the matching."""
        self.moved: dict[QueueName, int] = {}
        """Lines that moved: from which index on."""
        self._arrivals = 0
        self._firsts = 0
        self._last_look = 0.0
        """Arrival numbers of those who were put first: below all others."""

    # coming and going

    def newcomer(self, joined: CallerJoined, queue: Queue, now: float) -> Caller:
        """A caller who asks for the queue, and stands nowhere yet."""
        self._arrivals += 1
        since = now if joined.since is None else min(joined.since, now)
        caller = Caller(
            joined.caller,
            queue.name,
            joined.number,
            joined.priority,
            self._arrivals,
            since,
            joined.last_agent,
            joined.named,
            joined.need,
            facts=joined.facts,
            entered_at=now,
        )
        caller.rank = rank_of(caller.priority + queue.settings.weight, since, self.ageing)
        return caller

    def add_caller(self, caller: Caller, queue: Queue, named_wait_s: float, now: float) -> None:
        """A newcomer takes a place in the line."""
        self.callers[caller.id] = caller
        index = place_caller(queue.line, caller.entry)
        self._moved(queue, index)
        self._hold(caller, queue, named_wait_s, now)
        self.settle_lane(caller, now)
        self.changed_callers[caller.id] = caller
        if index >= POSITIONS_TOLD:
            caller.told_position = index + 1
            self.effects.append(MovePosition(caller.id, queue.name, index + 1))
        self.set_max_wait(caller, queue)
        self.set_reach(caller, queue)
        caller.predicted_s = expected_s(self, queue, caller)
        self.look_later(queue, now)

    def look_later(self, queue: Queue, now: float) -> None:
        """Look at the conditions of leaving, if there are any and somebody waits."""
        if queue.settings.leave and queue.line and (Due.LEAVE, queue.name) not in self.deadlines:
            self.look_again(queue, now)

    def look_again(self, queue: Queue, now: float) -> None:
        """A second from now, or as soon after as no other queue is looked at in that moment."""
        self._last_look = max(now + LOOK_S, self._last_look + BETWEEN_LOOKS_S)
        self.deadlines.set((Due.LEAVE, queue.name), self._last_look)

    def set_max_wait(self, caller: Caller, queue: Queue) -> None:
        """The caller's patience, as the queue has it now."""
        caller.overdue = False
        if queue.settings.max_wait_s is None:
            self.deadlines.drop((Due.MAX_WAIT, caller.id))
        else:
            self.deadlines.set((Due.MAX_WAIT, caller.id), caller.entered_at + queue.settings.max_wait_s)

    def leave_line(self, caller: Caller, happening: CallerHappening) -> None:
        """The caller stands nowhere any more."""
        queue = self.queues[caller.queue]
        self.stand(caller, happening)
        self._moved(queue, take_caller(queue.line, caller.entry))
        self.leave_lane(caller)
        self._unhold(caller)
        del self.callers[caller.id]
        self.changed_callers.pop(caller.id, None)
        for due in (Due.MAX_WAIT, Due.RELAX, Due.WIDEN):
            self.deadlines.drop((due, caller.id))
        for agent in caller.skips:
            self.deadlines.drop((Due.SKIP, caller.id, agent))

    def stand(self, caller: Caller, happening: CallerHappening) -> None:
        """Move the caller's state; the lane and the count of those who are rung for follow."""
        queue, before = self.queues[caller.queue], caller.state
        caller.happen(happening)
        if before is caller.state:
            return
        if before is CallerState.WAITING:
            take_caller(caller.lane.entries, caller.entry)
        elif before is CallerState.ALERTING:
            queue.alerting -= 1
            self.has_room(queue)
        if caller.state is CallerState.WAITING:
            place_caller(caller.lane.entries, caller.entry)
        elif caller.state is CallerState.ALERTING:
            queue.alerting += 1
        self.reopen(caller)

    def has_room(self, queue: Queue) -> None:
        """One of the queue's callers no longer rings or talks: one more may, if there is a limit."""
        if queue.settings.max_talking is not None:
            self.roomy[queue.name] = None

    def reopen(self, caller: Caller) -> None:
        """Whether more phones may ring for the caller may have changed."""
        queue = self.queues[caller.queue]
        take_caller(queue.open, caller.entry)
        if caller.open:
            place_caller(queue.open, caller.entry)

    def set_reach(self, caller: Caller, queue: Queue) -> None:
        """How many phones may ring for the caller at once, as the queue has it now."""
        settings = queue.settings
        match settings.strategy:
            case Strategy.RING_ALL:
                caller.reach = settings.ring_most
            case Strategy.PROGRESSIVE:
                caller.reach = min(caller.reach, settings.ring_most)
            case _:
                caller.reach = 1
        self.reopen(caller)

    def widen_later(self, caller: Caller, now: float) -> None:
        """Count down to the next phone, unless that is done already or there is none to come."""
        settings, key = self.queues[caller.queue].settings, (Due.WIDEN, caller.id)
        if (
            settings.strategy is Strategy.PROGRESSIVE
            and caller.reach < settings.ring_most
            and key not in self.deadlines
        ):
            self.deadlines.set(key, now + settings.ring_more_s)

    # positions

    def _moved(self, queue: Queue, index: int | None) -> None:
        if index is not None:
            self.moved[queue.name] = min(index, self.moved.get(queue.name, index))

    def position(self, caller: Caller) -> int:
        """The caller's place in the queue, from 1."""
        index = index_of(self.queues[caller.queue].line, caller.entry)
        assert index is not None
        return index + 1

    def tell_positions(self) -> None:
        """Say who moved up, or down, since last told."""
        for name, start in self.moved.items():
            queue = self.queues.get(name)
            for position, (_, _, caller) in enumerate(queue.line[start:POSITIONS_TOLD] if queue else (), start + 1):
                if caller.told_position != position:
                    caller.told_position = position
                    self.effects.append(MovePosition(caller.id, name, position))
        self.moved.clear()

    # lanes

    def settle_lane(self, caller: Caller, now: float) -> None:
        """Put the caller into the lane of what is asked of an agent now, and note when less will be."""
        queue = self.queues[caller.queue]
        waited = now - caller.joined_at
        index = queue.step_at(waited)
        text = caller.need.text if caller.need is not None and queue.steps[index].own else ""
        key = (index, text, caller.held_for)
        lane = queue.lanes.get(key)
        if lane is None:
            lane = queue.lanes[key] = self._lane(caller, queue, index, bool(text))
        lane.callers += 1
        caller.lane = lane
        if caller.state is CallerState.WAITING:
            place_caller(lane.entries, caller.entry)
        if index + 1 < len(queue.steps):
            self.deadlines.set((Due.RELAX, caller.id), caller.joined_at + queue.steps[index + 1].after_s)
        else:
            self.deadlines.drop((Due.RELAX, caller.id))

    def _lane(self, caller: Caller, queue: Queue, index: int, own: bool) -> Lane:
        step = queue.steps[index]
        admits, why = step.admits, step.why
        if own and caller.need is not None:
            brought = queue.brought.get(caller.need.text)
            if brought is None:
                if len(queue.brought) >= BROUGHT_KEPT:
                    queue.brought.clear()
                brought = queue.brought[caller.need.text] = admitted(caller.need, queue.name, self.agents.values())
            admits = brought if admits is None else admits & brought
            why = f"{why} and {caller.need.text}" if why else caller.need.text
        if caller.held_for is not None:
            only = frozenset((caller.held_for,))
            admits = only if admits is None else admits & only
        return Lane(queue.name, (index, caller.need.text if own and caller.need else "", caller.held_for), admits, why)

    def leave_lane(self, caller: Caller) -> None:
        """Take the caller from the lane; an empty one is no more."""
        lane = caller.lane
        take_caller(lane.entries, caller.entry)
        lane.callers -= 1
        queue = self.queues[caller.queue]
        if lane.callers == 0 and queue.lanes.get(lane.key) is lane:
            del queue.lanes[lane.key]

    def change_lane(self, caller: Caller, now: float) -> None:
        """What is asked of an agent for this caller is other than before."""
        self.leave_lane(caller)
        self.settle_lane(caller, now)
        self.changed_callers[caller.id] = caller

    # waiting for one agent alone

    def _hold(self, caller: Caller, queue: Queue, named_wait_s: float, now: float) -> None:
        last = caller.last_agent if queue.settings.last_agent else None
        if not self._hold_for(caller, queue, caller.named, named_wait_s, now):
            self._hold_for(caller, queue, last, queue.settings.last_agent_wait_s, now)

    def _hold_for(self, caller: Caller, queue: Queue, name: AgentName | None, wait_s: float, now: float) -> bool:
        """Whether the agent is there, and then waited for if that is wanted."""
        agent = self.agents.get(name) if name is not None else None
        if agent is None or not self._worth_waiting(agent, caller, queue, now):
            return False
        if wait_s > 0:
            caller.held_for = agent.name
            agent.awaited_by[caller.id] = None
            self.deadlines.set((Due.HOLD, caller.id), now + wait_s)
        return True

    def _worth_waiting(self, agent: Agent, caller: Caller, queue: Queue, now: float) -> bool:
        if agent.presence is not Presence.AVAILABLE or agent.full or queue.name not in agent.settings.queues:
            return False
        step = queue.step_at(now - caller.joined_at)
        admits = self._lane(caller, queue, step, caller.need is not None and queue.steps[step].own).admits
        return admits is None or agent.name in admits

    def _unhold(self, caller: Caller) -> None:
        if caller.held_for is not None:
            self.deadlines.drop((Due.HOLD, caller.id))
            agent = self.agents.get(caller.held_for)
            if agent is not None:
                agent.awaited_by.pop(caller.id, None)
            caller.held_for = None

    def let_go(self, caller: Caller, now: float) -> None:
        """The caller waits for one agent alone no longer."""
        if caller.held_for is not None:
            self._unhold(caller)
            self.change_lane(caller, now)

    def let_disappointed_go(self, now: float) -> None:
        """Whoever waited for an agent who has gone waits for all."""
        while self.disappointed:
            caller = self.callers.get(next(iter(self.disappointed)))
            del self.disappointed[next(iter(self.disappointed))]
            if caller is not None:
                self.let_go(caller, now)
