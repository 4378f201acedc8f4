"""New settings on a floor in full swing: nobody who talks notices.

A removed queue lets its callers go; a removed agent logs out, and is forgotten when their call is over.
What changed in a queue holds at once, also for callers already in line; a talk keeps the wrap-up it began with.

Time: `now` in seconds, monotonic. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from acd.agent import Agent
from acd.alert import AlertState
from acd.caller import rank_of
from acd.counts import Counts, Taken
from acd.floor import Floor
from acd.need import steps
from acd.order import place_caller
from acd.queue import Queue
from acd.settings import CentreSettings
from acd.words import AgentName, LeaveReason


def apply_settings(floor: Floor, settings: CentreSettings, now: float) -> None:
    """Make the floor what the settings say."""
    wanted = {queue.name: queue for queue in settings.queues}
    for queue in [queue for queue in floor.queues.values() if queue.name not in wanted]:
        for _, _, caller in list(queue.line):
            floor.release(caller, LeaveReason.REMOVED, now)
        del floor.queues[queue.name]
    for name, queue_settings in wanted.items():
        if name in floor.queues:
            floor.queues[name].settings = queue_settings
        else:
            # One that comes back may still have talks of before.
            talking = sum(each.queue == name and each.state is AlertState.TALKING for each in floor.alerts.values())
            floor.queues[name] = Queue(queue_settings, talking=talking)
        floor.queues[name].outlook.configured(queue_settings.handling_s)
    floor.ageing = settings.ageing
    for queue in floor.queues.values():
        queue.staff.clear()
        queue.outlook.at_work.clear()
    # A new queue is deserted from its birth, and one that no longer keeps callers may be: let the step look.
    floor.deserted.update(floor.queues)
    _apply_agents(floor, settings, now)
    _apply_lines(floor, now)


def _apply_lines(floor: Floor, now: float) -> None:
    """Who waits stands in line, and in a lane, as the new settings have it."""
    for queue in floor.queues.values():
        queue.steps = steps(queue.settings, floor.agents.values())
        queue.line.clear()
        queue.lanes.clear()
        queue.open.clear()
        queue.brought.clear()
        floor.moved[queue.name] = 0
    for caller in floor.callers.values():
        queue = floor.queues[caller.queue]
        caller.rank = rank_of(caller.priority + queue.settings.weight, caller.joined_at, floor.ageing)
        place_caller(queue.line, caller.entry)
        floor.settle_lane(caller, now)
        held = floor.agents.get(caller.held_for) if caller.held_for is not None else None
        if held is not None and (queue.name not in held.settings.queues or not caller.lane.admits):
            floor.disappointed[caller.id] = None
        floor.set_max_wait(caller, queue)
        floor.set_reach(caller, queue)
        floor.changed_callers[caller.id] = caller
        floor.look_later(queue, now)


def _apply_agents(floor: Floor, settings: CentreSettings, now: float) -> None:
    wanted = {agent.name: agent for agent in settings.agents}
    orders = {name: order for order, name in enumerate(wanted)}
    for agent in list(floor.agents.values()):
        # Counted and listed anew, by queues that may be others; a released caller's agent is listed by the old.
        floor.unlist(agent)
        agent.staffs = ()
        own = wanted.get(agent.name)
        if own is None:
            agent.leaving = True
            floor.log_out(agent, now)
        else:
            agent.leaving = False
            agent.settings, agent.order = own, orders[agent.name]
            floor.refresh(agent, now)
    for name, own in wanted.items():
        if name not in floor.agents:
            counts = floor.counts.pop(name, None) or Counts()
            floor.agents[name] = Agent(own, since=now, counts=counts, order=orders[name])
            floor.refresh(floor.agents[name], now)


def load_counts(floor: Floor, taken: Mapping[AgentName, Taken], now: float) -> None:
    """Take the counts from the books; who is not named has taken nothing."""
    floor.counts = {name: Counts.of(counts) for name, counts in taken.items() if name not in floor.agents}
    for agent in floor.agents.values():
        floor.unlist(agent)
        agent.counts = Counts.of(taken.get(agent.name, Taken()))
        floor.refresh(agent, now)
    for queue in floor.queues.values():
        turns = (agent.counts.turns.get(queue.name, 0.0) for agent in floor.agents.values())
        queue.turn = max(queue.turn, max(turns, default=0.0))


def new_day(floor: Floor, now: float) -> None:
    """Midnight: what counts by day begins anew."""
    for counts in floor.counts.values():
        counts.new_day()
    for agent in floor.agents.values():
        floor.unlist(agent)
        agent.counts.new_day()
        floor.refresh(agent, now)
