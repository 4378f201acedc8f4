"""After a talk: countdown, more time, dispositions by phone and API; breaks with a limit; what the books keep of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from apps.api import params as p
from apps.api.protocol import ApiError
from apps.settings import load_site
from media.paths import Direction
from switch.words import LegId, call_of
from tests.apps.books import rows
from tests.stage.paper.house import PaperHouse, after, paper, settle

QUEUES = """
    queues:
      sales:
        wrap_up: 10
        wrap_up_extend: 30
        wrap_up_longest: 100
        disposition_required: yes
        disposition_within: 60
        dispositions: {"1": {en: Sold, zh: 成交}, "21": {en: Thinks, zh: 考虑}}
      service: {wrap_up: 0, dispositions: {"1": {en: Solved, zh: 解决}}, keep_without_agents: true}
      short: {keep_without_agents: true}
"""
AGENTS = """
    agents:
      alice: {name: Alice, extension: "2001", queues: [sales, service]}
      bob: {name: Bob, extension: "2002", queues: [sales]}
    breaks: {"1": rest, "2": {reason: lunch, limit: 30m}}
"""


async def a_talk(house: PaperHouse, number: str = "4001", seconds: float = 20.0) -> LegId:
    """A caller talks with alice."""
    await house.log_in()
    leg = await house.call_in(number)
    await house.pick_up("2001")
    await after(seconds)
    return leg


async def alice(house: PaperHouse) -> Any:
    return (await house.ask("agents.list", p.Nothing())).agents[0]


async def key(house: PaperHouse, code: str) -> str:
    """Alice keys a star code; what she hears."""
    leg = await house.call_from("2001", code)
    await settle()
    heard = house.hears(leg)
    await after(3)
    return heard


async def stays(house: PaperHouse, columns: str) -> list[tuple[Any, ...]]:
    await house.house.journal.flush()
    return rows(house.house.journal.path, f"SELECT {columns} FROM stay ORDER BY joined_at, n")


@paper(queues=QUEUES, agents=AGENTS)
async def test_the_phone_gives_the_disposition_extends_and_ends_it(house: PaperHouse) -> None:
    leg = await a_talk(house)
    await house.hang_up(leg)
    assert (await alice(house)).activity == "wrapping up"
    assert await key(house, "*14") == "play Please note the result of the call first."
    assert await key(house, "*159") == "play There is no such result."
    assert await key(house, "*16") == "play You have more time."
    info = await alice(house)
    assert info.disposition_owed and (info.until - info.since).total_seconds() == 40
    assert await key(house, "*1521") == "play Noted. Thinks"
    assert (await alice(house)).disposition == "21" and (await alice(house)).activity == "wrapping up"
    assert await key(house, "*14") == "play You are ready."
    assert await house.agent() == "available, idle"
    assert await key(house, "*1521") == "play There is no call to note."
    assert await key(house, "*16") == "play You are not wrapping up."
    assert await stays(
        house, "agent, outcome, talk_ms, disposition, disposition_name, wrap_up_ms, wrapped_at - talk_ended_at"
    ) == [("alice", "connected", 20000, "21", "Thinks", 12000, 12000)]
    (told,) = house.told("call.disposed")
    assert told == dict(call_id=call_of(leg), queue="sales", agent="alice", code="21", name="Thinks")


@paper(queues=QUEUES, agents=AGENTS)
async def test_what_is_owed_and_not_given_is_booked_so(house: PaperHouse) -> None:
    await house.hang_up(await a_talk(house))
    await after(59)
    assert await house.agent() == "available, wrapping up"
    await after(2)
    assert await house.agent() == "available, idle"
    assert await stays(house, "disposition, wrap_up_ms") == [("not given", 60000)]
    assert [event["code"] for event in house.told("call.disposed")] == [""]


@paper(queues=QUEUES, agents=AGENTS)
async def test_the_api_says_what_may_be_given_and_when(house: PaperHouse) -> None:
    for method, asked, why in (
        ("agents.extend", p.Extend("alice"), "does not wrap up"),
        ("agents.disposition", p.Disposition("alice", "1"), "neither talks"),
        ("agents.disposition", p.Disposition("nobody", "1"), "no agent nobody"),
    ):
        with pytest.raises(ApiError, match=why):
            await house.ask(method, asked)
    leg = await a_talk(house)
    with pytest.raises(ApiError, match="no disposition 7") as caught:
        await house.ask("agents.disposition", p.Disposition("alice", "7"))
    assert caught.value.data.hint == "Its dispositions: 1 Sold, 21 Thinks."
    await house.ask("agents.disposition", p.Disposition("alice", "1"))
    await house.hang_up(leg)
    assert (await house.ask("agents.extend", p.Extend("alice", 5.0))).activity == "wrapping up"
    assert (await house.ask("agents.ready", p.ByAgent("alice"))).activity == "idle"
    leg = await a_talk(house)
    await house.hang_up(leg)
    with pytest.raises(ApiError, match=f"owes a disposition for call {call_of(leg)}"):
        await house.ask("agents.ready", p.ByAgent("alice"))
    assert [given for (given,) in await stays(house, "disposition")] == ["1", ""]


@paper(queues=QUEUES, agents=AGENTS)
async def test_where_none_is_required_nothing_is_waited_for_and_one_may_be_given(house: PaperHouse) -> None:
    leg = await a_talk(house, "4002")
    assert await key(house, "*151") == "play Noted. Solved"
    await after(3)
    await house.hang_up(leg)
    assert await house.agent() == "available, idle"
    await house.hang_up(await a_talk(house, "4002"))
    assert await stays(house, "disposition, wrap_up_ms, wrapped_at IS NULL") == [("1", 0, 0), ("", 0, 0)]


@paper(queues=QUEUES, agents=AGENTS)
async def test_hold_is_hold_and_not_talk(house: PaperHouse) -> None:
    leg = await a_talk(house, seconds=5.0)
    agent_leg = next(each for each in house.switch.out("2001"))
    house.switch.offered(agent_leg, Direction.SENDONLY)
    await after(7)
    house.switch.offered(agent_leg, Direction.SENDRECV)
    await after(2)
    await house.hang_up(leg)
    assert await stays(house, "talk_ms, hold_ms, talk_ended_at - left_at") == [(7000, 7000, 14000)]


@paper(queues=QUEUES, agents=AGENTS)
async def test_every_way_out_of_a_queue_has_its_row(house: PaperHouse) -> None:
    gave_up = await house.call_in("4002")
    await after(7)
    await house.hang_up(gave_up)
    await house.call_in("4001")  # nobody is logged in
    timed_out = await house.call_in("4006")
    await after(11)
    removed = await house.call_in("4002")
    await after(1)
    await house.ask("calls.hangup", p.ByCall(call_of(removed)))
    await after(20)
    assert await stays(house, "queue, outcome, left_at - joined_at, agent, short_ms, target_ms") == [
        ("service", "abandoned", 7000, "", 5000, 20000),
        ("sales", "no agents", 0, "", 5000, 20000),
        ("short", "timed out", 10000, "", 5000, 20000),
        ("service", "removed", 1000, "", 5000, 20000),
    ]
    assert house.switch.ended(timed_out) is not None


@paper(queues=QUEUES, agents=AGENTS)
async def test_a_break_has_its_limit_by_phone_and_by_api(house: PaperHouse) -> None:
    await house.log_in()
    over_at = time.time() + 1800
    await key(house, "*132")
    info = await alice(house)
    assert (info.reason, info.overdue) == ("lunch", False)
    assert info.break_until.timestamp() == over_at
    await after(1800)
    assert (await alice(house)).overdue
    assert house.told("agent.changed")[-1]["agent"]["overdue"]
    await house.ask("agents.break", p.Break("alice", "rest"))
    assert ((await alice(house)).break_until, (await alice(house)).overdue) == (None, False)
    info = await house.ask("agents.break", p.Break("alice", "lunch"))
    assert info.break_until is not None
    await house.ask("agents.ready", p.ByAgent("alice"))


@pytest.mark.parametrize(
    ("file", "text", "mistake"),
    [
        ("queues.yaml", 'queues:\n  sales: {dispositions: {"1": {en: Sold}}}', "The text is missing in zh"),
        ("queues.yaml", 'queues:\n  sales: {dispositions: {"x": {en: a, zh: b}}}', "is no code"),
        ("queues.yaml", "queues:\n  sales: {disposition_required: yes}", "requires a disposition but has none"),
        ("agents.yaml", 'breaks: {"1": {limit: 5m}}', '"reason" is missing in break 1'),
        ("agents.yaml", 'breaks: {"1": {reason: tea, limit: soon}}', "is no length of time"),
        ("agents.yaml", "agents:\n  al: {shift: [mon 9-17]}", "cannot be read"),
        ("switch.yaml", 'star_codes: {extend: "*14"}', 'Star code "*14" is that of "ready", too'),
    ],
)
def test_mistakes_are_told(tmp_path: Path, file: str, text: str, mistake: str) -> None:
    from ivr.words import Mistakes

    for name in ("switch", "trunks", "phones", "agents", "queues"):
        (tmp_path / f"{name}.yaml").write_text("")
    (tmp_path / file).write_text(text)
    with pytest.raises(Mistakes) as caught:
        load_site(tmp_path)
    assert any(mistake in str(each) for each in caught.value.mistakes), caught.value.mistakes


def test_a_star_code_may_not_be_a_dispositions(tmp_path: Path) -> None:
    from ivr.words import Mistakes

    for name in ("trunks", "phones", "agents"):
        (tmp_path / f"{name}.yaml").write_text("")
    (tmp_path / "switch.yaml").write_text('star_codes: {login: "*151"}')
    (tmp_path / "queues.yaml").write_text('queues: {sales: {dispositions: {"1": {en: Sold, zh: 成交}}}}')
    with pytest.raises(Mistakes, match="that of a disposition"):
        load_site(tmp_path)
