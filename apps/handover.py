"""A call's caller talks with the caller of another call, who has taken it from whatever it was in.

The call that is taken stays the interaction: its story, its recording and its end. The call that took it lasts as long,
and whoever of the two hangs up ends both.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from acd.words import CallerId
from apps.bridge import Bridge
from switch.words import Cause, Party

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House

log = logging.getLogger("handover")


def take(house: House, call: Call, taker: Call, *, name: str, outcome: str) -> bool:
    """From now on `call` talks with who is on `taker`. False when one of them is ending.

    `name`: who is booked as having talked. `outcome`: what the books say of what the caller was in before.
    """
    if call.ending or not call.line.live or not taker.line.live:
        return False
    waiting = house.floor.waiting.get(CallerId(call.id))
    queue = waiting.queue if waiting is not None else ""
    call.leave(outcome)
    call.redirect(lambda: _talk(house, call, taker, name, queue))
    log.info("call=%s %s by %s (call=%s)", call.id, outcome, name, taker.id)
    return True


async def _talk(house: House, call: Call, taker: Call, name: str, queue: str) -> Cause:
    other = taker.line
    over = asyncio.Event()
    bridge = Bridge(call, other, music="default", queue=queue, agent=name, extension=other.extension)
    try:
        with other.watchers.during(lambda _: over.set()):
            if other.live:
                await call.answer(near=other.stream)
                taker.visits = bridge
                bridge.join()
                if queue in house.site.queues and house.site.queues[queue].record != "never":
                    house.recorder.follow(call, other.stream, queue=queue, agent=name)
                else:
                    house.recorder.take_up(call, other.stream)
                await over.wait()
    finally:
        taker.visits = None
        bridge.part(Party.CALLEE)
        house.recorder.rest(call)
        taker.end(Cause.NORMAL, Party.CALLER)
    return Cause.NORMAL
