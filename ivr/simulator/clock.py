"""An event loop whose clock does not wait: when nothing is left to do, it is at once as late as the next timer.

So whatever a script waits for by asyncio's own means (sleep, timeouts, timers) takes its right time on paper and
none on the wall. Nothing outside the process can be waited for.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Stuck(Exception):
    """Everything waits, and nothing will ever come."""


class _Selector(selectors.SelectSelector):
    """Sleeps by moving the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck("The script waits for something that never comes.")
        self.now += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` begins at 0 [s]."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._virtual.now


def run(work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives, under a virtual clock. Raises `Stuck`."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
