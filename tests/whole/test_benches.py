"""The measuring tools run: a bench that no longer fits the code is found here, not on the day somebody needs figures.

What they measure is judged nowhere in the tests; only that every figure is there.
"""

from __future__ import annotations

import pytest

from tests.bench import engines_bench, load_run, media_bench

pytestmark = pytest.mark.whole


async def test_the_load_run_judges_a_few_calls() -> None:
    found, counted = await load_run.run(1.5, 3)
    assert found["ticks"] > 50
    assert found["heard_share"] > 0.5
    assert counted["dropped_blocks"] == 0
    assert len(load_run.verdicts(found, counted)) == 7


@pytest.mark.parametrize("kind", ["srtp", "transcoded", "music"])
async def test_a_case_of_the_media_bench_has_its_figures(kind: str) -> None:
    found = await media_bench._engine_case(kind, 2, 0.5)
    assert found["cpu_ms"] > 0
    assert found["heard_share"] > 0.5


async def test_the_engines_bench_ties_its_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines_bench, "CALLS", 4)
    monkeypatch.setattr(engines_bench, "SECONDS", 0.5)
    found = await engines_bench._calls(tied=True)
    assert found["heard_share"] > 0.5
