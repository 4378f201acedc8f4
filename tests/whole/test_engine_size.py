"""What an engine takes before and while it works: CPU until it is ready, and memory for each further call."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.bench import media_bench
from tests.stage import procs
from tests.stage.media_house import House

pytestmark = pytest.mark.whole

READY_S = 0.5
CALL_KB = 60.0


async def test_an_engine_is_ready_in_half_a_second(tmp_path: Path) -> None:
    """CPU seconds: on a machine that has nothing else to do they are what passes, and here others run beside it."""
    h = House(tmp_path, 1, ())
    await h.start("disk")
    try:
        began = time.monotonic()
        await h.start("e1")
        cost = procs.cost(h.processes["e1"].pid)
        print(
            f"ready after {time.monotonic() - began:.2f} s, of which {cost.cpu_s:.2f} s CPU; {cost.resident_mb:.0f} MB"
        )
        assert cost.cpu_s < READY_S
    finally:
        for name in list(h.processes):
            await h.kill(name)


async def test_a_recorded_call_takes_less_than_60_kb() -> None:
    """What 80 further calls take; what the first ones take is the engine's own, and is taken once."""
    few, many = [await media_bench._engine_case("recorded", calls, 0.3) for calls in (20, 100)]
    each_kb = (many["rss_mb"] - few["rss_mb"]) * 1024 / 80
    print(f"{each_kb:.0f} kB a call")
    assert each_kb < CALL_KB and many["dropped_blocks"] == 0
