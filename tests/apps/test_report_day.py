"""The reports of a day are what whoever played the day reckons, whatever happened in it, and however often the exchange died."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.api import params as p
from apps.api.instants import utc
from tests.apps import reckoning
from tests.apps.day import SITE, TICK, Day
from tests.stage.paper.loop import UTC0
from tests.stage.paper.restart import Life, live

HOURS = 2
START = 3 * 3600 + 4 * 60 + 5
"""The day begins at 03:04:05."""
SHIFTS = {  # as agents.yaml says, in seconds of the day that is played
    "alice": [(3 * 3600 + 1800 - START, 6 * 3600 - START)],
    "carol": [(0, 5 * 3600 + 900 - START)],
}


def played(seed: int, kills: tuple[int, ...], hours: float = HOURS, look: Any = None) -> Day:
    """A whole day, held against its reports while its last exchange still lives."""

    async def scene(life: Life) -> Day:
        day = Day(life, seed, kills)
        await day.play(int(hours * 3600))
        await compare(day)
        if look is not None:
            await look(day)
        return day

    return live(scene, **SITE)


def fields(row: Any, *without: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__ if name not in without}


async def compare(day: Day) -> None:
    """Every number of every report."""
    ask, whole = day.house.ask, (utc(UTC0), utc(UTC0 + day.now))
    queues = await ask("reports.queues", p.QueueReportOf(*whole))
    found = {row.queue: fields(row, "queue", "name") for row in queues.rows} | {"": fields(queues.total)}
    assert found == reckoning.queues(day)
    for row in found.values():
        ways = ("answered", "abandoned", "abandoned_short", "sent_on", "lost", "waiting")
        assert row["offered"] == sum(row[way] for way in ways)
    halves = await ask("reports.intervals", p.IntervalReportOf(*whole, interval_s=1800))
    numbered = {
        (round(row.began_at.timestamp() - UTC0) // 1800, row.queue): fields(row, "queue", "began_at")
        for row in halves.rows
    }
    assert numbered == reckoning.intervals(day, 1800)
    agents = await ask("reports.agents", p.AgentReportOf(*whole))
    assert {row.agent: fields(row, "agent", "name") for row in agents.rows} == reckoning.agents(day, SHIFTS)
    breaks = await ask("reports.breaks", p.AgentReportOf(*whole))
    assert {(row.agent, row.reason): fields(row, "agent", "reason") for row in breaks.rows} == reckoning.breaks(day)
    came_out = await ask("reports.dispositions", p.DispositionReportOf(*whole))
    assert {(row.queue, row.code): row.count for row in came_out.rows} == reckoning.dispositions(day)
    for name, row in reckoning.queues(day).items():
        today = day.house.house.today.queue(name)
        if name:
            assert (today.answered, today.abandoned) == (row["answered"], row["abandoned"] + row["abandoned_short"])


def test_a_day_is_reported_as_it_was() -> None:
    day = played(1, ())
    every = reckoning.queues(day)[""]
    # The day has some of everything, or it would prove nothing.
    for name in ("answered", "abandoned", "abandoned_short", "sent_on", "sent_on_late", "transferred", "hold_ms"):
        assert every[name] > 2, name
    assert {code for _, code in reckoning.dispositions(day)} == {"", "1", "2", "not given"}
    assert any(row["over_count"] for row in reckoning.breaks(day).values())
    assert {outcome for _, _, outcome in day.alerts} >= {
        "answered",
        "declined",
        "no answer",
        "caller left",
        "withdrawn",
    }


@pytest.mark.parametrize("seed", [2, 3])
def test_an_exchange_killed_again_and_again_changes_no_total(seed: int) -> None:
    kills = tuple(range(1000 + 35 * seed, int(HOURS * 3600) - 500, 1115))
    day = played(seed, kills)
    assert reckoning.queues(day)[""]["lost"] > 0 and reckoning.agents(day, {})["alice"]["down_ms"] > 0


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10**6), kills=st.lists(st.integers(10, 300), max_size=5))
def test_any_day_with_any_deaths(seed: int, kills: list[int]) -> None:
    played(seed, tuple(sorted({kill * TICK for kill in kills})), hours=0.5)


def test_a_part_of_the_day_cuts_the_time_and_counts_who_joined_in_it() -> None:
    async def look(day: Day) -> None:
        begin, end = 1800, 5400
        asked = p.AgentReportOf(utc(UTC0 + begin), utc(UTC0 + end), "alice")
        (row,) = (await day.house.ask("reports.agents", asked)).rows
        cut = day.slots["alice"][begin // TICK : end // TICK]
        assert row.idle_ms == 1000 * TICK * cut.count("idle")
        assert row.talking_ms == 1000 * TICK * cut.count("talking")
        assert row.calls == sum(s.agent == "alice" and begin <= (s.left or 0) < end for s in day.stays)
        asked_queue = p.QueueReportOf(utc(UTC0 + begin), utc(UTC0 + end), "sales", 5.0)
        (sales,) = (await day.house.ask("reports.queues", asked_queue)).rows
        joined = [s for s in day.stays if s.queue == "sales" and begin <= s.joined < end]
        assert sales.offered == len(joined)
        assert sales.answered_in_target == sum(s.agent != "" and (s.left or 0) - s.joined <= 5 for s in joined)

    played(5, (), look=look)
