"""How late ticks begin, as a histogram that never grows.

Edges double from 0.1 ms; quantiles are the upper edge of the bin they fall in, the maximum is exact.
Pure. Unit: milliseconds.
"""

from __future__ import annotations

from bisect import bisect_left

EDGES_MS = (0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0)


class Lateness:
    """Counts per bin; the last one is "later than that"."""

    def __init__(self) -> None:
        self.counts = [0] * (len(EDGES_MS) + 1)
        self.max_ms = 0.0
        self.sum_ms = 0.0

    def add(self, ms: float) -> None:
        self.counts[bisect_left(EDGES_MS, ms)] += 1
        self.sum_ms += ms
        if ms > self.max_ms:
            self.max_ms = ms

    def quantile(self, share: float) -> float:
        """The edge [ms] under which `share` of all ticks lie; the maximum when that is less; 0 without ticks."""
        total = sum(self.counts)
        seen = 0
        for edge, count in zip(EDGES_MS, self.counts, strict=False):
            seen += count
            if seen >= share * total:
                return min(edge, self.max_ms)
        return self.max_ms

    def since(self, before: Lateness) -> Lateness:
        """What was added since `before`, a copy; its maximum is the upper edge of the latest bin."""
        found = Lateness()
        found.counts = [now - then for now, then in zip(self.counts, before.counts, strict=True)]
        found.max_ms = max(
            (edge for edge, n in zip((*EDGES_MS, self.max_ms), found.counts, strict=True) if n), default=0.0
        )
        return found

    def copy(self) -> Lateness:
        return self.since(Lateness())

    def figures(self) -> dict[str, object]:
        """p50, p99, max and the histogram, for `Desk.engines`."""
        return {
            "p50_ms": round(self.quantile(0.50), 3),
            "p99_ms": round(self.quantile(0.99), 3),
            "max_ms": round(self.max_ms, 3),
            "sum_ms": round(self.sum_ms, 3),
            "edges_ms": list(EDGES_MS),
            "counts": list(self.counts),
        }
