"""What is due when: one heap of deadlines, each known by a key.

Setting a key again moves its deadline; a dropped one is forgotten. Both cost O(log n): entries that no longer
hold stay in the heap until they come to the top or the heap is mostly dead.

Time: seconds, monotonic. Pure.
"""

from __future__ import annotations

import heapq
from enum import Enum

from acd.words import AgentName, AlertId, CallerId, QueueName


class Due(Enum):
    """What a deadline is about."""

    ALERT = "alert"
    """A reserved or ringing phone."""
    WRAP_UP = "wrap-up"
    BREAK = "break"
    """A break's planned time."""
    REST = "rest"
    SKIP = "skip"
    """An agent is no longer passed over for a caller."""
    MAX_WAIT = "max wait"
    HOLD = "hold"
    """A caller no longer waits for one agent alone."""
    RELAX = "relax"
    """The queue asks less of an agent for this caller."""
    LEAVE = "leave"
    """The conditions of leaving a queue are looked at."""
    WIDEN = "widen"
    """One phone more may ring for a caller."""


Key = (
    tuple[Due, AlertId]  # ALERT
    | tuple[Due, AgentName]  # WRAP_UP, BREAK, REST
    | tuple[Due, CallerId]  # MAX_WAIT, HOLD, RELAX, WIDEN
    | tuple[Due, QueueName]  # LEAVE
    | tuple[Due, CallerId, AgentName]  # SKIP
)


class Deadlines:
    """Deadlines by key; each key at most once."""

    def __init__(self) -> None:
        self._when: dict[Key, tuple[float, int]] = {}
        self._heap: list[tuple[float, int, Key]] = []
        self._number = 0

    def __len__(self) -> int:
        return len(self._when)

    def __contains__(self, key: Key) -> bool:
        return key in self._when

    def set(self, key: Key, when: float) -> None:
        """`key` is due at `when`; instead of any earlier word."""
        self._number += 1
        self._when[key] = (when, self._number)
        heapq.heappush(self._heap, (when, self._number, key))
        if len(self._heap) > 2 * len(self._when) + 256:
            self._heap = [(when, number, key) for key, (when, number) in self._when.items()]
            heapq.heapify(self._heap)

    def drop(self, key: Key) -> None:
        """`key` is no longer due; nothing if it was not."""
        self._when.pop(key, None)

    def next(self) -> float | None:
        """When the earliest is due."""
        self._forget_dead()
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: float) -> Key | None:
        """The earliest key due at `now` or before, taken out; None if there is none."""
        self._forget_dead()
        if not self._heap or self._heap[0][0] > now:
            return None
        key = heapq.heappop(self._heap)[2]
        del self._when[key]
        return key

    def _forget_dead(self) -> None:
        heap = self._heap
        while heap and self._when.get(heap[0][2]) != heap[0][:2]:
            heapq.heappop(heap)
