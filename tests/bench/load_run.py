"""Ten minutes of recorded calls at 70 % of a core: does every tick come in time, and does nothing grow or get lost?

    python -m tests.bench.load_run [--seconds 600] [--calls N] [--share 0.7]

The number of calls is found first: two trials of a few seconds say what one costs. Each call is two streams in a room,
recorded on two channels; a recording is ended after RECORDING_S and the next begun, a few every second, and its file
is judged and deleted. Far ends are a process of their own, on another core if there is one. Lateness and counters are
those of the measured time alone. The exit code is 0 when all limits hold.

A shared machine slows down by a third for minutes, and the same calls then take more than 70 %: how late ticks are is judged
in the samples of SAMPLE_S in which the engine took at most MOST_SHARE of a core; how many there were is said, and the figures of
all ticks, too.

Deliberately absent: what a call costs at other loads (media_bench.py); calls that come and go (whole_bench.py).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from media.words import StreamId
from tests.bench.media_bench import _connect, _end, _engine_case, _load, _open
from tests.stage import procs
from tests.stage.media_house import House, house

SAMPLE_S = 5.0
RECORDING_S = 30.0
SETTLE_S = 5.0
TRIAL_CALLS, TRIAL_MOST, TRIAL_S = 150, 900, 6.0
MOST_CALLS, ROWS = 1400, 4096
"""More of them than this, and far ends and disk want more than the second core of a small machine."""
MOST_SHARE = 0.75
LATE_P99_MS, LATE_MOST_MS, CALL_KB = 3.0, 20.0, 60.0
GROWTH_KB_PER_MIN = 200.0
"""Below this memory is called level; a leak of a kilobyte a recording would be 2,000 and more."""
MISSING_S = 0.1
"""Of a recording: what its clock and its ticks may differ by."""


@dataclass
class Seen:
    """What is noted while it runs."""

    at: list[float] = field(default_factory=list)
    resident_kb: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    late: list[list[int]] = field(default_factory=list)
    """Of each sample: ticks by lateness, in the bins of the engine's histogram."""
    recordings: int = 0
    failed: int = 0
    missing_s: float = 0.0
    worst_missing_s: float = 0.0


def _busy_s() -> float:
    """CPU seconds that all processes of this machine have used."""
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


async def _record(h: House, directory: Path, call: int, nth: int) -> str:
    name = f"rec{call}-{nth}"
    await h.desk.record(name, directory / f"{name}.wav", StreamId(f"s{2 * call}"), StreamId(f"s{2 * call + 1}"))
    return name


async def _renew(h: House, directory: Path, running: list[str], seen: Seen) -> None:
    """End one recording after another, each RECORDING_S once, and begin the next in its place."""
    nth, begin = 0, time.monotonic()
    while True:
        nth += 1
        for call in range(len(running)):
            due = begin + RECORDING_S * (nth - 1 + call / len(running))
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            report = await h.desk.record_stop(running[call])
            seen.recordings += 1
            seen.failed += bool(report.failed) or report.dropped_blocks > 0
            seen.missing_s += report.missing_s
            seen.worst_missing_s = max(seen.worst_missing_s, report.missing_s)
            os.unlink(report.path)
            running[call] = await _record(h, directory, call, nth)


def _counters(figures: dict[str, Any]) -> dict[str, int]:
    counted: dict[str, int] = figures["counters"]
    plain = ("packets_in", "packets_out", "stretched", "shrunk", "disk_waiting_bytes")
    return {name: count for name, count in counted.items() if name not in plain}


def _quantile(edges: list[float], counts: list[int], share: float) -> float:
    """The edge [ms] under which that share of ticks lies; infinite beyond the last."""
    seen, total = 0, sum(counts)
    for edge, count in zip([*edges, float("inf")], counts, strict=True):
        seen += count
        if seen >= share * total:
            return edge
    return float("inf")


