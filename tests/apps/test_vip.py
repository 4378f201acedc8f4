"""What a caller brings to a queue: a need, a named agent, and what the site knows of important callers."""

from __future__ import annotations

import logging

import pytest

from apps.api import params as p
from apps.api.protocol import ApiError
from tests.stage.paper.house import PaperHouse, after, paper

AGENTS = """
agents:
  alice: {extension: "2001", queues: [sales], skills: {lang_en: 9, lang_zh: 2}}
  bob: {extension: "2002", queues: [sales], skills: {lang_zh: 8}}
"""
QUEUES = """
queues:
  sales: {ring: 15, wrap_up: 0, announce_position_every: never, keep_without_agents: yes}
  service: {keep_without_agents: yes}
  short: {keep_without_agents: yes}
vip:
  - {number: "139*", priority: 100}
  - {when: 'level == "gold"', agent: bob, agent_wait: 20, queues: sales}
"""
PLAN = """
routes:
  - {to: "2XXX", dial: "{called}"}
  - {to: "4001", do: plain}
  - {to: "4002", do: english}
  - {to: "4003", do: gold}
  - {to: "4004", do: bob}
  - {to: "4005", do: keyed}
scripts:
  plain: [{queue: sales}]
  english: [{queue: {name: sales, need: "lang_{language} >= 5"}}]
  gold: [{set: {level: gold}}, {queue: sales}]
  bob: [{queue: {name: sales, agent: bob}}]
  keyed: [{queue: {name: sales, need: "{called} ((("}}]
"""
site = paper(agents=AGENTS, queues=QUEUES, dialplan=PLAN)


async def waiting(house: PaperHouse) -> list[str]:
    return [caller.number for caller in (await house.ask("queues.show", p.ByQueue("sales"))).callers]


@site
async def test_a_known_number_comes_before_those_who_wait(house: PaperHouse) -> None:
    for number in ("13800138000", "13900139000", "13800138001"):
        await house.call_in("4001", number=number)
    assert await waiting(house) == ["13900139000", "13800138000", "13800138001"]


@site
async def test_what_a_script_found_out_names_the_agent_who_is_waited_for(house: PaperHouse) -> None:
    await house.log_in("bob", "2002")
    first = await house.call_in("4001")
    await house.pick_up("2002")
    await house.log_in("alice", "2001")
    await house.call_in("4003", number="4000")
    assert not house.switch.out("2001"), "alice is free, but bob is waited for"
    about = await house.ask("agents.explain", p.ByAgent("alice"))
    assert [(caller.number, caller.why) for caller in about.callers] == [
        ("4000", "must wait: this caller waits for bob alone")
    ]
    await house.hang_up(first)
    assert await house.ringing("2002")


@site
async def test_a_need_with_the_callers_language_finds_who_speaks_it(house: PaperHouse) -> None:
    await house.log_in("bob", "2002")
    await house.log_in("alice", "2001")
    await house.call_in("4002")
    assert await house.ringing("2001")
    assert not house.switch.out("2002")


@site
async def test_the_step_may_name_the_agent(house: PaperHouse) -> None:
    await house.log_in("alice", "2001")
    await house.log_in("bob", "2002")
    await house.call_in("4004")
    assert await house.ringing("2002")


@site
async def test_a_need_that_a_call_made_unreadable_is_not_asked_for(
    house: PaperHouse, caplog: pytest.LogCaptureFixture
) -> None:
    await house.log_in("alice", "2001")
    with caplog.at_level(logging.WARNING, "needs"):
        await house.call_in("4005")
    assert await house.ringing("2001")
    assert "cannot be read" in caplog.text


@site
async def test_a_decision_is_in_the_books_with_who_was_passed_over(house: PaperHouse) -> None:
    await house.log_in("alice", "2001")
    await house.log_in("bob", "2002")
    await house.ask("agents.break", p.Break("bob", "rest"))
    leg = await house.call_in("4001")
    await house.pick_up("2001")
    await after(3)
    call = house.call(leg).id
    await house.hang_up(leg)
    told = await house.ask("queues.explain", p.ByCall(call))
    (made,) = told.decisions
    assert (made.agent, made.outcome) == ("alice", "answered") and made.why.startswith("the free agent with the fewest")
    assert [(over.agent, over.why, over.change) for over in made.passed] == [
        ("bob", "is on break (rest) for 0 s", "The break ends.")
    ]
    assert told.summary.startswith(f"Call {call} is over. Agent alice was chosen last (answered)")
    about = await house.ask("agents.explain", p.ByAgent("alice"))
    assert [each.agent for each in about.decisions] == ["alice"]


@site
async def test_a_waiting_caller_is_given_another_claim_by_the_api(house: PaperHouse) -> None:
    await house.call_in("4001", number="1")
    second = house.call(await house.call_in("4001", number="2")).id
    told = await house.ask("queues.change", p.ChangeClaim(second, priority=7, need="lang_zh >= 5", agent="bob"))
    assert await waiting(house) == ["2", "1"] and told.position == 1
    assert "is to be given to agent bob" in told.summary and 'Asked of an agent: "lang_zh >= 5".' in told.summary
    with pytest.raises(ApiError, match="there is no 'lang_xx' here"):
        await house.ask("queues.change", p.ChangeClaim(second, need="lang_xx >= 5"))
    with pytest.raises(ApiError, match="no agent nobody"):
        await house.ask("queues.change", p.ChangeClaim(second, agent="nobody"))
    await house.log_in("alice", "2001")
    assert [caller.ringing for caller in (await house.ask("queues.show", p.ByQueue("sales"))).callers] == ["", "alice"]
    await house.ask("agents.break", p.Break("alice", "rest"))
    await house.ask("queues.change", p.ChangeClaim(second, need="", agent=""))
    await house.ask("agents.ready", p.ByAgent("alice"))
    assert [caller.ringing for caller in (await house.ask("queues.show", p.ByQueue("sales"))).callers] == ["alice", ""]
