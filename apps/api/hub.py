"""The hub that numbers the socket API's events, and keeps the last of them, encoded once.

Each client reads from it at its own pace (`after`), so that a slow client costs nothing and holds nobody up: it misses
what is no longer kept, and is told how much.

Deliberately absent: sockets (connection.py), what events there are (events.py).
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from apps.api.events import TYPE_OF
from apps.api.instants import At, utc
from apps.api.protocol import EventLost, Notification, line

KEEP_EVENTS = 10_000
KEEP_BYTES = 16 << 20


class Event(Struct, frozen=True):
    """One event, as `params` of the notification `event`."""

    seq: int
    at: At
    type: str
    data: Any
    """The record that stands for `type` in `EVENTS`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as the hub keeps it: one line of the wire."""

    seq: int
    type: str
    line: bytes


class EventHub:
    """Numbers events from 1 and keeps the last of them."""

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        keep_events: int = KEEP_EVENTS,
        keep_bytes: int = KEEP_BYTES,
    ) -> None:
        self.instance = secrets.token_hex(8)
        """Whose numbers these are."""
        self.seq = 0
        """The newest event's number."""
        self._clock = clock
        self._keep_events = keep_events
        self._keep_bytes = keep_bytes
        self._kept: deque[Kept] = deque()
        self._bytes = 0
        self._ears: dict[object, Callable[[], None]] = {}
        self.counted: Callable[[Struct], None] | None = None
        """Gets each record as it is, for the metrics."""

    def __repr__(self) -> str:
        return f"<EventHub seq {self.seq}, kept {len(self._kept)} from {self.oldest}, ears {len(self._ears)}>"

    @property
    def oldest(self) -> int:
        """The number of the oldest event that is kept; `seq + 1` when none is."""
        return self._kept[0].seq if self._kept else self.seq + 1

    def publish(self, data: Struct) -> int:
        """Tell everybody who listens; returns the event's number. The record's class says its type."""
        self.seq += 1
        kind = TYPE_OF[type(data)]
        event = Event(self.seq, utc(self._clock()), kind, data)
        kept = Kept(self.seq, kind, line(Notification("event", event)))
        self._kept.append(kept)
        self._bytes += len(kept.line)
        while len(self._kept) > self._keep_events or self._bytes > self._keep_bytes:
            self._bytes -= len(self._kept.popleft().line)
        if self.counted is not None:
            self.counted(data)
        for ear in self._ears.values():
            ear()
        return self.seq

    def after(self, seq: int, most: int = 64) -> tuple[EventLost | None, list[Kept]]:
        """The next events after number `seq`, at most so many, and what was lost before them."""
        lost = None
        if seq + 1 < self.oldest:
            lost = EventLost(self.oldest - seq - 1, seq + 1, self.oldest - 1)
            seq = self.oldest - 1
        first = seq + 1 - self.oldest
        return lost, [self._kept[index] for index in range(first, min(first + most, len(self._kept)))]

    def listen(self, key: object, ear: Callable[[], None]) -> None:
        """Call `ear` after every event, until `forget(key)`. It must return at once."""
        self._ears[key] = ear

    def forget(self, key: object) -> None:
        """Call that ear no more."""
        self._ears.pop(key, None)