def _growth(resident_kb: list[float]) -> tuple[float, float]:
    """Steady growth [kB/min] and the largest step [kB].

    When all far ends stumble at once, the burst that follows takes memory for good that was not needed before: a step,
    not a leak. So one difference in twenty, the largest, is left out.
    """
    steps = np.sort(np.diff(resident_kb))
    if steps.size < 2:
        return 0.0, 0.0
    kept = steps[: steps.size - max(1, steps.size // 20)]
    return float(kept.mean()) * 60 / SAMPLE_S, float(steps[-1])


async def run(seconds: float, calls: int) -> tuple[dict[str, float], dict[str, int]]:
    """Figures of the measured time, and what was counted in it."""
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        async with house(directory, 1, "--ports", "14000-31999", "--rows", str(ROWS)) as h:
            load = await _load(2 * calls)
            assert load.stdin and load.stdout
            engine, disk = h.processes["e1"].pid, h.processes["disk"].pid
            idle_kb = procs.cost(engine).resident_mb * 1024
            ports = await _open(h, json.loads(await load.stdout.readline()))
            await _connect(h, "recorded", [StreamId(f"s{n}") for n in range(len(ports))])
            load.stdin.write(json.dumps(ports).encode() + b"\n")
            await load.stdout.readline()
            running = [await _record(h, directory, call, 0) for call in range(calls)]
            await asyncio.sleep(SETTLE_S)
            seen = Seen()
            (before,) = await h.desk.engines()
            busy, load_before, own = _busy_s(), procs.cost(load.pid).cpu_s, procs.cost(os.getpid()).cpu_s
            cost = procs.cost(engine).cpu_s, procs.cost(disk).cpu_s
            began = time.monotonic()
            renewing = asyncio.create_task(_renew(h, directory, running, seen))
            last, late_before = (cost[0], began), before["lateness"]["counts"]
            while time.monotonic() < began + seconds:
                await asyncio.sleep(min(SAMPLE_S, max(0.1, began + seconds - time.monotonic())))
                if renewing.done():
                    renewing.result()
                now, used = time.monotonic(), procs.cost(engine)
                seen.at.append(now - began)
                seen.resident_kb.append(used.resident_mb * 1024)
                seen.cpu.append((used.cpu_s - last[0]) / (now - last[1]))
                last = used.cpu_s, now
                (live,) = await h.desk.engines()
                counts = live["lateness"]["counts"]
                seen.late.append([b - a for a, b in zip(late_before, counts, strict=True)])
                late_before = counts
                print(
                    f"{now - began:6.0f} s  cpu {seen.cpu[-1]:4.0%}  {used.resident_mb:6.1f} MB  "
                    f"skipped {live['skipped_ticks']}  recordings {seen.recordings}",
                    file=sys.stderr,
                    flush=True,
                )
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing
            span = time.monotonic() - began
            others_s = (
                _busy_s() - busy - (procs.cost(load.pid).cpu_s - load_before) - (procs.cost(os.getpid()).cpu_s - own)
            )
            engine_s, disk_s = procs.cost(engine).cpu_s - cost[0], procs.cost(disk).cpu_s - cost[1]
            (after,) = await h.desk.engines()
            heard = await _end(load)
    edges = after["lateness"]["edges_ms"]
    late = [b - a for a, b in zip(before["lateness"]["counts"], after["lateness"]["counts"], strict=True)]
    work = [b - a for a, b in zip(before["work"]["counts"], after["work"]["counts"], strict=True)]
    grew = after["lateness"]["max_ms"] > before["lateness"]["max_ms"]
    # Without a new maximum the worst of the measured time is known by its bin alone.
    worst = after["lateness"]["max_ms"] if grew else _quantile(edges, late, 1.0)
    over_20 = edges.index(LATE_MOST_MS) + 1
    within = [bins for bins, share in zip(seen.late, seen.cpu, strict=True) if share <= MOST_SHARE]
    judged = [sum(column) for column in zip(*within, strict=True)] if within else [0] * len(late)
    growth, step = _growth(seen.resident_kb)
    counted = {name: count - _counters(before)[name] for name, count in _counters(after).items()}
    return {
        "calls": calls,
        "seconds": span,
        "engine_cpu_share": engine_s / span,
        "disk_cpu_share": disk_s / span,
        "others_cpu_share": max(0.0, others_s - engine_s - disk_s) / span,
        "cpu_ms_per_call_and_second": (engine_s + disk_s) * 1000 / span / calls,
        "late_p50_ms": _quantile(edges, late, 0.5),
        "late_p99_ms": _quantile(edges, late, 0.99),
        "late_max_ms": worst,
        "work_p50_ms": _quantile(edges, work, 0.5),
        "work_p99_ms": _quantile(edges, work, 0.99),
        "ticks": sum(late),
        "ticks_over_20_ms": sum(late[over_20:]),
        "samples": len(seen.late),
        "samples_judged": len(within),
        "judged_late_p99_ms": _quantile(edges, judged, 0.99),
        "judged_over_20_ms": sum(judged[over_20:]),
        "call_kb": (float(np.median(seen.resident_kb)) - idle_kb) / calls,
        "growth_kb_per_min": growth,
        "largest_step_kb": step,
        "resident_mb": seen.resident_kb[-1] / 1024,
        "recordings": seen.recordings,
        "recordings_failed": seen.failed,
        "recordings_worst_missing_s": seen.worst_missing_s,
        **heard,
    }, counted


def verdicts(found: dict[str, float], counted: dict[str, int]) -> list[tuple[bool, str]]:
    """Each limit: whether it holds, and the figure."""
    return [
        (
            found["samples_judged"] > 0 and found["judged_late_p99_ms"] < LATE_P99_MS,
            f"tick lateness p99 at most {found['judged_late_p99_ms']:g} ms, limit {LATE_P99_MS:g}, in "
            f"{found['samples_judged']:g} of {found['samples']:g} samples up to {MOST_SHARE:.0%} of a core",
        ),
        (
            found["judged_over_20_ms"] == 0,
            f"{found['judged_over_20_ms']:g} ticks over 20 ms in these; {found['ticks_over_20_ms']:g} in all, worst "
            f"{found['late_max_ms']:.1f} ms",
        ),
        (counted["skipped_ticks"] == 0, f"{counted['skipped_ticks']} ticks skipped"),
        (found["call_kb"] < CALL_KB, f"{found['call_kb']:.1f} kB a call, limit {CALL_KB:g}"),
        (
            found["growth_kb_per_min"] < GROWTH_KB_PER_MIN,
            f"memory grows by {found['growth_kb_per_min']:.0f} kB a minute, limit {GROWTH_KB_PER_MIN:g}; largest step "
            f"{found['largest_step_kb']:.0f} kB",
        ),
        (
            counted["dropped_blocks"] == 0 and found["recordings_failed"] == 0,
            f"{counted['dropped_blocks']} blocks dropped, {found['recordings_failed']:g} of {found['recordings']:g} "
            "recordings failed",
        ),
        (
            found["recordings_worst_missing_s"] <= MISSING_S,
            f"at most {found['recordings_worst_missing_s']:.3f} s missing in a recording, limit {MISSING_S:g}",
        ),
    ]  # fmt: skip


def main() -> int:
    """The command line; 0 when every limit holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load_run")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--calls", type=int, default=0, help="0: as many as take --share of a core")
    parser.add_argument("--share", type=float, default=0.7, help="of one core, the engine's")
    arguments = parser.parse_args()
    calls = arguments.calls
    for trial_calls in () if calls else (TRIAL_CALLS, 0):
        # A call costs less beside many others: what the first trial says is tried out once more.
        trial = asyncio.run(_engine_case("recorded", trial_calls or min(calls, TRIAL_MOST), TRIAL_S))
        each = trial["cpu_ms"] - trial["disk_cpu_ms"]
        calls = max(1, min(int(arguments.share * 1000 / each), MOST_CALLS))
        print(
            f"{each:.2f} ms of the engine a call and second: {calls} calls are {arguments.share:.0%}", file=sys.stderr
        )
    found, counted = asyncio.run(run(arguments.seconds, calls))
    for name, value in found.items():
        print(f"{name:<28} {value:.3f}")
    lost = ", ".join(f"{name} {count}" for name, count in sorted(counted.items()) if count) or "nothing"
    print(f"{'counted':<28} {lost}\n")
    if found["far_behind_ms"] > 100:
        print(f"The far ends could not keep up and are {found['far_behind_ms']:.0f} ms behind: take fewer --calls.\n")
    if found["others_cpu_share"] > 0.2:
        print(f"Others took {found['others_cpu_share']:.0%} of a core meanwhile: lateness is theirs, too.\n")
    judged = verdicts(found, counted)
    for good, what in judged:
        print(f"{'pass' if good else 'FAIL'}  {what}")
    return 0 if all(good for good, _ in judged) else 1


if __name__ == "__main__":
    sys.exit(main())
