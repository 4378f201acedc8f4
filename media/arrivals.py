"""What came for a stream by another way than the batches: packets that proved their source at the door, and digits.

Deliberately absent: the lock itself (lock.py), the batches (intake.py), what an event is (dtmf.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from media import conceal, dtmf, intake
from media.board import DROPS, Board
from media.events import DigitHeard
from media.intake import DigitPacket
from media.l16 import Linear
from media.stream import Stream

_WAITED, _DIGIT = DROPS.index("waited"), DROPS.index("digit")


class Arrivals:
    """`streams` are the open ones by row."""

    def __init__(
        self, board: Board, streams: Mapping[int, Stream], linear: Linear, tell: Callable[[DigitHeard], None]
    ) -> None:
        self._board, self._streams, self._linear, self._tell = board, streams, linear, tell
        self._admitted: list[tuple[int, bytes]] = []

    def inject(self, row: int, packet: bytes) -> None:
        """It came through the door; `admit` reads it."""
        self._admitted.append((row, packet))

    def admit(self) -> None:
        """Packets that proved their source at the door are heard like all others; the newest of each stream is.

        Older ones have waited there: to play them would only be a delay that lasts.
        """
        if self._admitted:
            packets: dict[int, bytes] = {}
            for row, packet in self._admitted:
                self._board.dropped[row, _WAITED] += row in packets
                packets[row] = packet
            self._admitted = []
            for digit in intake.take_bytes(self._board, packets, self._linear):
                self.digit(digit)

    def digit(self, packet: DigitPacket) -> None:
        """A telephone-event came."""
        stream = self._streams[packet.row]
        conceal.excuse(self._board, packet.row)
        if not dtmf.readable(packet.payload):
            self._board.dropped[packet.row, _DIGIT] += 1
        digit = stream.ear.hear(packet.ssrc, packet.ts, packet.marker, packet.payload)
        if digit is not None:
            self._tell(DigitHeard(stream.id, digit))
