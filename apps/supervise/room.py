"""The supervisors' room: who of them is on the line, and every act of theirs booked and told."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from apps.api.events import SuperviseAct
from apps.api.supervise_types import ActInfo
from apps.api.types import utc
from apps.journal_rows import ActRow
from apps.supervise.words import Refused
from switch.words import CallId

if TYPE_CHECKING:
    from apps.bridge import Bridge
    from apps.house import House
    from apps.supervise.watch import Watch

log = logging.getLogger("supervise")


class Supervision:
    """One a house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.watches: dict[CallId, Watch] = {}
        """Supervisors on the line, by their own calls; written by watch.py alone."""

    def at(self, extension: str) -> Watch | None:
        """Who is on the line at that phone."""
        return next((watch for watch in self.watches.values() if watch.extension == extension), None)

    def talk_began(self, bridge: Bridge) -> None:
        """Two talk: somebody may have waited for that."""
        for watch in self.watches.values():
            watch.news.set()

    def talk_over(self, bridge: Bridge) -> None:
        """Two talk no more."""
        for watch in self.watches.values():
            watch.news.set()

    # ---- the books ----------------------------------------------------------------------------------------------

    def book(
        self,
        by: str,
        act: str,
        *,
        call: str = "",
        agent: str = "",
        queue: str = "",
        extension: str = "",
        watch: str = "",
        refused: str = "",
        text: str = "",
    ) -> ActInfo:
        """Into the books and to whoever listens."""
        row = ActRow(time.time(), by, act, call, agent, queue, extension, watch, refused, text)
        self._house.journal.act(row)
        info = ActInfo(utc(row.at), by, act, call, agent, queue, extension, watch, refused, text)
        self._house.hub.publish(SuperviseAct(info))
        log.info("%s: %s %s %s", by, act, call or agent or queue, f"refused: {refused}" if refused else "done")
        return info

    @contextmanager
    def booked(
        self,
        by: str,
        act: str,
        *,
        call: str = "",
        agent: str = "",
        queue: str = "",
        text: str = "",
        extension: str = "",
    ) -> Iterator[None]:
        """What is done inside is booked, and if it is refused, that."""
        refused = ""
        try:
            yield
        except Refused as error:
            refused = error.why
            raise
        finally:
            self.book(by, act, call=call, agent=agent, queue=queue, extension=extension, refused=refused, text=text)
