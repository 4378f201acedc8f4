"""Queues: list, show, explain; and a waiting caller's claim."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from acd.events import CallerChanged
from acd.words import AgentName, CallerId
from apps import explanations, floor_views
from apps.api import params as p
from apps.api import types as t
from apps.api.protocol import ApiError, Code, not_found
from apps.needs import ExpressionError, need
from apps.opening import BY_HOURS, CLOSED, OPEN

if TYPE_CHECKING:
    from apps.house import House


log = logging.getLogger("queues")


class Queues:
    """Methods about queues."""

    def __init__(self, house: House) -> None:
        self._house = house

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {
            "queues.list": self.list,
            "queues.show": self.show,
            "queues.explain": self.explain,
            "queues.open": partial(self._force, OPEN),
            "queues.close": partial(self._force, CLOSED),
            "queues.hours": partial(self._force, BY_HOURS),
            "queues.change": self.change,
        }

    async def list(self, _: p.Nothing) -> t.Queues:
        return t.Queues(floor_views.queues(self._house))

    async def show(self, asked: p.ByQueue) -> t.QueueDetail:
        found = floor_views.queue(self._house, asked.queue)
        if found is None:
            raise not_found("queue", asked.queue, "zongji queues list shows them.")
        return found

    async def _force(self, state: str, asked: p.ByQueue) -> t.QueueInfo:
        if asked.queue not in self._house.site.queues:
            raise not_found("queue", asked.queue, "zongji queues list shows them.")
        self._house.opening.force(asked.queue, state, "the API")
        found = floor_views.queue_info(self._house, asked.queue)
        assert found is not None
        return found

    async def explain(self, asked: p.ByCall) -> t.Explanation:
        found = await explanations.of_call(self._house, asked.call_id)
        if found is None:
            raise not_found("call", asked.call_id, "zongji calls list and zongji cdr list show them.")
        return found

    async def change(self, asked: p.ChangeClaim) -> t.Explanation:
        house, caller = self._house, CallerId(asked.call_id)
        if house.floor.centre.position(caller) is None:
            raise not_found("waiting caller", asked.call_id, "zongji queues show lists them.")
        if asked.agent and asked.agent not in house.site.agents:
            raise not_found("agent", asked.agent, "zongji agents list shows them.")
        wanted = None
        if asked.need:
            try:
                wanted = need(asked.need, house.site.skills)
            except ExpressionError as error:
                what = f"The need cannot be read {error}"
                raise ApiError(Code.REFUSED, what, where="need", hint=error.mend) from None
        changed = CallerChanged(
            caller,
            asked.priority,
            wanted,
            asked.need is None,
            AgentName(asked.agent) if asked.agent else None,
            asked.agent_wait_s,
            asked.agent is None,
        )
        log.info("call=%s has another claim: %s", asked.call_id, asked)
        house.floor.tell(changed)
        return await self.explain(p.ByCall(asked.call_id))
