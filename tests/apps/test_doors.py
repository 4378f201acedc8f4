"""Queues that turn callers away, send them on, are closed, and tell how long it will be: through the whole exchange."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.api import params as p
from apps.settings import read_site
from apps.whole import load_whole
from ivr.words import Mistakes
from switch.words import Cause, LegId, call_of
from tests.apps.books import rows
from tests.stage.paper.house import PaperHouse, after, paper, write_site
from tests.stage.paper.restart import Life, live

AGENTS = """
    agents:
      alice: {name: Alice, extension: "2001", queues: [sales]}
      bob: {name: Bob, extension: "2002", queues: [spare]}
"""


def queues(sales: str, spare: str = "") -> str:
    return f"""
    queues:
      sales: {{ring: 15, wrap_up: 0, keep_without_agents: true, announce_position_every: never, {sales}}}
      spare: {{keep_without_agents: true, announce_position_every: never, {spare}}}
      service: {{keep_without_agents: true}}
      short: {{keep_without_agents: true}}
    """


def books(house: PaperHouse, columns: str, table: str, order: str) -> list[tuple[object, ...]]:
    return rows(house.house.journal.path, f"SELECT {columns} FROM {table} ORDER BY {order}")


async def line(house: PaperHouse, queue: str) -> list[tuple[str, int]]:
    found = await house.ask("queues.show", p.ByQueue(queue))
    return [(caller.call_id, round(caller.wait_ms / 1000)) for caller in found.callers]


@pytest.mark.parametrize("keep", [True, False])
def test_a_caller_who_waits_too_long_is_sent_on_with_the_place_or_without(keep: bool) -> None:
    then = f"{{queue: spare, keep_place: {'yes' if keep else 'no'}}}"

    @paper(queues=queues(f'leave: [{{if: "waited > 20 and agents_idle == 0", then: {then}}}]'), agents=AGENTS)
    async def scene(house: PaperHouse) -> None:
        first = await house.call_in("4001")
        await after(10)
        other = await house.call_in("4001")
        await house.hang_up(other)
        await after(10.5)
        assert [name for name, _ in await line(house, "sales")] == [call_of(first)]
        await after(1)
        waited = 22 if keep else 1
        ((name, seconds),) = await line(house, "spare")
        assert name == call_of(first) and abs(seconds - waited) <= 1
        assert house.said(first) == [], "who is sent on need not hear of it"
        told = await house.ask("queues.explain", p.ByCall(call_of(first)))
        (gone,) = told.exits
        assert (gone.queue, gone.reason) == ("sales", "overflow")
        assert gone.why == "if waited > 20 and agents_idle == 0 (agents_idle 0, waited 21)"
        await house.hang_up(first)
        await house.house.journal.flush()
        assert books(house, "queue, outcome", "stay", "joined_at, n")[0] == ("sales", "overflow")
        told = await house.ask("queues.explain", p.ByCall(call_of(first)))
        assert "did not keep it (overflow)" in told.summary

    scene()


@paper(
    queues=queues(
        'enter: [{unless: "level == \\"gold\\" or waiting < 1", say: {en: "Too many.", zh: "太多。"}, then: {hangup: busy}}], '
        "attributes: [level]"
    )
)
async def test_who_is_turned_away_hears_why_and_is_gone(house: PaperHouse) -> None:
    await house.call_in("4001")
    late = await house.call_in("4001")
    assert house.hears(late) == "play Too many."
    await after(3)
    assert house.switch.ended(late) is Cause.BUSY
    await house.house.journal.flush()
    assert books(house, "queue, reason, why", "queue_exit", "at") == [
        ("sales", "turned away", 'unless level == "gold" or waiting < 1 (level unknown, waiting 1)')
    ]


@paper(
    queues=queues("hours: office, closed: {then: {queue: spare}}"),
    **{
        "dialplan/hours.yaml": """
    hours: {office: {open: "mon-fri 09:00-18:00", closed: ["01-01..12-31"]}}
