"""Answers kept for a while, and asked for once: callers who ask the same at the same time wait for one answer.

Time: seconds on the loop's clock. Bounded: the answer that was used longest ago goes first.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 2000


class Cache(Generic[T]):
    """Answers by question."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[float, T]] = OrderedDict()
        self._asked: dict[Hashable, asyncio.Task[T]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    async def through(
        self, key: Hashable, seconds: float, ask: Callable[[], Awaitable[T]], good: Callable[[T], bool]
    ) -> T:
        """The answer kept for `key`, or a fresh one, which is kept for `seconds` when it is good."""
        if seconds <= 0:
            return await ask()
        now = asyncio.get_running_loop().time()
        found = self._kept.get(key)
        if found is not None and found[0] > now:
            self._kept.move_to_end(key)
            return found[1]
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.ensure_future(self._fresh(key, seconds, ask, good))
            task.add_done_callback(lambda _: self._asked.pop(key, None))
        # Who asked first may hang up; the others still wait for the answer.
        return await asyncio.shield(task)

    async def _fresh(
        self, key: Hashable, seconds: float, ask: Callable[[], Awaitable[T]], good: Callable[[T], bool]
    ) -> T:
        answer = await ask()
        if good(answer):
            self._kept[key] = (asyncio.get_running_loop().time() + seconds, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return answer
