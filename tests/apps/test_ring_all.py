"""Several phones ring for one caller: one of them has the caller, and nothing is left of the others."""

from __future__ import annotations

from apps import reports
from switch.words import Cause, LegId, Party
from tests.stage.paper.house import PaperHouse, after, paper, settle

QUEUES = """
queues:
  sales: {strategy: ring_all, ring: 15, wrap_up: 10, announce_position_every: never}
  service: {strategy: progressive, ring_more: 4, ring: 15, wrap_up: 10, announce_position_every: never}
  short: {announce_position_every: never}
"""
AGENTS = """
agents:
  alice: {extension: "2001", queues: [sales, service]}
  bob: {extension: "2002", queues: [sales, service]}
"""


async def alerts(house: PaperHouse, leg: LegId) -> list[tuple[str, str]]:
    rows = await reports.alerts(house.house.journal, leg.rpartition(".")[0])
    return sorted((row.agent, row.outcome) for row in rows)


async def both_ring(house: PaperHouse) -> tuple[LegId, LegId, LegId]:
    await house.log_in("alice", "2001")
    await house.log_in("bob", "2002")
    leg = await house.call_in("4001")
    return leg, await house.ringing("2001"), await house.ringing("2002")


@paper(queues=QUEUES, agents=AGENTS)
async def test_one_answers_and_the_other_stops_as_answered_elsewhere(house: PaperHouse) -> None:
    leg, alice, bob = await both_ring(house)
    assert (await house.agent("alice"), await house.agent("bob")) == ("available, ringing", "available, ringing")
    await after(3)
    house.switch.answered(bob)
    await settle()
    assert house.switch.ended(alice) is Cause.ANSWERED_ELSEWHERE
    assert (house.hears(leg), house.hears(bob)) == (f"room {bob}", f"room {leg}")
    assert (await house.agent("alice"), await house.agent("bob")) == ("available, idle", "available, talking")
    await after(5)
    await house.hang_up(leg)
    assert await alerts(house, leg) == [("alice", "taken"), ("bob", "answered")]
    row = await house.row(leg)
    assert [(s.kind, s.ms, s.agent) for s in row.segments] == [
        ("queue", 0, ""),
        ("ring", 3000, ""),
        ("talk", 5000, "bob"),
    ]
    assert (row.agent, row.wait_ms, row.talk_ms) == ("bob", 3000, 5000)


@paper(queues=QUEUES, agents=AGENTS)
async def test_both_answer_in_one_turn_and_the_first_has_the_caller(house: PaperHouse) -> None:
    leg, alice, bob = await both_ring(house)
    house.switch.answered(bob)
    house.switch.answered(alice)
    await settle()
    assert house.hears(leg) == f"room {bob}"
    assert house.switch.ended(alice) is Cause.ANSWERED_ELSEWHERE
    assert (await house.agent("alice"), await house.agent("bob")) == ("available, idle", "available, talking")
    await house.hang_up(leg)
    assert await alerts(house, leg) == [("alice", "taken"), ("bob", "answered")]


@paper(queues=QUEUES, agents=AGENTS)
async def test_one_declines_and_the_other_still_rings(house: PaperHouse) -> None:
    leg, alice, bob = await both_ring(house)
    await after(2)
    await house.hang_up(alice, Cause.DECLINED, Party.CALLEE, 603)
    assert await house.agent("alice") == "available, idle"
    await after(2)
    house.switch.answered(bob)
    await settle()
    assert house.hears(leg) == f"room {bob}"
    await house.hang_up(leg)
    assert await alerts(house, leg) == [("alice", "declined"), ("bob", "answered")]
    assert await house.kinds(leg) == ["queue", "ring", "talk"], "the caller was rung for all the time"


@paper(queues=QUEUES, agents=AGENTS)
async def test_the_caller_goes_and_both_stop_in_that_turn(house: PaperHouse) -> None:
    leg, alice, bob = await both_ring(house)
    await house.hang_up(leg)
    assert (house.switch.ended(alice), house.switch.ended(bob)) == (Cause.CANCELLED, Cause.CANCELLED)
    assert await alerts(house, leg) == [("alice", "caller left"), ("bob", "caller left")]


@paper(queues=QUEUES, agents=AGENTS)
async def test_nobody_answers_and_the_caller_waits_on(house: PaperHouse) -> None:
    leg, alice, bob = await both_ring(house)
    await after(16)
    assert (house.switch.ended(alice), house.switch.ended(bob)) == (Cause.CANCELLED, Cause.CANCELLED)
    assert await house.kinds(leg) == ["queue", "ring", "queue"]
    assert house.hears(leg) == "music default"


@paper(queues=QUEUES, agents=AGENTS)
async def test_progressive_rings_the_second_phone_later(house: PaperHouse) -> None:
    await house.log_in("bob", "2002")
    await house.log_in("alice", "2001")
    leg = await house.call_in("4002")
    alice = await house.ringing("2001")
    assert not house.switch.out("2002")
    await after(4.1)
    bob = await house.ringing("2002")
    house.switch.answered(alice)
    await settle()
    assert house.switch.ended(bob) is Cause.ANSWERED_ELSEWHERE and house.hears(leg) == f"room {alice}"
