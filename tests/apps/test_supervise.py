"""Supervisors on the line: who hears whom, keys, following from call to call."""

from __future__ import annotations

import pytest

from apps.api import params as p
from apps.api import supervise_params as s
from apps.api.protocol import ApiError
from media.paths import Direction
from tests.apps.supervising import acts, keyed, rooms, talking
from tests.stage.paper.house import PaperHouse, after, paper, settle


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
