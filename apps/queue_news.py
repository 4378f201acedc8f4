"""`queue.changed`: a queue's figures, told when they are others than were told last.

Changes are gathered for a moment, so that a burst of callers costs one look at each queue. That somebody waits
longer is no change: clients count on by themselves.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from acd.effects import BookAgent, Effect, StopAlert
from apps import floor_views
from apps.api.events import QueueChanged
from apps.api.types import QueueInfo

if TYPE_CHECKING:
    from apps.house import House

GATHER_S = 0.1


class QueueNews:
    """What listeners were told of each queue, and which queues are to be looked at."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._told: dict[str, QueueInfo] = {}
        self._touched: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    def effect(self, effect: Effect) -> None:
        """The centre wants this done; it may have changed a queue."""
        match effect:
            case BookAgent():
                entry = self._house.site.agents.get(effect.agent)
                self.touch(*(entry.queues if entry is not None else ()))
            case StopAlert():
                pass  # what is booked with it names the queue
            case _:
                self.touch(effect.queue)

    def touch(self, *queues: str) -> None:
        """Look at these queues soon."""
        self._touched.update(queues)
        if self._touched and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER_S, self._look)

    def _look(self) -> None:
        self._timer = None
        touched, self._touched = self._touched, set()
        for name in sorted(touched):
            info = floor_views.queue_info(self._house, name)
            if info is None:
                self._told.pop(name, None)
                continue
            before = self._told.get(name)
            self._told[name] = info
            if before is None or msgspec.structs.replace(before, longest_wait_ms=info.longest_wait_ms) != info:
                self._house.hub.publish(QueueChanged(info))
