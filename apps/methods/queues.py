"""Queues: list, show, explain."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from acd.words import CallerId
from apps import floor_views
from apps.api import params as p
from apps.api import types as t
from apps.api.protocol import not_found
from switch.words import CallId

if TYPE_CHECKING:
    from apps.house import House


class Queues:
    """Methods about queues."""

    def __init__(self, house: House) -> None:
        self._house = house

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {"queues.list": self.list, "queues.show": self.show, "queues.explain": self.explain}

    async def list(self, _: p.Nothing) -> t.Queues:
        return t.Queues(floor_views.queues(self._house))

    async def show(self, asked: p.ByQueue) -> t.QueueDetail:
        found = floor_views.queue(self._house, asked.queue)
        if found is None:
            raise not_found("queue", asked.queue, "zongji queues list shows them.")
        return found

    async def explain(self, asked: p.ByCall) -> t.Explanation:
        if CallId(asked.call_id) not in self._house.calls:
            raise not_found("running call", asked.call_id, "zongji calls list shows them.")
        now = time.monotonic()
        centre = self._house.floor.centre
        found = centre.explain(CallerId(asked.call_id), now)
        views = {view.name: view for view in centre.snapshot(now).agents}
        callers = {view.caller: view for view in centre.callers(found.queue, now)} if found.queue else {}
        mine = callers.get(CallerId(asked.call_id))
        return t.Explanation(
            call_id=asked.call_id,
            queue=found.queue or "",
            summary=" ".join(found.sentences),
            position=found.position,
            wait_ms=round(found.waited_s * 1000),
            ahead=[
                t.CallerAhead(
                    caller,
                    callers[caller].number,
                    f"priority {callers[caller].priority}, came earlier",
                    round(callers[caller].waited_s * 1000),
                )
                for caller in found.ahead
                if caller in callers
            ],
            agents=[
                t.AgentVerdict(
                    agent=over.agent,
                    chosen=mine is not None and over.agent in mine.agents,
                    why=over.why,
                    calls_today=views[over.agent].calls_today,
                    idle_ms=round(max(0.0, now - views[over.agent].since) * 1000),
                )
                for over in found.agents
            ],
        )
