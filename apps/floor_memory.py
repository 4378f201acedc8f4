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
from acd.words import Activity, AgentName, Presence, QueueName
from apps.journal_rows import TakenRow
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
    restored = []
    for row in await journal.agent_states():
        wrap_up_left_s = 0.0
        if row.activity == Activity.WRAPPING_UP.value:
            wrap_up_left_s = max(0.0, row.at + _wrap_up_s(house, row.agent) - at)
        restored.append(
            Restored(
                AgentName(row.agent),
                Presence(row.presence),
                row.extension,
                row.extension in bound,
                row.reason,
                wrap_up_left_s,
            )
        )
    floor.restore(restored)
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


def _wrap_up_s(house: House, agent: str) -> float:
    """The agent's own wrap-up, or the shortest of their queues': what is left is never too long."""
    entry = house.site.agents.get(agent)
    if entry is None:
        return 0.0
    if entry.wrap_up_s is not None:
        return entry.wrap_up_s
    return min((house.site.queues[name].wrap_up_s for name in entry.queues if name in house.site.queues), default=0.0)
