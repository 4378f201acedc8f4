"""Whether queues are open: by their opening hours, or by the word of whoever closed or opened one by force.

The word holds until it is taken back, also over restarts: it is in the books. This is the centre's clock on the wall,
too.

Deliberately absent: what an open queue does (acd), hours themselves (ivr/hours.py).
"""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from acd.door import Facts
from acd.words import QueueName
from apps.journal_books import ms_of, wire_text
from apps.log import safe
from apps.schema_queues import queue_forced
from apps.site_clock import local_now
from ivr.hours import WEEKDAYS

if TYPE_CHECKING:
    from apps.house import House

log = logging.getLogger("opening")

OPEN, CLOSED, BY_HOURS = "open", "closed", ""


class Opening:
    """Hours and words, queue by queue (acd.facts.Surroundings)."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._forced: dict[str, str] = {}

    async def restore(self) -> None:
        """The words of before a restart; once."""
        async with self._house.journal.engine.connect() as connection:
            rows = (await connection.execute(select(queue_forced.c.queue, queue_forced.c.state))).all()
        self._forced = {row.queue: row.state for row in rows if row.state in (OPEN, CLOSED)}

    def facts(self, queue: QueueName) -> Facts:
        now = local_now(self._house.site)
        return {
            "time": now.strftime("%H:%M"),
            "date": now.strftime("%Y-%m-%d"),
            "weekday": WEEKDAYS[now.weekday()],
            "open": self._is_open(queue, now),
        }

    def is_open(self, queue: str) -> bool:
        """Whether it takes callers now."""
        return self._is_open(queue, local_now(self._house.site))

    def forced(self, queue: str) -> str:
        """`open` or `closed` by force; empty: by its hours."""
        return self._forced.get(queue, BY_HOURS)

    def force(self, queue: str, state: str, by: str) -> None:
        """Open it, close it, or (empty) leave it to its hours, from now on. `by`: who says so, for the log."""
        if state == BY_HOURS:
            self._forced.pop(queue, None)
        else:
            self._forced[queue] = state
        row = dict(queue=queue, state=state, set_at=ms_of(time.time()), set_by=wire_text(by))
        self._house.journal.row(queue_forced, (queue,), row if state else None)
        log.info("queue %s is %s now, says %s", queue, state or "as its hours are", safe(by))
        self._house.floor.changed(queue)

    def turn(self, queue: str, by: str) -> str:
        """As one code does it: the other than it is; or, if somebody has done so before, back to its hours."""
        other = CLOSED if self.is_open(queue) else OPEN
        self.force(queue, BY_HOURS if self.forced(queue) else other, by)
        return self.forced(queue)

    def _is_open(self, queue: str, now: datetime) -> bool:
        if forced := self._forced.get(queue):
            return forced == OPEN
        entry = self._house.site.queues.get(queue)
        hours = self._house.plan.hours.get(entry.hours) if entry is not None and entry.hours is not None else None
        return hours is None or hours.is_open(now)
