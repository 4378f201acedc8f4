"""The wallboard: its numbers, its thresholds, how it is told and how it is drawn."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from apps import reports
from apps.api import params as p
from apps.api.client import AsyncClient, SeenEvent
from apps.api.event_filter import WALLBOARD, TypeFilter
from apps.api.events import AlarmCleared
from apps.api.wallboard_types import Wallboard
from apps.commands.wallboard import draw
from apps.model_wallboard import WallboardEntry
from apps.wallboard import level
from tests.apps.board import BOARD, Board
from tests.stage.paper.house import PaperHouse, after, paper

QUEUES = """
    queues:
      sales: {ring: 15, wrap_up: 10, service_level: 20, announce_position_every: never, record: never,
              wallboard: {waiting: [1, 2], longest_wait: [10s, 1m], talking: [5, 20], abandoned: [20, 50]}}
      service: {ring: 15}
      short: {}
"""


async def numbers(house: PaperHouse) -> Wallboard:
    await after(1)
    return await house.ask("wallboard.get", p.Nothing())  # type: ignore[no-any-return]


@paper(queues=QUEUES)
async def test_a_queue_warns_and_alarms_as_its_yaml_says(house: PaperHouse) -> None:
    await house.log_in()
    caller = await house.call_in("4001")
    await house.ringing("2001")
    sales = (await numbers(house)).queues[0]
    assert (sales.waiting, sales.ringing, sales.levels) == (1, 1, {"waiting": "warn"})
    second = await house.call_in("4001", number="1390")
    await after(10)
    sales = (await numbers(house)).queues[0]
    assert (sales.waiting, sales.levels) == (2, {"waiting": "bad", "longest_wait_ms": "warn"})
    assert sales.service_level is None and sales.abandoned is None
    (leg,) = house.switch.out("2001")
    house.switch.answered(leg)
    board = await numbers(house)
    assert (board.queues[0].service_level, board.queues[0].levels) == (
        100.0,
        {"waiting": "warn"} | ({"longest_wait_ms": "warn"} if board.queues[0].longest_wait_ms >= 10_000 else {}),
    )
    await house.hang_up(second)
    sales = (await numbers(house)).queues[0]
    assert (sales.abandoned_today, sales.abandoned, sales.service_level) == (1, 50.0, 50.0)
    assert sales.levels == {"abandoned": "bad", "service_level": "bad"}
    await house.hang_up(caller)


@paper(queues=QUEUES.replace("service_level: 20", "service_level: 5"))
async def test_who_is_answered_late_is_not_in_time(house: PaperHouse) -> None:
    await house.log_in()
    await house.call_in("4001")
    rings = await house.ringing("2001")
    await after(10)
    house.switch.answered(rings)
    assert (await numbers(house)).queues[0].service_level == 0.0


@paper(queues=QUEUES.replace("ring: 15, wrap_up", "max_wait: 30, keep_without_agents: true, ring: 15, wrap_up"))
async def test_who_is_sent_on_late_counts_against_the_service_level_also_after_a_restart(house: PaperHouse) -> None:
    await house.call_in("4001")
    await after(40)
    assert (await numbers(house)).queues[0].service_level == 0.0
    assert (await reports.counts_today(house.house.journal, 0.0))["sales"] == (0, 0, 0, 1)


@paper(queues=QUEUES)
async def test_agents_stand_by_trouble_then_state(house: PaperHouse) -> None:
    await house.log_in()
    await house.log_in("bob", "2002")
    caller = await house.call_in("4001")
    await house.pick_up("2001")
    board = await numbers(house)
    assert [(agent.agent, agent.state, agent.level) for agent in board.agents] == [
        ("alice", "talking", ""),
        ("bob", "idle", ""),
    ]
    house.switch.unregister("2002")
    await after(5)
    board = await numbers(house)
    assert [(agent.agent, agent.state, agent.level) for agent in board.agents] == [
        ("bob", "not registered", "bad"),
        ("alice", "talking", "warn"),
    ]
    assert board.agents[1].ms == 7000 and board.logged_out == 0
    await house.hang_up(caller)
    await house.ask("agents.break", p.Break("alice", "lunch"))
    await house.ask("agents.logout", p.ByAgent("bob"))
    board = await numbers(house)
    assert [(agent.agent, agent.reason) for agent in board.agents][:1] in ([("alice", "lunch")], [("alice", "")])
    assert board.logged_out == 1


def test_levels() -> None:
    limits = WallboardEntry()
    assert [level(n, limits.waiting) for n in (4, 5, 9, 10)] == ["", "warn", "warn", "bad"]
    assert [level(n, limits.service_level) for n in (None, 80, 79.9, 60, 59.9)] == ["", "", "warn", "warn", "bad"]


@pytest.mark.parametrize("width", [80, 100, 160])
@pytest.mark.parametrize("height", [0, 24, 12])
def test_it_is_drawn_within_the_terminal_with_signs_beside_colours(width: int, height: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=width, height=height or 25, no_color=True, highlight=False)
    console.print(draw(BOARD, width, height))
    lines = out.getvalue().splitlines()
    assert all(cell_len(line) <= width for line in lines)
    assert not height or len(lines) <= height
    text = "\n".join(lines)
    for word in ("供水热线", "销售", "1:15", "61", "9 18%", "王美", "21:00", "4 logged out"):
        assert word in text, (word, text)
    sales, mei = (next(line for line in lines if name in line) for name in ("销售", "王美"))
    assert sales.startswith("!!") and "!!" in mei


def test_more_agents_than_lines_are_counted() -> None:
    import msgspec

    many = msgspec.structs.replace(BOARD, agents=BOARD.agents * 20)
    out = io.StringIO()
    Console(file=out, width=80, height=24, no_color=True).print(draw(many, 80, 24))
    assert "more" in out.getvalue() and len(out.getvalue().splitlines()) <= 24


async def test_it_is_told_once_a_second_and_only_to_who_names_it(tmp_path: Path) -> None:
    board = Board(tmp_path / "api.sock")
    await board.server.start()
    try:
        watching, other = [await AsyncClient.connect(tmp_path / "api.sock") for _ in range(2)]
        await watching.call_raw("events.subscribe", p.Subscribe(types=["wallboard.*", "alarm.*"]))
        await other.call_raw("events.subscribe", p.Subscribe())
        board.hub.publish(AlarmCleared("x"))
        told: list[SeenEvent] = []
        began = asyncio.get_running_loop().time()
        async for each in watching.events():
            assert isinstance(each, SeenEvent)
            told.append(each)
            if [one.type for one in told].count(WALLBOARD) == 2:
                break
        assert asyncio.get_running_loop().time() - began < 1.5
        assert {one.type for one in told} == {WALLBOARD, "alarm.cleared"}
        assert [one.seq for one in told][-1] == 1, "the number of the last event"
        assert told[-1].data["board"]["queues"][0]["levels"]["waiting"] == "bad"
        async for each in other.events():
            assert isinstance(each, SeenEvent) and each.type == "alarm.cleared"
            break
        assert board.hub.seq == 1
        for client in (watching, other):
            await client.close()
    finally:
        await board.server.stop()


def test_it_is_no_part_of_all() -> None:
    assert not TypeFilter([]).wants(WALLBOARD) and TypeFilter([WALLBOARD]).wants(WALLBOARD)
