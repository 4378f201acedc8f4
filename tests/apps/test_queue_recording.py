"""What a queue has recorded: both sides, from when, and what a disk that refuses does."""

from __future__ import annotations

from apps.api import params as p
from media.words import StreamId
from tests.stage.paper.house import PaperHouse, after, paper, settle


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
