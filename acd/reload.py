"""New settings on a floor in full swing: nobody who talks notices.

A removed queue lets its callers go; a removed agent logs out, and is forgotten when their call is over.
What changed in a queue holds at once, also for callers already in line; a talk keeps the wrap-up it began with.

Time: `now` in seconds, monotonic. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from acd.agent import Agent
from acd.floor import Floor
from acd.queue import Queue
from acd.words import AgentName, CentreSettings, LeaveReason


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
            floor.queues[name] = Queue(queue_settings)
    for queue in floor.queues.values():
        queue.staff.clear()
    # A new queue is deserted from its birth, and one that no longer keeps callers may be: let the step look.
    floor.deserted.update(floor.queues)
    _apply_agents(floor, settings, now)
    for caller in floor.callers.values():
        floor.set_max_wait(caller, floor.queues[caller.queue])
        floor.changed_callers[caller.id] = caller


def _apply_agents(floor: Floor, settings: CentreSettings, now: float) -> None:
    wanted = {agent.name: agent for agent in settings.agents}
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
            agent.settings = own
            floor.refresh(agent, now)
    for name, own in wanted.items():
        if name not in floor.agents:
            floor.agents[name] = Agent(own, since=now, calls_today=floor.counts.get(name, 0))
            floor.refresh(floor.agents[name], now)


def load_counts(floor: Floor, calls_today: Mapping[AgentName, int], now: float) -> None:
    """Take the counts of today from the books; who is not named has taken none."""
    floor.counts = dict(calls_today)
    for agent in floor.agents.values():
        floor.unlist(agent)
        agent.calls_today = calls_today.get(agent.name, 0)
        floor.refresh(agent, now)
