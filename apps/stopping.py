"""How the exchange stops: new calls refused, running ones given their time, the last BYEs sent.

Deliberately absent: closing what the process holds (exchange.py), who asks for a stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from typing import TYPE_CHECKING

from apps.api.events import SwitchStopping
from switch.words import Cause, Party

if TYPE_CHECKING:
    from apps.house import House

log = logging.getLogger("exchange")

GOODBYE_S = 3.0
"""How long the last BYEs may take before the process leaves all the same."""


class Stopping:
    """The stop of one exchange; `done` is set when the last call is over."""

    def __init__(self, house: House) -> None:
        self.done = asyncio.Event()
        self._house = house
        self._begun = self._asked = False
        self._drained_by = 0.0
        """When running calls have had their time, on the loop's clock."""
        self._patience: asyncio.Timeout | None = None

    def begin(self, grace_s: float | None = None) -> None:
        """Refuse new calls; leave when the running ones have ended, or after `grace_s` (the site's own if None).

        Begun again, it has the new grace from now on: who has lost patience need not wait for the old one.
        """
        house = self._house
        house.accepting = False
        if grace_s is None:
            grace_s = house.site.switch.limits.drain_s
        self._drained_by = asyncio.get_running_loop().time() + grace_s
        if self._patience is not None:
            self._patience.reschedule(self._drained_by)
        house.hub.publish(SwitchStopping(len(house.calls), grace_s))
        log.info("stopping: %d calls may run on for %.0f s", len(house.calls), grace_s)
        if not self._begun:
            self._begun = True
            house.spawn(self._drain(), "drain")

    def told(self) -> None:
        """SIGTERM: once begins the stop with the site's own grace; a stop that was asked for keeps its own."""
        if not self._begun:
            self.begin()

    def ask(self, grace_s: float) -> None:
        """Stop the whole switch. The supervisor is told when the calls are over: it waits for us no longer than for
        the site's own grace."""
        self._asked = True
        self.begin(grace_s)

    async def _drain(self) -> None:
        house = self._house
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self._drained_by) as self._patience:
                await house.quiet()
        self._patience = None
        for call in list(house.calls.values()):
            call.end(Cause.SHUTDOWN, Party.SWITCH)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await house.quiet()
        if self._asked:
            os.kill(os.getppid(), signal.SIGTERM)
        self.done.set()
