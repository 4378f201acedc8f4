"""Callers, queues and agents: ringing, talking, and what the books and listeners are told."""

from __future__ import annotations

from typing import Any

import pytest

from apps.api import params as p
from switch.words import Cause, LegId, Party
from tests.stage.paper.house import PaperHouse, after, paper, settle


async def alerts(house: PaperHouse, leg: LegId) -> list[tuple[str, str]]:
    """Agent and outcome of each alert in the books."""
    from apps import reports

    return [(row.agent, row.outcome) for row in await reports.alerts(house.house.journal, leg.rpartition(".")[0])]


async def queue(house: PaperHouse, name: str = "sales") -> Any:
    return await house.ask("queues.show", p.ByQueue(name))


@paper
async def test_a_whole_queue_call(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    assert house.hears(leg) == "music default"
    agent = await house.ringing("2001")
    assert await house.agent() == "available, ringing"
    await after(4)
    house.switch.answered(agent)
    await settle()
    assert (house.hears(leg), house.hears(agent)) == (f"room {agent}", f"room {leg}")
    assert await house.agent() == "available, talking"
    (info,) = (await house.ask("calls.list", p.CallFilter(agent="alice"))).calls
    assert (info.state, info.queue, info.extension) == ("talking", "sales", "")
    await after(20)
    await house.hang_up(leg)
    row = await house.row(leg)
    assert [(s.kind, s.ms, s.queue, s.agent, s.extension) for s in row.segments] == [
        ("queue", 0, "sales", "", ""),
        ("ring", 4000, "sales", "alice", "2001"),
        ("talk", 20000, "sales", "alice", "2001"),
    ]
    assert (row.queue, row.agent, row.wait_ms, row.talk_ms, row.duration_ms) == ("sales", "alice", 4000, 20000, 24000)
    assert await alerts(house, leg) == [("alice", "answered")]
    assert await house.agent() == "available, wrapping up"
    await after(11)
    assert await house.agent() == "available, idle"


@paper
async def test_ringing_stops_in_the_turn_in_which_the_caller_goes(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    rings = await house.ringing("2001")
    told = house.switch.listener.told
    seen = []

    def checked(event: Any) -> None:
        told(event)
        if getattr(event, "leg", "") == leg:
            seen.append(house.switch.ended(rings))

    house.switch.listener.told = checked  # type: ignore[method-assign]
    await house.hang_up(leg)
    assert seen == [Cause.CANCELLED]
    assert await house.agent() == "available, idle"
    assert await alerts(house, leg) == [("alice", "caller left")]
    row = await house.row(leg)
    assert (row.disposition, row.ended_by) == ("abandoned", "caller")


@pytest.mark.parametrize("first", ["caller", "agent"])
@paper
async def test_an_answer_and_the_callers_end_in_one_turn(house: PaperHouse, first: str) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    rings = await house.ringing("2001")
    if first == "caller":
        house.switch.gone(leg)
        house.switch.answered(rings)
    else:
        house.switch.answered(rings)
        house.switch.gone(leg)
    await settle()
    taken = first == "agent"
    assert await house.agent() == ("available, wrapping up" if taken else "available, idle")
    assert (await queue(house)).answered_today == int(taken)
    assert (await queue(house)).abandoned_today == int(not taken)
    assert not [alarm for alarm in house.house.alarms.standing() if "recording" in alarm.what]
    assert await alerts(house, leg) == [("alice", "answered" if taken else "caller left")]


@paper
async def test_the_agent_hangs_up_and_the_call_ends(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    agent = await house.pick_up("2001")
    await after(5)
    await house.hang_up(agent)
    row = await house.row(leg)
    assert (row.cause, row.ended_by, row.disposition) == ("normal", "callee", "answered")


@paper
async def test_the_agent_hangs_up_and_the_script_goes_on(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4008")
    await house.hang_up(await house.pick_up("2001"))
    assert house.hears(leg) == "play Survey."
    (recording,) = house.desk.recordings.values()
    assert recording.story == ["away", None], "the file stands still"
    assert await house.agent() == "available, wrapping up"
    await after(3)
    assert (await house.row(leg)).ended_by == "switch"


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (Cause.BUSY, "busy"),
        (Cause.DECLINED, "declined"),
        (Cause.FORBIDDEN, "declined"),
        (Cause.NO_ANSWER, "no answer"),
        (Cause.TIMEOUT, "unreachable"),
        (Cause.UNREACHABLE, "unreachable"),
    ],
)
@paper
async def test_a_refusal_goes_to_the_next_agent_and_the_caller_waits_on(
    house: PaperHouse, cause: Cause, outcome: str
) -> None:
    await house.log_in("alice", "2001")
    leg = await house.call_in("4001")
    rings = await house.ringing("2001")
    await house.log_in("bob", "2002")
    await after(3)
    await house.hang_up(rings, cause, Party.CALLEE, cause.sip)
    assert await alerts(house, leg) == [("alice", outcome)]
    assert house.hears(leg) in ("music default", "play You are next.") or "play" in house.hears(leg)
    await house.pick_up("2002")
    await after(2)
    await house.hang_up(leg)
    row = await house.row(leg)
    assert [(s.kind, s.agent) for s in row.segments if s.kind != "queue"] == [
        ("ring", "alice"), ("ring", "bob"), ("talk", "bob"),
    ]  # fmt: skip
    assert row.segments[1].outcome == outcome


@paper
async def test_nobody_answers_and_it_rings_no_longer_than_the_queue_says(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    rings = await house.ringing("2001")
    await after(14)
    assert house.switch.ended(rings) is None
    await after(2)
    assert house.switch.ended(rings) is Cause.CANCELLED
    assert await alerts(house, leg) == [("alice", "no answer")]


@paper
async def test_a_phone_that_never_rings_is_taken_back(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    (rings,) = house.switch.out("2001")
    await after(6)
    assert house.switch.ended(rings) is Cause.CANCELLED
    assert (await alerts(house, leg))[0][1] == "withdrawn"


@paper
async def test_an_agent_who_logs_out_while_it_rings_gives_the_caller_back(house: PaperHouse) -> None:
    await house.log_in("bob", "2002")
    await house.log_in("alice", "2001")
    leg = await house.call_in("4001")
    first = house.switch.out()[0]
    extension = house.switch.legs_by_id[first].target.extension  # type: ignore[union-attr]
    name = {"2001": "alice", "2002": "bob"}[extension]
    house.switch.rang(first)
    await settle()
    await house.ask("agents.logout", p.ByAgent(name))
    await settle()
    assert house.switch.ended(first) is Cause.CANCELLED
    other = "2002" if extension == "2001" else "2001"
    await house.pick_up(other)
    assert await alerts(house, leg) == [(name, "withdrawn"), ("bob" if name == "alice" else "alice", "answered")]


@paper
async def test_the_engine_dies_while_a_caller_waits_rings_and_talks(house: PaperHouse) -> None:
    await house.log_in()
    for phase in ("waits", "rings", "talks"):
        leg = await house.call_in("4002" if phase == "waits" else "4001")
        if phase == "waits":
            await house.hang_up(await house.ringing("2001"), Cause.BUSY)
        elif phase == "rings":
            await house.ringing("2001")
        else:
            await house.pick_up("2001")
        house.desk.lose_engine()
        await settle()
        assert (await house.row(leg)).cause == "engine_lost", phase
        await after(120)


@paper
async def test_hold_in_a_queue_call_is_the_queues_music_and_a_segment(house: PaperHouse) -> None:
    from media.paths import Direction

    await house.log_in()
    leg = await house.call_in("4001")
    agent = await house.pick_up("2001")
    house.switch.offered(agent, Direction.SENDONLY)
    await settle()
    assert house.hears(leg) == "music default"
    await after(5)
    house.switch.offered(agent, Direction.SENDRECV)
    await settle()
    await house.hang_up(leg)
    row = await house.row(leg)
    assert [(s.kind, s.agent) for s in row.segments][-3:] == [("talk", "alice"), ("hold", "alice"), ("talk", "alice")]
    assert row.hold_ms == 5000


# ---- what listeners are told ----------------------------------------------------------------------------------------


@paper
async def test_a_queues_changes_are_told_once_each(house: PaperHouse) -> None:
    await house.log_in()
    await after(1)
    told = len(house.told("queue.changed"))
    leg = await house.call_in("4001")
    await after(1)
    new = house.told("queue.changed")[told:]
    assert [(data["queue"]["queue"], data["queue"]["waiting"], data["queue"]["ringing"]) for data in new] == [
        ("sales", 1, 1),
        ("service", 0, 0),
    ]
    await house.pick_up("2001")
    await after(1)
    sales = [data["queue"] for data in house.told("queue.changed") if data["queue"]["queue"] == "sales"][-1]
    assert (sales["waiting"], sales["talking"], sales["answered_today"]) == (0, 1, 1)
    told = len(house.told("queue.changed"))
    await after(30)
    assert len(house.told("queue.changed")) == told, "time alone is no change"
    await house.hang_up(leg)


@paper
async def test_an_alerts_end_is_told_whatever_it_was(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    await house.hang_up(await house.ringing("2001"), Cause.NO_ANSWER)
    await after(31)
    await house.pick_up("2001")
    assert [data["outcome"] for data in house.told("alert.ended")] == ["no answer", "answered"]
    assert [data["why"] != "" for data in house.told("alert.started")] == [True, True]
    await house.hang_up(leg)


@paper
async def test_an_effect_that_fails_is_that_effects_alone(house: PaperHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("on purpose")

    await house.log_in()
    monkeypatch.setattr(house.house.recorder, "follow", broken)
    leg = await house.call_in("4001")
    agent = await house.pick_up("2001")
    assert house.hears(leg) == f"room {agent}"
