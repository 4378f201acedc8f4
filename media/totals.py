"""What was counted on all streams of an engine, closed ones too."""

from __future__ import annotations

import numpy as np

from media.board import DROPS, Board

COLUMNS = (
    *("packets_in", "packets_out", "refused_out", "far_lost", "late", "duplicate"),
    *("concealed", "resynced", "stretched", "shrunk"),
)
"""Columns of the board that are added up when a stream closes."""


class Totals:
    """Sums over closed streams; `figures` adds the open ones."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._sums = dict.fromkeys(COLUMNS, 0)
        self._dropped = np.zeros(len(DROPS), np.int64)
        self._lost = 0

    def add(self, row: int) -> None:
        """Row's stream closes."""
        b = self._board
        self._dropped += b.dropped[row]
        self._lost += int(b.lost(slice(row, row + 1))[0])
        for name in COLUMNS:
            self._sums[name] += int(getattr(b, name)[row])

    def figures(self) -> dict[str, int]:
        """By name; drops as `dropped_<reason>`."""
        b, high = self._board, self._board.high
        found = {name: total + int(getattr(b, name)[:high].sum()) for name, total in self._sums.items()}
        found["lost"] = self._lost + int(b.lost(slice(high)).sum())
        drops = self._dropped + b.dropped[:high].sum(axis=0)
        return found | {f"dropped_{name}": int(count) for name, count in zip(DROPS, drops, strict=True)}
