"""One call, one recording: whom it follows, when it stands still, and what its map says."""

from __future__ import annotations

import pytest

from apps.api import params as p
from apps.api.book_types import Side
from apps.api.protocol import ApiError
from media.events import RecordingEncoded, RecordingFailed
from media.paths import Direction
from media.recording_report import RecordingFormat, RecordingMark
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
flac = paper(
    queues=QUEUES,
    dialplan=PLAN,
    switch=SITE["switch.yaml"] + "    recording: {format: flac, mixed: yes, trim_silence: 3}\n",
)
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


@scene
async def test_pause_mask_and_resume_are_ordered_told_and_end_with_the_talk(house: PaperHouse) -> None:
    await house.log_in()
    await house.log_in("bob", "2002")
    leg = await house.call_in("4001")
    call, first = house.call(leg), await house.pick_up("2001")
    (live,) = house.desk.recordings.values()

    async def ask(method: str, side: Side | None = None) -> str:
        asked = p.ByCall(call.id) if side is None else p.MaskOf(call.id, side)
        return str((await house.ask(f"recordings.{method}", asked)).state)

    assert await ask("mask", "caller") == "masked" and await ask("mask", "caller") == "masked"
    assert await ask("mask", "agent") == "masked"
    assert await ask("pause") == "paused" and await ask("pause") == "paused"
    assert await ask("resume") == "recording" and await ask("resume") == "recording"
    assert live.story == ["mask left", "mask left right", "resume"], "a pause of two silent sides changes nothing"
    assert await ask("pause") == "paused"
    await house.hang_up(first)
    second = await house.pick_up("2002")
    assert live.story[3:] == ["pause", "resume", "away", None, StreamId(second), "back"]
    changes = [(each["recording_id"], each["state"]) for each in house.told("recording.changed")]
    assert [state for _, state in changes] == ["masked", "paused", "recording", "paused", "recording"]
    assert {recording for recording, _ in changes} == {f"{call.id}-1"}
    await house.hang_up(leg)
    with pytest.raises(ApiError, match="call"):
        await ask("pause")


@scene
async def test_what_is_keyed_in_secret_stays_silent_whatever_else_is_resumed(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    await house.pick_up("2001")
    call, recorder = house.call(leg), house.house.recorder
    (live,) = house.desk.recordings.values()
    recorder.hide(call, True)
    assert recorder.mask(call, "agent") is not None and recorder.resume(call) is not None
    recorder.hide(call, False)
    assert live.story == ["mask left", "mask left right", "mask left", "resume"]


@scene
async def test_a_call_that_is_not_recorded_cannot_be_paused(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    with pytest.raises(ApiError, match="not being recorded"):
        await house.ask("recordings.pause", p.ByCall(house.call(leg).id))


@scene
async def test_an_agent_pauses_and_goes_on_by_star_code_from_the_phone(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    agent = await house.pick_up("2001")
    (live,) = house.desk.recordings.values()
    house.switch.offered(agent, Direction.SENDONLY)  # the desk phone holds the caller to dial
    for says in ("The recording is paused.", "The recording goes on."):
        star = await house.call_from("2001", "*19")
        await after(0.5)
        assert says in house.hears(star)
        await after(5)
    assert live.story == ["pause", "resume"]
    other = await house.call_from("2002", "*19")
    await after(0.5)
    assert "No call of yours is being recorded." in house.hears(other) and live.story == ["pause", "resume"]
    await house.hang_up(leg)


@flac
async def test_a_site_chooses_how_its_calls_are_recorded(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    await house.pick_up("2001")
    ((name, live),) = house.desk.recordings.items()
    assert (live.form, live.channels, live.path.suffix, live.trim_s) == (RecordingFormat.FLAC, 1, ".flac", 3.0)
    await after(5)
    await house.hang_up(leg)
    before = await house.ask("recordings.info", p.ByRecording(name))
    house.desk.tell(RecordingEncoded(name, str(live.path), 12345, ""))
    after_it = await house.ask("recordings.info", p.ByRecording(name))
    assert (before.path, after_it.path, after_it.bytes) == (str(live.path), str(live.path), 12345)
    assert before.bytes != 12345 and before.length_ms == after_it.length_ms


@flac
async def test_a_recording_without_its_final_form_is_found_where_it_is(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    await house.pick_up("2001")
    ((name, live),) = house.desk.recordings.items()
    grows = live.path.with_name(live.path.name + ".wav")
    grows.parent.mkdir(parents=True)
    grows.write_bytes(b"RIFF")
    assert (await house.ask("recordings.info", p.ByRecording(name))).path == str(grows)
    await after(3)
    await house.hang_up(leg)
    size = (await house.ask("recordings.info", p.ByRecording(name))).bytes
    house.desk.tell(RecordingEncoded(name, str(live.path), 0, "disk full"))
    found = await house.ask("recordings.info", p.ByRecording(name))
    assert (found.path, found.present, found.bytes) == (str(grows), True, size) and size > 0
