"""Supervisors on the line: who hears whom, keys, rights, taking calls, and the books of it all."""

from __future__ import annotations

import pytest

from apps.api import params as p
from apps.api import supervise_params as s
from apps.api.protocol import ApiError
from switch.words import LegId
from tests.stage.paper.house import PaperHouse, after, paper, settle

CALLER = "13800138000"


async def talking(house: PaperHouse, name: str = "alice", extension: str = "2001") -> tuple[LegId, LegId]:
    """A caller talks to an agent of queue sales."""
    await house.log_in(name, extension)
    caller = await house.call_in("4001")
    agent = await house.pick_up(extension)
    return caller, agent


async def keyed(house: PaperHouse, code: str, extension: str = "2004") -> LegId:
    """A supervisor keys a star code, and it is done."""
    leg = await house.call_from(extension, code)
    await settle()
    return leg


async def acts(house: PaperHouse, **wanted: str) -> list[tuple[str, str, str]]:
    """What the books have: by, act, why refused; oldest first."""
    found = (await house.ask("supervise.log", s.ActFilter(**wanted))).acts  # type: ignore[arg-type]
    return [(act.by, act.act, act.refused) for act in reversed(found)]


def rooms(house: PaperHouse, *legs: LegId) -> list[set[str]]:
    """Whom each of them hears."""
    return [set(house.hears(leg).removeprefix("room").split()) for leg in legs]


@paper
async def test_keys_step_between_the_modes_on_one_leg(house: PaperHouse) -> None:
    caller, agent = await talking(house)
    boss = await keyed(house, "*902001")
    assert house.said(boss) == ["Listening."]
    assert rooms(house, caller, agent, boss) == [{agent}, {caller}, {caller, agent}]
    await house.key(boss, "5")
    assert rooms(house, caller, agent, boss) == [{agent}, {caller, boss}, {caller, agent}]
    await house.key(boss, "6")
    assert rooms(house, caller, agent, boss) == [{agent, boss}, {caller, boss}, {caller, agent}]
    await house.key(boss, "4")
    assert rooms(house, caller, agent, boss) == [{agent}, {caller}, {caller, agent}]
    assert house.switch.asked(boss) == ["answer"], "no re-INVITE"
    await house.key(boss, "*")
    assert house.switch.ended(boss) is not None and house.switch.ended(caller) is None
    assert rooms(house, caller, agent) == [{agent}, {caller}]
    assert [act for _, act, _ in await acts(house)] == ["listen asked", "listen", "whisper", "barge", "listen", "leave"]
    assert {act.call_id for act in (await house.ask("supervise.log", s.ActFilter(act="barge"))).acts} == {
        caller.rpartition(".")[0]
    }


@paper
async def test_an_agent_is_followed_from_call_to_call(house: PaperHouse) -> None:
    boss = await keyed(house, "*902001")
    assert house.said(boss) == ["Listening.", "Waiting for a call."]
    for _ in range(2):
        caller, agent = await talking(house)
        assert rooms(house, boss) == [{caller, agent}]
        await house.hang_up(caller)
        assert house.hears(boss) == "silence"
        await house.ask("agents.ready", p.ByAgent("alice"))
    assert [act for _, act, _ in await acts(house)] == ["listen asked", "listen", "leave", "listen", "leave"]


@paper
async def test_a_queue_is_followed_and_9_goes_to_another_call(house: PaperHouse) -> None:
    first = await talking(house)
    await house.register("2004")
    found = await house.ask("supervise.listen", s.Watch(queue="sales", extension="2004"))
    assert (found.state, found.by, found.follows) == ("ringing", "admin", "queue sales")
    boss = await house.pick_up("2004")
    assert rooms(house, boss) == [set(first)]
    await house.key(boss, "9")
    assert rooms(house, boss) == [set(first)], "there is no other"
    await house.log_in("bob", "2002")
    caller = await house.call_in("4001", number="13900139000")
    second = (caller, await house.pick_up("2002"))
    await house.key(boss, "9")
    assert rooms(house, boss) == [set(second)]
    await house.hang_up(second[0])
    assert rooms(house, boss) == [set(first)]


@paper
async def test_two_supervisors_at_once(house: PaperHouse) -> None:
    caller, agent = await talking(house)
    lin, coach = await keyed(house, "*922001"), await keyed(house, "*912001", "2003")
    assert rooms(house, caller, agent) == [{agent, lin}, {caller, lin, coach}]
    assert rooms(house, lin, coach) == [{caller, agent}, {caller, agent, lin}]
    await house.hang_up(lin)
    assert rooms(house, caller, agent, coach) == [{agent}, {caller, coach}, {caller, agent}]


@paper
async def test_who_names_a_call_is_told_when_it_is_over(house: PaperHouse) -> None:
    caller, _ = await talking(house)
    await house.register("2004")
    call = house.call(caller).id
    await house.ask("supervise.whisper", s.Watch("lin", call_id=call))
    boss = await house.pick_up("2004")
    await house.hang_up(caller)
    assert house.said(boss)[-1] == "The call is over."
    await after(3)
    assert house.switch.ended(boss) is not None


@paper
async def test_hold_is_music_for_the_supervisor_too(house: PaperHouse) -> None:
    from media.paths import Direction

    caller, agent = await talking(house)
    boss = await keyed(house, "*902001")
    house.switch.offered(agent, Direction.SENDONLY)
    await settle()
    assert (house.hears(caller), house.hears(boss)) == ("music default", "music default")
    await house.key(boss, "6")
    house.switch.offered(agent, Direction.SENDRECV)
    await settle()
    assert rooms(house, caller, agent, boss) == [{agent, boss}, {caller, boss}, {caller, agent}]


@paper
async def test_the_api_steps_a_supervisor_who_is_on_the_line_and_lets_them_go(house: PaperHouse) -> None:
    caller, agent = await talking(house)
    boss = await keyed(house, "*902001")
    found = await house.ask("supervise.barge", s.Watch("lin"))
    assert (found.mode, found.state, found.agent, found.watch_id) == ("barge", "on call", "alice", house.call(boss).id)
    assert rooms(house, caller) == [{agent, boss}]
    assert [w.by for w in (await house.ask("supervise.list", p.Nothing())).watches] == ["lin"]
    assert (await house.ask("supervise.stop", s.ByWatcher("lin"))).watches == []
    await settle()
    assert house.switch.ended(boss) is not None
    with pytest.raises(ApiError, match="No such supervisor"):
        await house.ask("supervise.stop", s.ByWatcher("lin"))


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
    from media.paths import Direction

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
