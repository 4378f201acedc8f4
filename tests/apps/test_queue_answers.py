"""What a queue answers to a caller whom it could not serve."""

from __future__ import annotations

import pytest

from switch.words import Cause
from tests.stage.paper.house import PaperHouse, after, paper


def queues(then: str, more: str = "") -> str:
    return f"""
        queues:
          sales: {{announce_position_every: never, no_agents: {{say: {{en: "Nobody.", zh: "没人。"}}, then: {then}}}}}
          service: {{announce_position_every: never, no_agents: {{then: {{queue: sales}}}}}}
          short: {{keep_without_agents: true, announce_position_every: never}}
        {more}
    """


@paper(queues=queues("{hangup: busy}"))
async def test_hang_up(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    assert house.hears(leg) == "play Nobody."
    await after(3)
    assert house.switch.ended(leg) is Cause.BUSY


@paper(queues=queues("{goto: plain}"))
async def test_a_script(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    await after(2)
    assert house.hears(leg) == "play Hello."


@paper(queues=queues('{voicemail: "2004"}'))
async def test_a_message_after_the_greeting(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    await after(2)
    await house.until_hears(leg, "leave your message")
    await after(2.5)
    assert len(house.desk.recordings) == 1
    await house.key(leg, "#")
    assert house.switch.ended(leg) is Cause.NORMAL


@pytest.mark.parametrize("answers", [True, False])
@paper(queues=queues('{dial: "2003"}'))
async def test_a_phone(house: PaperHouse, answers: bool) -> None:
    await house.register("2003")
    leg = await house.call_in("4001")
    await after(2)
    phone = await house.ringing("2003")
    assert house.hears(leg) == "play 450 Hz"
    if not answers:
        await after(21)
        assert house.switch.ended(leg) is Cause.NO_ANSWER
        return
    house.switch.answered(phone)
    await after(1)
    await house.hang_up(phone)
    assert house.switch.ended(leg) is Cause.NORMAL


@paper(queues=queues("{queue: short}"))
async def test_another_queue(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    await after(3)
    assert house.hears(leg) == "music default" and house.position(leg) == 1


@paper(queues=queues("{queue: service}"))
async def test_two_queues_that_send_to_each_other_end(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    await after(120)
    assert house.switch.ended(leg) is Cause.BUSY
    assert house.said(leg).count("Nobody.") == 1


@paper
async def test_a_queue_that_a_reload_removes_lets_its_callers_go_with_a_word(house: PaperHouse) -> None:
    leg = await house.call_in("4006")
    directory = house.house.site.paths.directory
    (directory / "queues.yaml").write_text("queues: {sales: {}, service: {}}\n", "utf-8")
    (directory / "dialplan" / "main.yaml").write_text('routes: [{to: "1", reject: busy}]\nscripts: {}\n', "utf-8")
    await house.exchange.reload()
    await after(0.5)
    assert "call again later" in house.hears(leg)
