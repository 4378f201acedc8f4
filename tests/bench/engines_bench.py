"""Several engines: how soon one serves after its start, and what it costs when the two of a call are on different ones.

`run()` measures some twenty seconds. Far ends are a separate process, whose cost is not counted.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from media.words import RoomId, StreamId
from tests.bench.media_bench import SETTLE_S, _end, _load, _open
from tests.stage import procs
from tests.stage.media_house import house

CALLS = 100
SECONDS = 6.0
STARTS = 7


async def _start_ms() -> float:
    """From the start of an engine's process to the answer to its first order, the median."""
    found = []
    with tempfile.TemporaryDirectory() as directory:
        async with house(Path(directory)) as h:
            for _ in range(STARTS):
                await h.kill("e1")
                began = time.monotonic()
                await h.start("e1")
                found.append(1000 * (time.monotonic() - began))
    return statistics.median(found)


async def _calls(tied: bool) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as directory:
        async with house(Path(directory), 2) as h:
            load = await _load(2 * CALLS)
            assert load.stdin and load.stdout
            ports = await _open(h, json.loads(await load.stdout.readline()))
            # Opened one after the other, they lie on the two engines by turns.
            names = [StreamId(f"s{n}") for n in range(2 * CALLS)]
            one, two = ([name for name in names if h.desk.where(name) == engine] for engine in ("e1", "e2"))
            assert abs(len(one) - len(two)) <= 2, "the engines are not equally loaded"
            pairs = zip(one, two, strict=False) if tied else [*near(one), *near(two)]
            count = 0
            for count, pair in enumerate(pairs, 1):
                h.desk.bridge(RoomId(f"r{count}"), pair)
            load.stdin.write(json.dumps(ports).encode() + b"\n")
            await load.stdout.readline()
            await asyncio.sleep(SETTLE_S)
            pids = [h.processes[name].pid for name in ("e1", "e2")]
            before, began = sum(procs.cost(pid).cpu_s for pid in pids), time.monotonic()
            await asyncio.sleep(SECONDS)
            cpu_s = sum(procs.cost(pid).cpu_s for pid in pids) - before
            cpu_ms = 1000 * cpu_s / (time.monotonic() - began) / count
            figures = await h.desk.engines()
            heard = await _end(load)
    return {
        "cpu_ms": cpu_ms,
        "late_p99_ms": max(engine["lateness"]["p99_ms"] for engine in figures),
        **heard,
        "tie_lost": float(sum(engine["counters"]["tie_concealed"] for engine in figures)),
    }


def near(names: list[StreamId]) -> Iterator[tuple[StreamId, StreamId]]:
    """Two and two of one engine."""
    return zip(names[::2], names[1::2], strict=False)


def run() -> dict[str, float]:
    """`engines_start_ms`, and `engines_<near|tied>_<what>` for a call and second."""
    found = {"engines_start_ms": asyncio.run(_start_ms())}
    for kind, tied in (("near", False), ("tied", True)):
        found |= {f"engines_{kind}_{what}": value for what, value in asyncio.run(_calls(tied)).items()}
    return found


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
