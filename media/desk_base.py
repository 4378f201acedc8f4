"""What all parts of the desk share: which engine has what, and how it is told. See desk.py.

Deliberately absent: every order (desk_plays.py, desk_rooms.py, desk_recordings.py).
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path as FilePath

from media import orders
from media.engine_line import EngineLine
from media.words import MediaEvent, RoomId, StreamId


class MediaError(Exception):
    """The media hall cannot do it. The message is one sentence."""


class NoEngine(MediaError):
    """No engine is connected."""


class NoPort(MediaError):
    """The engine has no RTP port, or no room, for another stream."""


class Engines:
    """The part of the desk that knows where things are."""

    def __init__(self, listener: Callable[[MediaEvent], None]) -> None:
        self._listener = listener
        self._where: dict[StreamId, EngineLine] = {}
        self._rooms: dict[RoomId, EngineLine] = {}
        self._recordings: dict[str, tuple[EngineLine, FilePath]] = {}
        self._playing: dict[int, StreamId] = {}
        self._announced: dict[int, EngineLine] = {}
        self._plays = itertools.count(1)
        self._music: dict[str, list[str]] = {}

    def _tell(self, stream: StreamId, order: orders.DeskOrder) -> bool:
        line = self._where.get(stream)
        if line is None:
            return False
        line.tell(order)
        return True

    def _announce(self, event: MediaEvent) -> None:
        # In a turn of its own: a listener that raises must not take the connection to the engine along.
        asyncio.get_running_loop().call_soon(self._listener, event)
