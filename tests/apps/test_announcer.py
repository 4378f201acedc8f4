"""What a waiting caller hears beside the music."""

from __future__ import annotations

from media.words import StreamId
from switch.words import Cause
from tests.stage.paper.house import PaperHouse, after, paper

GREETS = {
    "queues": """
    queues:
      sales: {keep_without_agents: true, announce_position_every: 20, greeting: {en: "Welcome.", zh: "欢迎。"}}
      service: {keep_without_agents: true, announce_position_every: never, language: zh, greeting: {en: "Hi.", zh: "您好。"}}
      short: {keep_without_agents: true, announce_position_every: never}
"""
}


@paper(**GREETS)
async def test_greeting_then_music_then_the_place_in_the_queue_at_its_interval(house: PaperHouse) -> None:
    await house.call_in("4001", number="13800138001")
    leg = await house.call_in("4001")
    assert house.hears(leg) == "play Welcome."
    await after(2.5)
    assert house.hears(leg) == "music default"
    await after(0.5)
    first = house.hears(leg)
    assert first.startswith("play")
    await after(2)
    assert house.hears(leg) == "music default"
    await after(20)
    assert house.hears(leg) == first, "still second"
    await house.hang_up(house.house.calls[next(iter(house.house.calls))].line.leg)
    await after(22)
    assert house.hears(leg) != first and house.hears(leg).startswith("play")
    assert len(house.said(leg)) == 4


@paper(**GREETS)
async def test_a_queue_with_a_language_of_its_own_speaks_it(house: PaperHouse) -> None:
    leg = await house.call_in("4002")
    assert house.hears(leg) == "play 您好。"


@paper(**GREETS)
async def test_the_announcement_stops_when_the_agent_answers(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    agent = await house.pick_up("2001")
    assert house.hears(leg) == f"room {agent}"
    await after(60)
    assert house.said(leg) == ["Welcome."]


@paper
async def test_nothing_is_said_to_whom_nobody_tells_a_place(house: PaperHouse) -> None:
    leg = await house.call_in("4002")
    await after(30)
    assert house.said(leg) == [] and house.hears(leg) == "music default"


@paper(**GREETS)
async def test_the_caller_goes_in_the_middle_of_a_word(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    await after(0.5)
    await house.hang_up(leg)
    assert StreamId(leg) not in house.desk.streams and house.switch.ended(leg) is Cause.NORMAL
