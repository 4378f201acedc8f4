"""Callers who wait in a queue: their place and patience, why they wait, and how they go without an agent."""

from __future__ import annotations

from typing import Any

from apps.api import params as p
from switch.words import Cause, Party
from tests.stage.paper.house import PaperHouse, after, paper, settle

QUIET = """
queues:
  sales: {ring: 15, skip: 30, wrap_up: 10, announce_position_every: never}
  service: {ring: 15, wrap_up: 0, record: ring, keep_without_agents: true, announce_position_every: never, max_wait: 60}
  short: {keep_without_agents: true, max_callers: 1, announce_position_every: never}
"""


async def queue(house: PaperHouse, name: str = "sales") -> Any:
    return await house.ask("queues.show", p.ByQueue(name))


@paper
async def test_nobody_on_duty_is_said_and_then_the_script_goes_on(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    assert "Nobody is on duty" in house.hears(leg)
    await after(3)
    assert house.hears(leg) == "play After."
    await after(3)
    row = await house.row(leg)
    assert (row.cause, row.ended_by, row.disposition) == ("normal", "switch", "no answer")
    assert row.segments[0].outcome == "no agents"


@paper(queues=QUIET)
async def test_a_full_queue_takes_nobody(house: PaperHouse) -> None:
    await house.call_in("4006")
    second = await house.call_in("4006")
    assert "Too many callers" in house.hears(second)


@paper
async def test_the_dialplans_patience_ends_and_the_queues_answer_is_given(house: PaperHouse) -> None:
    leg = await house.call_in("4006")
    await after(10)
    assert house.hears(leg) == "play Sorry."
    await after(2)
    await house.until_hears(leg, "leave your message")
    row = await house.row(leg)
    assert (row.segments[0].kind, row.segments[0].ms, row.segments[0].outcome) == ("queue", 10000, "timed out")
    await after(3)
    assert (await house.kinds(leg))[-1] == "voicemail"
    assert (await queue(house, "short")).abandoned_today == 0


@paper
async def test_the_queues_own_patience_ends(house: PaperHouse) -> None:
    leg = await house.call_in("4002")
    await after(61)
    assert "still busy" in house.hears(leg)
    assert house.position(leg) is None


@paper
async def test_an_administrator_who_releases_a_waiting_caller_makes_no_abandoned_one(house: PaperHouse) -> None:
    leg = await house.call_in("4002")
    house.call(leg).end(Cause.RELEASED, Party.ADMIN)
    await settle()
    assert (await queue(house, "service")).abandoned_today == 0
    assert (await house.row(leg)).ended_by == "admin"


@paper
async def test_who_withholds_the_number_is_no_returning_caller(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001", number="")
    await house.pick_up("2001")
    await house.hang_up(leg)
    assert house.house.floor.last_agent("", 60) is None
    known = await house.call_in("4002", number="13900139000")
    await after(11)
    await house.pick_up("2001")
    assert house.house.floor.last_agent("13900139000", 60) == "alice"
    await house.hang_up(known)


@paper(queues=QUIET)
async def test_positions_are_kept_and_shown(house: PaperHouse) -> None:
    legs = [await house.call_in("4002", number=f"1380013800{n}") for n in range(3)]
    assert [house.position(leg) for leg in legs] == [1, 2, 3]
    await house.hang_up(legs[0])
    assert [house.position(leg) for leg in legs] == [None, 1, 2]
    detail = await queue(house, "service")
    assert [caller.number for caller in detail.callers] == ["13800138001", "13800138002"]


@paper(queues=QUIET)
async def test_why_a_caller_waits_and_who_is_rung(house: PaperHouse) -> None:
    await house.log_in()
    first, second = await house.call_in("4001"), await house.call_in("4001", number="13900139000")
    await house.ringing("2001")
    about = await house.ask("queues.explain", p.ByCall(house.call(first).id))
    assert [(verdict.agent, verdict.chosen) for verdict in about.agents if verdict.agent == "alice"] == [
        ("alice", True)
    ]
    about = await house.ask("queues.explain", p.ByCall(house.call(second).id))
    assert [verdict.chosen for verdict in about.agents] == [False, False]
    assert [ahead.number for ahead in about.ahead] == ["13800138000"]
