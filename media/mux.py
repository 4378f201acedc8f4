"""RTCP that shares a port with RTP (RFC 5761): taken out of what the sockets gave before anybody reads it as audio.

Costs nothing while no stream does it. Deliberately absent: what RTCP says (report.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from media.board import Bools, Ints

Batch = tuple[npt.NDArray[np.uint8], Ints, Ints]
"""(packets, rows, sizes), as `Yard.batches` yields them."""


class Mux:
    """`heard(row, packet)` gets the RTCP."""

    def __init__(self, rows: int, heard: Callable[[int, bytes], None]) -> None:
        self._shared: Bools = np.zeros(rows, np.bool_)
        self._any = False
        self._heard = heard

    def set(self, row: int, shared: bool) -> None:
        """Row's RTCP comes on its RTP port, or does not."""
        if self._shared[row] != shared:
            self._shared[row] = shared
            self._any = bool(self._shared.any())

    def sift(self, batches: Iterable[Batch]) -> Iterable[Batch]:
        """The batches without RTCP."""
        return self._sift(batches) if self._any else batches

    def _sift(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        for packets, rows, sizes in batches:
            control = self._shared[rows] & (packets[:, 1] >= 192) & (packets[:, 1] <= 223)
            for nth in np.flatnonzero(control):
                self._heard(int(rows[nth]), packets[nth, : sizes[nth]].tobytes())
            rest = ~control
            if rest.all():
                yield packets, rows, sizes
            elif rest.any():
                yield packets[rest], rows[rest], sizes[rest]
