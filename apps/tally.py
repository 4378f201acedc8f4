"""What has happened since the exchange started, counted for the metrics: calls, alerts, recordings, waits.

Counts only grow (today.py has those of the site's day). What the hub tells is counted from there; what it does not
tell in so many words is said by who knows. Labels are words of small sets: never a number, a name or an id of a call.

Units: seconds. Deliberately absent: names of metrics (metrics_names.py).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict

from msgspec import Struct

from apps.api.events import AlertEnded, CallClosed, CallOpened, RecordingEnded

CALL_S = (1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
WAIT_S = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)


class Spread:
    """A histogram: counts by upper edge [s], the last one is "longer"."""

    def __init__(self, edges: tuple[float, ...]) -> None:
        self.edges = edges
        self.counts = [0] * (len(edges) + 1)
        self.sum = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.edges, value)] += 1
        self.sum += value

    def copy(self) -> Spread:
        """As it is now."""
        same = Spread(self.edges)
        same.counts, same.sum = list(self.counts), self.sum
        return same


class Tally:
    """Counts of one exchange."""

    def __init__(self) -> None:
        self.calls_started = 0
        self.calls_ended: Counter[tuple[str, str]] = Counter()
        """By cause and class of the SIP status ("2xx", "" when there was none)."""
        self.call_s = Spread(CALL_S)
        self.alerts: Counter[tuple[str, str]] = Counter()
        """By queue and outcome."""
        self.answered: Counter[str] = Counter()
        self.abandoned: Counter[str] = Counter()
        self.waits: dict[str, Spread] = defaultdict(lambda: Spread(WAIT_S))
        """Of callers who were answered or gave up, by queue."""
        self.recordings: Counter[str] = Counter()
        """That ended, by "whole" or "failed"."""
        self.blocks_dropped = 0
        self.missing_s = 0.0

    def told(self, data: Struct) -> None:
        """An event of the hub."""
        match data:
            case CallOpened():
                self.calls_started += 1
            case CallClosed():
                status = f"{data.sip_status // 100}xx" if data.sip_status else ""
                self.calls_ended[data.cause, status] += 1
                self.call_s.add(data.duration_ms / 1000)
            case AlertEnded():
                self.alerts[data.queue, data.outcome] += 1
            case RecordingEnded():
                self.recordings["failed" if data.recording.failed else "whole"] += 1
                self.blocks_dropped += data.recording.dropped_blocks
                self.missing_s += data.recording.missing_ms / 1000

    def served(self, queue: str, waited_s: float) -> None:
        """An agent and a caller of this queue were connected."""
        self.answered[queue] += 1
        self.waits[queue].add(waited_s)

    def given_up(self, queue: str, waited_s: float) -> None:
        """A caller hung up while waiting."""
        self.abandoned[queue] += 1
        self.waits[queue].add(waited_s)
