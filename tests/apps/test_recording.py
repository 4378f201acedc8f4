"""One call, one recording: whom it follows, when it stands still, and what its map says."""

from __future__ import annotations

from apps.api import params as p
from media.events import RecordingFailed
from media.recording_report import RecordingMark
from media.words import StreamId
from tests.stage.paper.house import SITE, PaperHouse, after, paper

QUEUES = """
queues:
  sales: {ring: 15, skip: 30, wrap_up: 0, announce_position_every: never, last_agent: no}
  service: {ring: 15, wrap_up: 0, record: never, announce_position_every: never, last_agent: no}
"""
PLAN = """
routes:
  - {to: "2XXX", dial: "{called}"}
  - {to: "4001", do: onwards}
  - {to: "4002", do: unkept}
scripts:
  onwards:
    - queue: {name: sales, connected: [{queue: {name: sales, connected: [{dial: "2003"}]}}]}
  unkept:
    - queue: {name: sales, connected: [{queue: {name: service}}]}
"""
scene = paper(queues=QUEUES, dialplan=PLAN)
keeping = paper(queues=QUEUES, dialplan=PLAN, switch=SITE["switch.yaml"] + "    recording: {keep_between: yes}\n")


@scene
async def test_one_recording_follows_a_caller_to_the_next_agent_and_to_whom_the_script_dials(house: PaperHouse) -> None:
    await house.log_in()
    await house.log_in("bob", "2002")
    await house.register("2003")
    leg = await house.call_in("4001")
    first = await house.pick_up("2001")
    await after(5)
    await house.hang_up(first)
    await after(4)
    second = await house.pick_up("2002")
    await after(3)
    await house.hang_up(second)
    third = await house.pick_up("2003")
    await after(2)
    (live,) = house.desk.recordings.values()
    talks = [StreamId(second), StreamId(third)]
    assert live.right == talks[1]
    assert live.story == ["away", None, talks[0], "back", "away", None, talks[1], "back"]
    await house.hang_up(leg)
    (found,) = (await house.ask("recordings.list", p.RecordingFilter())).recordings
    assert found.ended_at is not None and (found.agent, found.queue) == ("bob", "sales")


@scene
async def test_a_queue_that_is_never_recorded_is_not_because_another_was(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4002")
    await house.hang_up(await house.pick_up("2001"))
    agent = await house.pick_up("2001")
    assert house.hears(leg) == f"room {agent}"
    (live,) = house.desk.recordings.values()
    assert live.story == ["away", None]


@keeping
async def test_a_site_may_keep_what_lies_between_two_talks(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4002")
    await house.hang_up(await house.pick_up("2001"))
    (live,) = house.desk.recordings.values()
    assert live.story == [None], "the caller alone is recorded"
    await house.pick_up("2001")
    assert live.story == [None, "away"], "but not in a queue that is not to be recorded"
    await house.hang_up(leg)


@scene
async def test_a_recording_that_broke_is_followed_by_another_one(house: PaperHouse) -> None:
    await house.log_in()
    await house.log_in("bob", "2002")
    leg = await house.call_in("4001")
    first = await house.pick_up("2001")
    (name,) = house.desk.recordings
    house.desk.tell(RecordingFailed(name, "disk full"))
    await after(5)
    await house.hang_up(first)
    await after(1)
    await house.pick_up("2002")
    assert list(house.desk.recordings) == [name.removesuffix("1") + "2"]
    await house.hang_up(leg)
    rows = (await house.ask("recordings.list", p.RecordingFilter())).recordings
    assert len(rows) == 2 and all(row.ended_at for row in rows)


@scene
async def test_the_map_of_a_recording_has_names(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    agent = await house.pick_up("2001")
    (caller,) = (call.caller.number for call in house.house.calls.values())
    (name,) = house.desk.recordings
    house.desk.marks = (RecordingMark(0, "begin", str(leg), str(agent)), RecordingMark(7000, "end", "", "", 7000))
    await after(7)
    await house.hang_up(leg)
    found = await house.ask("recordings.info", p.ByRecording(name))
    assert [(mark.what, mark.right, mark.right_leg) for mark in found.marks] == [
        ("begin", "alice", agent),
        ("end", "", ""),
    ]
    assert (found.marks[0].left, found.marks[0].left_leg) == (caller, leg)