"""
    },
)
async def test_hours_and_holidays_close_a_queue_and_force_opens_it(house: PaperHouse) -> None:
    shut = await house.call_in("4001")
    await after(3)
    assert "closed now" in house.said(shut)[0] and await line(house, "spare") != []
    info = await house.ask("queues.open", p.ByQueue("sales"))
    assert (info.open, info.forced) == (True, "open")
    leg = await house.call_in("4001")
    assert [name for name, _ in await line(house, "sales")] == [call_of(leg)]
    assert (await house.ask("queues.close", p.ByQueue("sales"))).forced == "closed"
    assert [name for name, _ in await line(house, "sales")] == [call_of(leg)], "who waits stays"
    info = await house.ask("queues.hours", p.ByQueue("sales"))
    assert (info.open, info.forced) == (False, "")


def test_what_was_closed_by_force_is_closed_after_a_restart() -> None:
    async def scene(life: Life) -> None:
        house = await life.start()
        await house.ask("queues.close", p.ByQueue("sales"))
        await house.house.journal.flush()
        house = await life.killed(down_s=1.0)
        leg = await house.call_in("4001")
        assert "closed now" in house.hears(leg)
        await house.ask("queues.hours", p.ByQueue("sales"))
        await house.house.journal.flush()
        house = await life.killed(down_s=1.0)
        assert (await house.ask("queues.list", p.Nothing())).queues[0].open

    live(scene, queues=queues("record: never"))


@paper(queues=queues('desk_code: "1"', 'desk_code: "2"'), agents=AGENTS)
async def test_an_agent_closes_their_queue_by_star_code_and_no_other(house: PaperHouse) -> None:
    async def dial(code: str) -> str:
        leg = await house.call_from("2001", code)
        heard = house.hears(leg)
        await after(4)
        return heard

    assert await dial("*171") == "play You are not logged in."
    await house.log_in()
    for code, said, forced in (
        ("*171", "The queue is closed.", "closed"),
        ("*171", "The queue follows its opening hours.", ""),
        ("*172", "You serve no such queue.", ""),
    ):
        assert await dial(code) == f"play {said}"
        assert house.house.opening.forced("sales") == forced
    assert house.house.opening.forced("spare") == ""


@paper(
    queues=queues(
        "handling_time: 100, announce_wait: yes, announce_wait_least: 60, announce_wait_most: 4m",
    ).replace("announce_position_every: never, handling", "announce_position_every: 20, handling"),
    agents=AGENTS,
)
async def test_the_wait_is_told_with_the_place_when_it_is_within_the_limits(house: PaperHouse) -> None:
    await house.log_in()
    talks = await house.call_in("4001")
    await house.pick_up("2001")
    told: list[LegId] = []
    for _ in range(3):
        told.append(await house.call_in("4001"))
        await after(0.1)
    await after(6)
    assert house.said(told[0]) == ["You are next in the queue.", "Your expected wait is about two minutes."]
    assert house.said(told[1])[1] == "Your expected wait is about four minutes."
    assert house.said(told[2]) == ["You are number three in the queue."], "300 s are not told here"
    await house.hang_up(talks)


@paper(
    queues=queues('comfort: [{en: "One.", zh: "一。"}, {en: "Two.", zh: "二。"}], comfort_every: 15, language: zh'),
)
async def test_comfort_is_said_in_turn_in_the_queues_language(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    await after(14)
    assert house.said(leg) == []
    await after(45)
    assert house.said(leg) == ["一。", "二。", "一。"]


@pytest.mark.parametrize(
    ("sales", "told"),
    [
        ('enter: [{if: "waitng > 3"}]', 'Did you mean "waiting"'),
        ('leave: [{if: "waited > \\"x\\""}]', "condition cannot be read"),
        ('leave: [{if: "waited + 1"}]', "cannot be read"),
        ('leave: [{if: "weekday == \\"monday\\""}]', "condition cannot be read"),
        ('leave: [{if: "level == \\"gold\\""}]', "attributes"),
        ("leave: [{then: {hangup: busy}}]", "must have one condition"),
        ('leave: [{if: "waiting > 1", unless: "open"}]', "must have one condition"),
        ('leave: [{if: "waiting > 1", then: {queue: sales}}]', "sends its callers to itself"),
        ('leave: [{if: "waiting > 1", then: {queue: nowhere}}]', 'no queue "nowhere"'),
        ('leave: [{if: "waiting > 1", then: {dial: "1", keep_place: yes}}]', "keeps a place in no queue"),
        ("attributes: [waiting]", "is a fact of its own"),
        ("hours: ofice", 'There are no opening hours "ofice"'),
        ('desk_code: "1"', 'has desk_code "1", too'),
        ("announce_wait_most: 5", "announce_wait_most is less"),
        ('comfort: [{en: "x"}]', "missing in zh"),
    ],
)
def test_each_mistake_has_its_line_and_mend(tmp_path: Path, sales: str, told: str) -> None:
    write_site(tmp_path, {"queues.yaml": queues(sales, 'desk_code: "1"')})
    with pytest.raises(Mistakes) as caught:
        load_whole(tmp_path)
    found = [str(mistake) for mistake in caught.value.mistakes if mistake.file == "queues.yaml"]
    assert len(found) == 1 and told in found[0] and found[0].startswith("queues.yaml:"), found


def test_the_conditions_reach_the_centre(tmp_path: Path) -> None:
    text = queues('enter: [{unless: "waiting < 3"}], leave: [{if: "waited > 9"}], handling_time: 90')
    write_site(tmp_path, {"queues.yaml": text})
    site, _, mistakes = read_site(tmp_path)
    assert all(mistake.warning for mistake in mistakes)
    settings = site.centre_settings().queues[0]
    assert ([door.text for door in (*settings.enter, *settings.leave)], settings.handling_s) == (
        ["unless waiting < 3", "if waited > 9"],
        90.0,
    )
