"""What supervisors may do and do: rights by role and team, taking, releasing and moving calls, states, notes."""

from __future__ import annotations

import pytest

from apps.api import params as p
from apps.api import supervise_params as s
from apps.api.protocol import ApiError
from media.paths import Direction
from tests.apps.supervising import acts, keyed, rooms, talking
from tests.stage.paper.house import PaperHouse, after, paper, settle

# ---- rights -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extension", "code", "why"),
    [
        ("2002", "*902001", "2002 is no supervisor's phone"),
        ("2003", "*922001", "coach may not barge"),
        ("2003", "*932001", "coach may not takeover"),
        ("2003", "*942001", "coach may not release"),
        ("2004", "*902002", "lin does not watch over 2002"),
        ("2004", "*942003", "no call at 2003"),
    ],
)
@paper
async def test_who_may_not_is_told_so_and_booked(house: PaperHouse, extension: str, code: str, why: str) -> None:
    caller, agent = await talking(house)
    leg = await keyed(house, code, extension)
    said = "There is no call." if why.startswith("no call") else "You are not allowed to do that."
    assert house.said(leg) == [said]
    assert rooms(house, caller, agent) == [{agent}, {caller}]
    assert (await acts(house))[-1][2] == why


@paper
async def test_a_key_does_not_give_what_the_role_has_not(house: PaperHouse) -> None:
    caller, agent = await talking(house)
    coach = await keyed(house, "*912001", "2003")
    await house.key(coach, "67")
    assert rooms(house, caller, agent) == [{agent}, {caller, coach}]
    assert [why for _, _, why in await acts(house) if why] == ["coach may not barge", "coach may not takeover"]


@paper
async def test_teams_count_for_the_api_too(house: PaperHouse) -> None:
    caller, _ = await talking(house, "bob", "2002")
    call = house.call(caller).id
    await house.register("2004")
    for method, asked in (
        ("supervise.listen", s.Watch("lin", call_id=call)),
        ("supervise.listen", s.Watch("lin", agent="bob")),
        ("supervise.takeover", s.Take(call, "lin")),
        ("supervise.release", s.OnCall(call, "lin")),
        ("supervise.state", s.AgentState("bob", "logout", "lin")),
        ("supervise.note", s.Note("late", "lin", agent="bob")),
        ("supervise.note", s.Note("late", "nobody", agent="bob")),
        ("supervise.listen", s.Watch("lin", call_id=call, agent="alice")),
        ("supervise.listen", s.Watch(call_id=call)),
        ("supervise.listen", s.Watch("lin", queue="none")),
    ):
        with pytest.raises(ApiError):
            await house.ask(method, asked)
    assert house.switch.out("2004") == [] and house.switch.ended(caller) is None
    assert all(why for _, _, why in await acts(house))


# ---- acts -------------------------------------------------------------------------------------------------------


@paper
async def test_a_talk_is_taken_over_by_a_key_and_the_agent_wraps_up(house: PaperHouse) -> None:
    caller, agent = await talking(house)
    await after(2)
    boss = await keyed(house, "*902001")
    await house.key(boss, "7")
    await settle()
    assert house.switch.ended(agent) is not None
    assert rooms(house, caller, boss) == [{boss}, {caller}]
    assert await house.agent() == "available, wrapping up"
    await after(3)
    await house.hang_up(caller)
    assert house.switch.ended(boss) is not None
    row = await house.row(caller)
    talks = [(segment.agent, segment.ms) for segment in row.segments if segment.kind == "talk"]
    assert talks == [("alice", 2000), ("lin", 3000)]
    (recording,) = house.desk.past.values()
    assert recording.story == ["away", None, boss, "back"]
    assert ("lin", "takeover", "") in await acts(house)


@paper
async def test_a_taken_call_ends_when_the_supervisor_hangs_up(house: PaperHouse) -> None:
    caller, _ = await talking(house)
    boss = await keyed(house, "*932001")
    assert rooms(house, caller, boss) == [{boss}, {caller}]
    await house.hang_up(boss)
    row = await house.row(caller)
    assert (row.cause, row.ended_by, row.agent) == ("normal", "callee", "lin")


@pytest.mark.parametrize("called", ["4001", "2001", "4002"])
@paper
async def test_a_ringing_call_is_intercepted(house: PaperHouse, called: str) -> None:
    await house.log_in()
    caller = await house.call_in(called)
    rings = await house.ringing("2001")
    boss = await keyed(house, "*932001")
    assert house.switch.ended(rings) is not None
    assert rooms(house, caller, boss) == [{boss}, {caller}]
    assert await house.agent() == "available, idle"
    assert house.house.floor.waiting == {}
    await after(1)
    await house.hang_up(caller)
    assert "talk" in await house.kinds(caller)
    assert ("lin", "intercept", "") in await acts(house)


@paper
async def test_a_waiting_call_is_intercepted_when_the_phone_that_rings_answers(house: PaperHouse) -> None:
    await house.register("2004")
    caller = await house.call_in("4002")
    call = house.call(caller).id
    with pytest.raises(ApiError, match="is no talk"):
        await house.ask("supervise.takeover", s.Take(call, "lin"))
    await house.ask("supervise.intercept", s.Take(call, "lin"))
    assert house.hears(caller) == "music default", "they wait on while the phone rings"
    boss = await house.pick_up("2004")
    assert rooms(house, caller, boss) == [{boss}, {caller}]
    await house.hang_up(caller)
    assert house.switch.ended(boss) is not None


