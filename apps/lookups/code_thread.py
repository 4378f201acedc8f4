"""The thread that the site's own code runs on, with a loop of its own.

Code that computes or blocks holds up other code of the site, but no call and no signalling. A thread that does not give
way to a cancelled function is left behind, and the next function gets a fresh one.

Time: seconds. Deliberately absent: what is run (code.py).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
log = logging.getLogger("scripts")

GIVE_WAY_S = 1.0
"""So long cancelled code may take to end, before its thread is left behind."""


class CodeThread:
    """The one thread at a time. `stuck` is told when one is left behind, with the name of what holds it."""

    def __init__(self, stuck: Callable[[str], None] = lambda name: None) -> None:
        self._stuck = stuck
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, work: Coroutine[Any, Any, T], name: str, timeout_s: float) -> T:
        """What `work` gives. TimeoutError after `timeout_s`; when that or the asker's end comes, it is cancelled."""
        if self._loop is None:
            self._loop = _begin()
        loop = self._loop
        future = asyncio.run_coroutine_threadsafe(work, loop)
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.shield(asyncio.wrap_future(future))
        except TimeoutError:
            future.cancel()
            await self._see_to(loop, name)
            raise
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or not task.cancelling():
                raise RuntimeError("it cancelled itself") from None
            future.cancel()
            raise

    def stop(self) -> None:
        """No more code is run."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None

    async def _see_to(self, loop: asyncio.AbstractEventLoop, name: str) -> None:
        """Something was cancelled there; when the thread does not even notice, leave it behind."""
        here = asyncio.get_running_loop()
        noticed = asyncio.Event()
        loop.call_soon_threadsafe(lambda: here.call_soon_threadsafe(noticed.set))
        try:
            async with asyncio.timeout(GIVE_WAY_S):
                await noticed.wait()
        except TimeoutError:
            log.error("%s does not give way; other code of the site goes on in a fresh thread", name)
            if self._loop is loop:
                self._loop = None
            loop.call_soon_threadsafe(loop.stop)
            self._stuck(name)


def _begin() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()

    threading.Thread(target=run, name="scripts", daemon=True).start()
    return loop
