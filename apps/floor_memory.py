"""What the floor knows of before: who is logged in, who took how many calls today, who last served whom.

After a restart agents sit where they sat, on break if they were, in wrap-up for what is left of it. The talk
itself is over with the process that held it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from acd.counts import Taken
from acd.events import CountsLoaded
from acd.restore import Restored
from acd.words import Activity, AgentName, CallerId, Presence, QueueName
from apps.journal_rows import AgentStateRow, TakenRow, UnwrappedStay
from apps.site_clock import midnight_at

if TYPE_CHECKING:
    from apps.house import House


async def restore_floor(house: House) -> None:
    """Fill the centre from the books; once, before the first call."""
    at = time.time()
    journal, floor = house.journal, house.floor
    holds_s = max((queue.last_agent_holds_s for queue in house.site.queues.values()), default=0.0)
    last = await journal.last_agents(at - holds_s)
    floor.remember({number: (AgentName(agent), served_at) for number, (agent, served_at) in last.items()})
    bound = {row.extension for row in await journal.bindings() if row.expires_at > at}
    unwrapped = {stay.agent: stay for stay in await journal.agents_back(at)}
    rows = await journal.agent_states()
    floor.restore([_restored(house, row, unwrapped.get(row.agent), row.extension in bound, at) for row in rows])
    for name in unwrapped:
        view = floor.centre.agent(AgentName(name), time.monotonic())
        if view is None or view.activity is not Activity.WRAPPING_UP:
            stay, entry = unwrapped[name], house.site.queues.get(unwrapped[name].queue)
            if not stay.disposition and entry is not None and entry.disposition_required:
                journal.disposed(name, stay.call_id, "")  # who was logged out by then gives none
            journal.wrapped(name, at)
    taken = await journal.taken(midnight_at(house.site))
    floor.tell(CountsLoaded({AgentName(agent): _taken(row) for agent, row in taken.items()}))


def _taken(row: TakenRow) -> Taken:
    return Taken(
        sum(row.by_queue.values()),
        row.ever,
        row.talk_s,
        {QueueName(queue): calls for queue, calls in row.by_queue.items()},
        {QueueName(queue): at for queue, at in row.rung_at.items()},
    )


def _restored(house: House, row: AgentStateRow, after: UnwrappedStay | None, reachable: bool, at: float) -> Restored:
    """An agent as the books had them. Whoever talked when the switch died wraps up after that talk."""
    left_s, talked_ago_s = 0.0, 0.0
    if after is not None:
        talked_ago_s = at - after.talk_ended_at
        if row.activity == Activity.WRAPPING_UP.value and row.until is not None:
            left_s = row.until - at
        elif row.activity == Activity.TALKING.value:
            left_s = _wrap_up_s(house, row.agent, after.queue) - talked_ago_s
    return Restored(
        AgentName(row.agent),
        Presence(row.presence),
        row.extension,
        reachable,
        row.reason,
        break_left_s=None if row.limit is None else row.limit - at,
        wrap_up_left_s=max(0.0, left_s),
        caller=CallerId(after.call_id) if after is not None else None,
        queue=QueueName(after.queue) if after is not None else None,
        disposition=after.disposition if after is not None else "",
        talked_ago_s=max(0.0, talked_ago_s),
    )


def _wrap_up_s(house: House, agent: str, queue: str) -> float:
    """The agent's own wrap-up, or the queue's."""
    own = house.site.agents[agent].wrap_up_s if agent in house.site.agents else None
    entry = house.site.queues.get(queue)
    return own if own is not None else entry.wrap_up_s if entry is not None else 0.0
