"""Today's counts, and what the floor remembers, through a restart."""

from __future__ import annotations

import time

from apps import reports
from apps.api import params as p
from apps.floor_memory import restore_floor
from apps.site_clock import local_now, midnight_at, seconds_to_midnight
from apps.today import Today
from switch.words import Cause, Party
from tests.stage.paper.house import PaperHouse, after, paper, settle
from tests.stage.paper.loop import UTC0


async def a_day(house: PaperHouse) -> None:
    """One answered, one abandoned, one out that failed, one in that was refused."""
    await house.log_in()
    leg = await house.call_in("4001")
    await house.pick_up("2001")
    await after(3)
    await house.hang_up(leg)
    leg = await house.call_in("4002")
    await after(3)
    await house.hang_up(leg)
    await house.call_from("2001", "75551234")
    await house.hang_up(house.switch.out("75551234")[0], Cause.TRUNK_FAILED, Party.CALLEE, 503)
    await house.call_in("9999")
    await settle()


def counts(today: Today) -> list[object]:
    sales, service = today.queue("sales"), today.queue("service")
    carrier = today.trunk("carrier")
    return [
        today.calls,
        sales.answered,
        sales.abandoned,
        service.answered,
        service.abandoned,
        carrier.calls,
        carrier.failed,
    ]


@paper
async def test_counts_are_the_same_from_the_books(house: PaperHouse) -> None:
    await a_day(house)
    lived = counts(house.house.today)
    assert lived == [4, 1, 0, 0, 1, 4, 1]
    midnight = midnight_at(house.house.site)
    queues = await reports.counts_today(house.house.journal, midnight)
    read = Today()
    read.remember(queues.pop("")[0], queues, await reports.trunks_today(house.house.journal, midnight))
    assert counts(read) == lived


@paper
async def test_midnight_zeroes_all_but_what_runs(house: PaperHouse) -> None:
    await a_day(house)
    leg = await house.call_in("4006")
    assert abs(seconds_to_midnight(house.house.site) - (86400 - (time.time() % 86400))) < 1
    before = local_now(house.house.site).day
    await after(86400 - time.time() % 86400 + 2)
    assert house.switch.ended(leg) is not None
    assert local_now(house.house.site).day == before + 1
    assert (house.house.today.calls, house.house.today.queue("sales").answered) == (0, 0)
    (alice, _) = (await house.ask("agents.list", p.Nothing())).agents
    assert alice.calls_today == 0


@paper
async def test_agents_who_never_logged_in_are_that_since_the_start(house: PaperHouse) -> None:
    await after(100)
    (alice, _) = (await house.ask("agents.list", p.Nothing())).agents
    assert alice.since.timestamp() == UTC0


@paper
async def test_the_floor_is_restored_from_the_books(house: PaperHouse) -> None:
    await house.log_in("bob", "2002")
    leg = await house.call_in("4001")
    await house.pick_up("2002")
    await after(3)
    await house.hang_up(leg)
    await house.log_in()
    await house.ask("agents.break", p.Break("alice", "rest"))
    await after(4)
    from acd.centre import Centre
    from apps.queue_calls import Floor

    old = house.house.floor
    house.house.floor = Floor(house.house, Centre(house.house.site.centre_settings(), time.monotonic()))
    await restore_floor(house.house)
    assert await house.agent("bob") == "available, wrapping up"
    assert await house.agent("alice") == "on break, idle"
    assert house.house.floor.last_agent("13800138000", 60) == "bob"
    (_, bob) = (await house.ask("agents.list", p.Nothing())).agents
    assert bob.calls_today == 1
    await after(7)
    assert await house.agent("bob") == "available, idle"
    house.house.phone_use._floor = house.house.floor
    assert not old.waiting
