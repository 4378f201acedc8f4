"""Which streams are listened to for speech, and when each begins and stops to speak.

Nothing is done for rows that nobody asked for.
Deliberately absent: what is speech (speech.py), the floor of a room (floor_watch.py).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from media import g711
from media.board import Board, Ints
from media.events import SpeechChanged
from media.speech import Listener
from media.words import StreamId


class SpeechWatch:
    """`name_of(row)` is the stream of a row."""

    def __init__(self, board: Board, name_of: Callable[[int], StreamId], tell: Callable[[SpeechChanged], None]) -> None:
        self._board, self._name_of, self._tell = board, name_of, tell
        self._ears: dict[int, Listener] = {}

    def __bool__(self) -> bool:
        return bool(self._ears)

    @property
    def wanted(self) -> Ints:
        """Rows that are listened to."""
        return np.array(list(self._ears), np.int64)

    def watch(self, row: int, on: bool) -> None:
        """Judge the speech of `row` from now on, or no more."""
        if on:
            self._ears.setdefault(row, Listener())
        else:
            self.forget(row)

    def forget(self, row: int) -> None:
        """Row is closed."""
        self._ears.pop(row, None)

    def listen(self, frames: g711.Codes) -> None:
        """Hear this tick's `frames` (high, 160)."""
        rows = list(self._ears)
        for row, samples in zip(rows, g711.decode(frames[rows], self._board.law[rows]), strict=True):
            ear = self._ears[row]
            if ear.hear(samples):
                self._tell(SpeechChanged(self._name_of(row), ear.speaking))
