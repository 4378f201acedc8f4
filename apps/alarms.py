"""What an administrator should mend: raised once, kept until it is cleared, told to the API's listeners."""

from __future__ import annotations

import logging
import time

from apps.api.events import AlarmCleared, AlarmRaised
from apps.api.hub import EventHub
from apps.api.types import AlarmInfo, utc
from apps.log import safe

log = logging.getLogger("alarm")

MOST = 100
"""Alarms kept; beyond that the oldest yields. Somebody who did not look at a hundred will not look at more."""


class Alarms:
    """The alarms that stand."""

    def __init__(self, hub: EventHub) -> None:
        self._hub = hub
        self._standing: dict[str, AlarmInfo] = {}

    def raise_(self, what: str, where: str = "", hint: str = "") -> None:
        """Something is wrong. Raised again it keeps its time and tells nobody."""
        if what in self._standing:
            return
        log.error("%s%s", safe(what), f" ({safe(where)})" if where else "")
        while len(self._standing) >= MOST:
            del self._standing[next(iter(self._standing))]
        alarm = self._standing[what] = AlarmInfo(what, utc(time.time()), where, hint)
        self._hub.publish(AlarmRaised(alarm))

    def clear(self, what: str) -> None:
        """It is well again."""
        if self._standing.pop(what, None) is not None:
            log.info("well again: %s", safe(what))
            self._hub.publish(AlarmCleared(what))

    def standing(self) -> list[AlarmInfo]:
        """Those that stand, oldest first."""
        return list(self._standing.values())
