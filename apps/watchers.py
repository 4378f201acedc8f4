"""Who must know of a line's end in the very turn of the loop in which it comes, before the application is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from switch.events import Ended

log = logging.getLogger("line")


class Watchers:
    """Those who watch one line, told in the order in which they came."""

    def __init__(self) -> None:
        self._watchers: list[Callable[[Ended], None]] = []

    def add(self, do: Callable[[Ended], None]) -> None:
        """`do` is called when the line ends."""
        self._watchers.append(do)

    @contextmanager
    def during(self, do: Callable[[Ended], None]) -> Iterator[None]:
        """As `add`, but only while inside."""
        self._watchers.append(do)
        try:
            yield
        finally:
            self._watchers.remove(do)

    def tell(self, event: Ended) -> None:
        """The line ended."""
        for do in list(self._watchers):
            try:
                do(event)
            except Exception:  # the others must hear of it all the same
                log.exception("leg %s: its end could not be told to %s", event.leg, do)