@paper
async def test_a_dialled_talk_is_taken_over_and_its_old_line_says_nothing_more(house: PaperHouse) -> None:
    await house.register("2001")
    caller = await house.call_in("2001")
    agent = await house.pick_up("2001")
    boss = await keyed(house, "*932001")
    await after(1)
    assert house.switch.ended(agent) is not None
    assert rooms(house, caller, boss) == [{boss}, {caller}]
    await house.hang_up(boss)
    assert (await house.kinds(caller)) == ["dial", "talk", "talk"]


@paper
async def test_holding_works_with_who_took_the_call(house: PaperHouse) -> None:
    caller, _ = await talking(house)
    boss = await keyed(house, "*932001")
    house.switch.offered(boss, Direction.SENDONLY)
    await settle()
    assert house.hears(caller) == "music default"
    house.switch.offered(boss, Direction.SENDRECV)
    house.switch.offered(caller, Direction.SENDONLY)
    await settle()
    assert house.hears(boss) == "music default"
    await house.hang_up(boss)


@paper
async def test_a_forced_release_ends_both_sides(house: PaperHouse) -> None:
    caller, agent = await talking(house)
    leg = await keyed(house, "*942001")
    assert house.said(leg) == ["The call is released."]
    assert house.switch.ended(caller) is not None and house.switch.ended(agent) is not None
    row = await house.row(caller)
    assert (row.cause, row.ended_by) == ("released", "admin")


@paper
async def test_a_caller_is_moved_up_and_between_queues(house: PaperHouse) -> None:
    await house.register("2001")
    first, second = await house.call_in("4002"), await house.call_in("4002", number="1390")
    assert [house.position(first), house.position(second)] == [1, 2]
    await house.ask("supervise.move", s.Move(house.call(second).id, "lin", first=True))
    assert [house.position(first), house.position(second)] == [2, 1]
    await after(5)
    with pytest.raises(ApiError, match="no queue none"):
        await house.ask("supervise.move", s.Move(house.call(second).id, queue="none"))
    with pytest.raises(ApiError, match="Nobody is logged in to queue sales"):
        await house.ask("supervise.move", s.Move(house.call(second).id, queue="sales"))
    with pytest.raises(ApiError, match="to which queue"):
        await house.ask("supervise.move", s.Move(house.call(second).id))
    await house.ask("supervise.move", s.Move(house.call(first).id, queue="short"))
    await after(1)
    assert [house.position(first), house.position(second)] == [1, 1]
    (waiting,) = (await house.ask("queues.show", p.ByQueue("short"))).callers
    assert waiting.wait_ms == 6000
    await house.hang_up(first)
    assert [(segment.kind, segment.queue) for segment in (await house.row(first)).segments] == [
        ("queue", "service"),
        ("queue", "short"),
    ]
    with pytest.raises(ApiError, match="does not wait"):
        other = await house.call_in("4003")
        await house.ask("supervise.move", s.Move(house.call(other).id, queue="short"))


@paper
async def test_a_caller_who_is_moved_while_a_phone_rings(house: PaperHouse) -> None:
    await house.log_in()
    caller = await house.call_in("4001")
    rings = await house.ringing("2001")
    await house.ask("supervise.move", s.Move(house.call(caller).id, "lin", "short"))
    assert house.switch.ended(rings) is not None and await house.agent() == "available, idle"
    assert house.position(caller) == 1
    await house.ask("supervise.move", s.Move(house.call(caller).id, queue="sales"))
    agent = await house.pick_up("2001")
    assert rooms(house, caller) == [{agent}]
    await house.hang_up(caller)
    story = [(segment.kind, segment.queue) for segment in (await house.row(caller)).segments]
    assert story == [("queue", "sales"), ("ring", "sales"), ("queue", "short"), ("ring", "sales"), ("talk", "sales")]


@paper
async def test_agents_states_and_notes(house: PaperHouse) -> None:
    await house.register("2001")
    for state, reason, wanted in (
        ("login", "", "available, idle"),
        ("break", "coaching", "on break, idle"),
        ("ready", "", "available, idle"),
        ("logout", "", "logged out, idle"),
    ):
        await house.ask("supervise.state", s.AgentState("alice", state, "lin", reason))
        assert await house.agent() == wanted
    for state, why in (("ready", "not logged in"), ("sleep", "not logged in"), ("break", "not logged in")):
        with pytest.raises(ApiError, match=why):
            await house.ask("supervise.state", s.AgentState("alice", state))
    noted = await house.ask("supervise.note", s.Note("用语很好。", "lin", agent="alice"))
    assert (noted.text, noted.agent, noted.by) == ("用语很好。", "alice", "lin")
    assert [act for by, act, why in await acts(house, by="lin") if not why] == [
        "login", "break", "ready", "logout", "note"
    ]  # fmt: skip


@paper(switch="languages: [en, zh]\ntime_zone: UTC\nsupervision: {tone: yes}\n")
async def test_the_agent_hears_a_tone_and_the_caller_does_not(house: PaperHouse) -> None:
    caller, agent = await talking(house)
    await keyed(house, "*902001")
    assert house.said(agent) == ["1400 Hz"] and "1400 Hz" not in house.said(caller)


@paper
async def test_a_supervisors_voice_is_kept_apart_and_only_while_barged_in(house: PaperHouse) -> None:
    caller, agent = await talking(house)
    boss = await keyed(house, "*912001")
    assert len(house.desk.recordings) == 1, "the call's"
    await house.key(boss, "6")
    of_call, own = house.desk.recordings.values()
    assert (of_call.left, of_call.right) == (caller, agent)
    assert (own.left, own.right) == (boss, None)
    await house.key(boss, "5")
    assert own.story == ["away"]
