"""What is looked after on open streams every few ticks: RTP that stopped or came back, and reports that are due.

Time: the board's `now` and `tick`, `at` UTC for reports. Deliberately absent: the reports themselves (report.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from media import report
from media.board import Board
from media.events import RtpBack, RtpLost
from media.stream import Stream
from media.words import FRAME_MS


class Watchman:
    """`streams` are the open ones by row; `lost_s` without a valid packet is told."""

    def __init__(
        self, board: Board, streams: Mapping[int, Stream], lost_s: float, tell: Callable[[RtpLost | RtpBack], None]
    ) -> None:
        self._board, self._streams, self._tell = board, streams, tell
        self._lost_ticks = int(lost_s * 1000 / FRAME_MS)
        self._lost: dict[int, int] = {}
        """Rows whose RTP stopped, and how many packets had come by then."""

    def forget(self, row: int) -> None:
        """Row is closed."""
        self._lost.pop(row, None)

    def walk(self, at: float) -> None:
        """Look after all of them."""
        b = self._board
        for row, stream in self._streams.items():
            if b.now >= stream.report_at:
                report.schedule(stream, b.now)
                report.say(stream, b, at, bye=False)
                stream.count_overruns()
            quiet = b.tick - int(b.heard_tick[row])
            if row in self._lost:
                back = int(b.packets_in[row]) > self._lost[row]
                if back or not b.hears[row]:
                    del self._lost[row]
                if back:
                    self._tell(RtpBack(stream.id))
            elif quiet > self._lost_ticks and b.hears[row]:
                self._lost[row] = int(b.packets_in[row])
                self._tell(RtpLost(stream.id, round(quiet * FRAME_MS / 1000, 1)))
