"""An event loop whose time is on paper: it jumps to the next timer, and only as far as a test allows.

Time stands still until a test asks for it (`after`), so what a test does between two askings happens at one instant;
while it passes it costs nothing. Threads (SQLite's) run in real time and are waited for.

Time: `time()` virtual seconds from START; UTC is UTC0 at START.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

START = 1000.0
UTC0 = 1_767_323_045.0
"""2026-01-02 03:04:05 UTC."""
PATIENCE_S = 10.0
"""Real seconds to wait for a thread, when nothing else is to come."""


class _Selector(selectors.DefaultSelector):
    """Sleeps on paper: the loop says how long, and is told that it has."""

    loop: PaperLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        loop = self.loop
        if timeout is not None and timeout <= 0:
            return super().select(0)
        if timeout is not None and loop.now + timeout <= loop.until:
            ready = super().select(0)
            if not ready:
                loop.now += timeout
            return ready
        ready = super().select(PATIENCE_S)
        if not ready:
            raise RuntimeError("on paper nothing more happens: the test waits for what never comes")
        return ready


class PaperLoop(asyncio.SelectorEventLoop):
    """`until`: how far time may jump."""

    def __init__(self) -> None:
        self.now = self.until = START
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now


async def settle(turns: int = 40) -> None:
    """Let everything run that can run at this instant."""
    for _ in range(turns):
        await asyncio.sleep(0)


async def after(seconds: float) -> None:
    """Let so much time pass, and what is due at its end happen."""
    await settle()
    loop = asyncio.get_running_loop()
    assert isinstance(loop, PaperLoop)
    loop.until = loop.now + seconds
    await asyncio.sleep(seconds)
    await settle()


@contextmanager
def paper_time(loop: PaperLoop) -> Iterator[None]:
    """Both of the machine's clocks show the loop's time."""
    with (
        patch.object(time, "monotonic", lambda: loop.now),
        patch.object(time, "time", lambda: UTC0 + loop.now - START),
    ):
        yield
