"""Callers, queues and agents: ringing, talking, leaving, and what the books and listeners are told."""

from __future__ import annotations

from typing import Any

import pytest

from apps.api import params as p
from media.words import StreamId
from switch.words import Cause, LegId, Party
from tests.stage.paper.house import PaperHouse, after, paper, settle

QUIET = """
queues:
  sales: {ring: 15, skip: 30, wrap_up: 10, announce_position_every: never}
  service: {ring: 15, wrap_up: 0, record: ring, keep_without_agents: true, announce_position_every: never, max_wait: 60}
  short: {keep_without_agents: true, max_callers: 1, announce_position_every: never}
"""


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
    assert "leave your message" in house.hears(leg)
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


# ---- recording ------------------------------------------------------------------------------------------------------


@paper
async def test_both_sides_are_recorded_from_the_answer_to_the_end(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    assert house.desk.recordings == {}
    await after(2)
    agent = await house.pick_up("2001")
    await after(7)
    (live,) = house.desk.recordings.values()
    assert (live.left, live.right, live.channels) == (StreamId(leg), StreamId(agent), 2)
    await house.hang_up(leg)
    (found,) = (await house.ask("recordings.list", p.RecordingFilter())).recordings
    assert (found.agent, found.queue, found.length_ms, found.failed) == ("alice", "sales", 7000, "")


@paper
async def test_a_recording_from_the_first_ring_gets_its_agent_when_answered_even_at_once(house: PaperHouse) -> None:
    await house.log_in()
    house.desk.open_s = 0.2
    leg = await house.call_in("4002")
    await after(0.3)
    await after(0.19)
    (rings,) = house.switch.out("2001") or [None]
    if rings is None:
        await after(0.1)
        (rings,) = house.switch.out("2001")
    house.switch.answered(rings)
    await settle()
    await after(1)
    (live,) = house.desk.recordings.values()
    assert live.right == StreamId(rings)
    await house.hang_up(leg)
    await after(1)
    (found,) = (await house.ask("recordings.list", p.RecordingFilter(agent="alice"))).recordings
    assert found.agent == "alice"


@paper
async def test_a_recording_that_is_stopped_while_it_starts_is_stopped(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    agent = await house.ringing("2001")
    house.desk.open_s = 0.5
    house.switch.answered(agent)
    await settle()
    await house.hang_up(leg)
    await after(1)
    assert house.desk.recordings == {}
    (found,) = (await house.ask("recordings.list", p.RecordingFilter())).recordings
    assert found.ended_at is not None and found.failed == ""


@paper
async def test_a_disk_that_refuses_disturbs_no_talk_and_the_next_good_one_clears_the_alarm(house: PaperHouse) -> None:
    await house.log_in()
    house.desk.disk = "disk full"
    leg = await house.call_in("4001")
    agent = await house.pick_up("2001")
    assert house.hears(leg) == f"room {agent}"
    assert [alarm.what for alarm in house.house.alarms.standing()] == ["A recording could not begin"]
    await house.hang_up(leg)
    (found,) = (await house.ask("recordings.list", p.RecordingFilter())).recordings
    assert found.failed == "disk full"
    house.desk.disk = ""
    await after(11)
    leg = await house.call_in("4001")
    await house.pick_up("2001")
    assert house.house.alarms.standing() == []
    await house.hang_up(leg)
