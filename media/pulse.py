"""What an engine says of itself every second: its load to the desk, and a beat to the supervisor.

The beat is a byte on stdout, written without waiting: a supervisor that hears none for some seconds knows that no tick
runs, whatever the reason, and starts another engine.

Deliberately absent: what is made of it (placing.py, apps.supervisor).
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable

from media.lateness import Lateness
from media.messages import Load
from media.words import FRAME_MS

TICKS = 50
_BEAT = b"\n"


class Pulse:
    """Call `tick` after every tick of the engine."""

    def __init__(self, lateness: Lateness, streams: Callable[[], int], tell: Callable[[Load], None]) -> None:
        self._lateness, self._streams, self._tell = lateness, streams, tell
        self._before = lateness.copy()
        self._cpu_s, self._at = time.process_time(), time.monotonic()
        self._beat_fd = -1
        self.load = Load()

    def beat_on_stdout(self) -> None:
        """A supervisor listens there. Nobody else writes to it."""
        self._beat_fd = sys.stdout.fileno()
        os.set_blocking(self._beat_fd, False)

    def tick(self, ticks: int) -> None:
        if ticks % TICKS:
            return
        cpu_s, at = time.process_time(), time.monotonic()
        late = self._lateness.since(self._before)
        busy = (cpu_s - self._cpu_s) / max(at - self._at, FRAME_MS / 1000)
        self._before, self._cpu_s, self._at = self._lateness.copy(), cpu_s, at
        self.load = Load(self._streams(), round(busy, 4), late.quantile(0.99))
        self._tell(self.load)
        if self._beat_fd >= 0:
            with contextlib.suppress(OSError):
                os.write(self._beat_fd, _BEAT)
