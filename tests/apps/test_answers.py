"""Surveys, polls and forms in the books: whose agent, one vote of a number, one record; reports and events."""

from __future__ import annotations

import pytest

from apps.api import params as p
from apps.api.protocol import ApiError
from apps.polls import Polls
from tests.stage.paper.house import PaperHouse, after, paper

PLAN = """
    routes: [{to: "4001", do: served}, {to: "4002", do: ballot}, {to: "4003", do: order}]
    scripts:
      served:
        - queue:
            name: sales
            connected: [{survey: {name: service, ask: {friendly: {en: "Friendly?", zh: "满意吗？"},
                                                       solved: {en: "Solved?", zh: "解决了吗？"}}}}]
      ballot:
        - vote: {poll: best, say: {en: "Vote.", zh: "请投票。"}, choices: {"1": red, "2": blue}}
        - say: {en: "It is {vote_status}.", zh: "好。"}
      order:
        - form: {name: order, ask: {who: {say: {en: "Who?", zh: "谁？"}, record: 20},
                                    number: {say: {en: "Number?", zh: "号码？"}, digits: 2}}}
"""


async def served_by(house: PaperHouse, agent: str, extension: str, keys: str) -> None:
    await house.log_in(agent, extension)
    leg = await house.call_in("4001")
    phone = await house.pick_up(extension)
    await after(2)
    await house.hang_up(phone)
    for key in keys:
        await house.until_hears(leg, "?")
        await house.key(leg, key)
    await house.hang_up(leg)
    await house.ask("agents.logout", p.ByAgent(agent))
    await after(20)


@paper(dialplan=PLAN)
async def test_answers_are_those_of_the_agent_who_hung_up_and_of_the_queue(house: PaperHouse) -> None:
    await served_by(house, "alice", "2001", "51")
    await served_by(house, "alice", "2001", "4")
    await served_by(house, "bob", "2002", "1")

    async def report(by: str) -> list[tuple[str, str, int, float | None]]:
        rows = (await house.ask("surveys.report", p.SurveyFilter("service", by))).rows
        return [(row.question, row.who, row.answers, row.mean) for row in rows]

    assert await report("agent") == [
        ("friendly", "alice", 2, 4.5),
        ("friendly", "bob", 1, 1.0),
        ("solved", "alice", 1, 1.0),
    ]
    assert await report("queue") == [("friendly", "sales", 3, 3.33), ("solved", "sales", 1, 1.0)]
    assert await report("") == [("friendly", "", 3, 3.33), ("solved", "", 1, 1.0)]
    assert (await house.ask("surveys.report", p.SurveyFilter("other"))).rows == []
    told = house.told("survey.answered")
    assert (told[0]["question"], told[0]["answer"], told[0]["agent"]) == ("friendly", "5", "alice")


async def votes(house: PaperHouse, key: str, **how: object) -> str:
    leg = await house.call_in("4002", **how)
    for _ in range(200):
        await after(0.05)
        if "Vote." in house.said(leg) or any("It is" in text for text in house.said(leg)):
            break
    if "Vote." in house.said(leg):
        await house.key(leg, key)
    await house.until_hears(leg, "It is")
    said = house.said(leg)[-1]
    await house.hang_up(leg)
    return said


@paper(dialplan=PLAN)
async def test_each_number_has_one_vote_also_after_a_restart(house: PaperHouse) -> None:
    assert await votes(house, "1", number="13800000001") == "It is counted."
    assert await votes(house, "2", number="13800000001") == "It is again."
    assert await votes(house, "2", number="13800000002") == "It is counted."
    assert await votes(house, "2", number="13800000003") == "It is counted."
    assert await votes(house, "2", number="anonymous") == "It is no number."
    found = await house.ask("polls.show", p.ByPoll("best"))
    assert (found.votes, list(found.counts.items())) == (3, [("blue", 2), ("red", 1)])
    assert house.told("poll.voted")[-1] == {"poll": "best", "choice": "blue", "counts": {"blue": 2, "red": 1}}
    house.house.polls = Polls(house.house)  # as after a start: only the books know
    assert await votes(house, "2", number="13800000001") == "It is again."
    assert [poll.votes for poll in (await house.ask("polls.list", p.Nothing())).polls] == [3]
    with pytest.raises(ApiError):
        await house.ask("polls.show", p.ByPoll("none"))


@paper(dialplan=PLAN)
async def test_two_calls_of_one_number_at_once_are_one_vote(house: PaperHouse) -> None:
    one = await house.call_in("4002", number="13800000001")
    two = await house.call_in("4002", number="13800000001")
    await house.until_hears(one, "Vote.")
    await house.until_hears(two, "Vote.")
    await house.key(one, "1")
    await house.key(two, "1")
    await house.until_hears(two, "It is again.")
    assert (await house.ask("polls.show", p.ByPoll("best"))).counts == {"red": 1}


@paper(dialplan=PLAN)
async def test_a_form_is_one_record_of_files_and_keys(house: PaperHouse) -> None:
    leg = await house.call_in("4003")
    await after(2.6)
    await house.speaks(leg, True)
    await after(3)
    await house.key(leg, "#")
    await house.until_hears(leg, "Number?")
    await after(0.5)
    await house.key(leg, "47")
    await after(1)
    (record,) = (await house.ask("forms.list", p.FormFilter("order"))).forms
    assert [answer.question for answer in record.answers] == ["who", "number"]
    spoken, keyed = record.answers
    assert spoken.spoken and spoken.value.endswith(".wav") and spoken.length_ms >= 3000
    assert (keyed.value, keyed.spoken) == ("47", False)
    assert [told["value"] for told in house.told("form.answered")] == [spoken.value, "47"]
    assert (await house.ask("forms.list", p.FormFilter("other"))).forms == []
