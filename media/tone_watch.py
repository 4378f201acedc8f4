"""Which streams are listened to for tones: digits that come as sound, and what the network says.

Nothing is done for rows that nobody asked for.

Deliberately absent: telephone-events, which are heard always (dtmf.py); speech (speech.py).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from media import g711, progress
from media.board import Board, Ints
from media.events import DigitHeard, ToneHeard
from media.keypad import Keypad
from media.progress import Progress
from media.words import StreamId

_NONE: Ints = np.zeros(0, np.int64)


class ToneWatch:
    """`name_of(row)` is the stream of a row."""

    def __init__(
        self, board: Board, name_of: Callable[[int], StreamId], tell: Callable[[DigitHeard | ToneHeard], None]
    ) -> None:
        self._board, self._name_of, self._tell = board, name_of, tell
        self._keypad = Keypad(board.rows)
        self._keyed = _NONE
        """Rows whose digits are wanted, each once."""
        self._progress: dict[int, Progress] = {}

    @property
    def wanted(self) -> Ints:
        """Who is listened to."""
        return np.append(self._keyed, np.array(list(self._progress), np.int64))

    def __bool__(self) -> bool:
        return self._keyed.size > 0 or bool(self._progress)

    def digits(self, row: int, on: bool) -> None:
        """Hear digits of `row` from now on, or no more."""
        asked = row in self._keyed
        if on and not asked:
            self._keypad.forget(row)
            self._keyed = np.append(self._keyed, row)
        elif asked and not on:
            self._keyed = self._keyed[self._keyed != row]

    def progress(self, row: int, country: str | None) -> None:
        """Hear the tones of `country` and of fax from now on; None: no more."""
        self._progress.pop(row, None)
        if country is not None:
            self._progress[row] = Progress(country)

    def forget(self, row: int) -> None:
        """Row is closed."""
        self.digits(row, False)
        self.progress(row, None)

    def listen(self, frames: g711.Codes) -> None:
        """Hear this tick's `frames` (high, 160)."""
        laws = self._board.law
        if self._keyed.size:
            rows = self._keyed
            for row, digit in self._keypad.hear(rows, g711.decode(frames[rows], laws[rows])):
                self._tell(DigitHeard(self._name_of(row), digit, by_sound=True))
        if self._progress:
            asked = list(self._progress.items())
            rows = np.array([row for row, _ in asked], np.int64)
            samples = g711.decode(frames[rows], laws[rows])
            for (row, ear), kind, sound in zip(asked, progress.kinds(samples).tolist(), samples, strict=True):
                name = ear.hear(kind, sound)
                if name is not None:
                    self._tell(ToneHeard(self._name_of(row), name))
