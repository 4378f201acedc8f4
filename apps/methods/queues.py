"""Queues: list, show, explain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from apps import explanations, floor_views
from apps.api import params as p
from apps.api import types as t
from apps.api.protocol import not_found

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
        found = await explanations.of_call(self._house, asked.call_id)
        if found is None:
            raise not_found("call", asked.call_id, "zongji calls list and zongji cdr list show them.")
        return found
