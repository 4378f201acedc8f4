"""The desk's ties: which are open between which engines, and the files that their sockets meet at. See desk.py.

Deliberately absent: which ties a room needs (span.py), what engines do with them (tie.py).
"""

from __future__ import annotations

import contextlib
import itertools
import os
from dataclasses import dataclass

from media import orders
from media.engine_line import EngineLine
from media.span import feed_name
from media.words import StreamId


@dataclass(frozen=True, slots=True)
class _Open:
    here: EngineLine
    there: EngineLine
    paths: tuple[str, str]


class TieLines:
    """All ties of the house. Opening and closing are orders to both ends, with no answer waited for."""

    def __init__(self) -> None:
        self._open: dict[StreamId, _Open] = {}
        self._numbers = itertools.count(1)

    def __contains__(self, name: StreamId) -> bool:
        return name in self._open

    def open(self, name: StreamId, here: EngineLine, there: EngineLine, speaker: StreamId | None = None) -> None:
        """Tie `here` to `there`; with a speaker, who is `here`, to carry that one alone."""
        number = next(self._numbers)
        # In the directory of the engines' own sockets, and shorter than their names: what fits for them, fits.
        paths = (str(here.path.parent / f"tie{number}a"), str(there.path.parent / f"tie{number}b"))
        self._open[name] = _Open(here, there, paths)
        here.tell(orders.Tie(name, *paths, True, speaker or ""))
        there.tell(orders.Tie(name, *paths[::-1], speaker is None, speaker or ""))

    def feed(self, speaker: StreamId, here: EngineLine, there: EngineLine) -> StreamId:
        """Name of a new tie that carries `speaker` and is in no room."""
        name = feed_name(next(self._numbers))
        self.open(name, here, there, speaker)
        return name

    def close(self, name: StreamId) -> None:
        """Untie; nothing when it is not open."""
        found = self._open.pop(name, None)
        if found is not None:
            for line in (found.here, found.there):
                line.tell(orders.Untie(name))

    def lost(self, line: EngineLine) -> list[StreamId]:
        """An engine died: its ties are closed at their other ends. Names of those that are gone."""
        gone = [name for name, found in self._open.items() if line in (found.here, found.there)]
        for name in gone:
            found = self._open[name]
            self.close(name)
            # Who died has left its file behind.
            with contextlib.suppress(OSError):
                os.unlink(found.paths[found.there is line])
        return gone
