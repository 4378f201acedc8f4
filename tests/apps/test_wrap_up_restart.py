"""Wrap-up and breaks go on where they were when the exchange was killed, and the books charge nobody twice."""

from __future__ import annotations

from typing import Any

from apps.api import params as p
from apps.journal import Journal
from tests.apps.books import rows
from tests.apps.test_wrap_up import AGENTS, QUEUES
from tests.stage.paper.house import PaperHouse, after
from tests.stage.paper.restart import Life, live


async def alice(house: PaperHouse) -> Any:
    return (await house.ask("agents.list", p.Nothing())).agents[0]


async def talk(house: PaperHouse, seconds: float = 20.0) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    await house.pick_up("2001")
    await after(seconds)
    await house.hang_up(leg)


def stays(journal: Journal, columns: str) -> list[tuple[Any, ...]]:
    return rows(journal.path, f"SELECT {columns} FROM stay ORDER BY joined_at")


def test_a_wrap_up_goes_on_with_what_is_left_of_it() -> None:
    async def scene(life: Life) -> None:
        house = await life.start()
        await talk(house)
        await after(4)
        house = await life.killed(down_s=2.0)
        info = await alice(house)
        assert (info.activity, info.queue, info.disposition_owed) == ("wrapping up", "sales", True)
        assert round((info.until - info.since).total_seconds()) == 4
        await after(20)
        await house.ask("agents.disposition", p.Disposition("alice", "1"))
        assert (await alice(house)).activity == "idle"
        await house.house.journal.flush()
        # 4 s before, none while it was down, 20 s after
        assert stays(house.house.journal, "wrap_up_ms, talk_ms, disposition") == [(24000, 20000, "1")]

    live(scene, queues=QUEUES, agents=AGENTS)


def test_a_talk_that_died_with_the_exchange_is_wrapped_up_after() -> None:
    async def scene(life: Life) -> None:
        house = await life.start()
        await house.log_in()
        await house.call_in("4001")
        await house.pick_up("2001")
        await after(30)
        waits = await house.call_in("4001")
        await after(5)
        assert house.position(waits) == 1
        house = await life.killed(down_s=3.0)
        info = await alice(house)
        assert info.activity == "wrapping up" and round((info.until - info.since).total_seconds()) == 7
        await after(70)
        await house.house.journal.flush()
        assert stays(house.house.journal, "outcome, left_at - joined_at, talk_ms, wrap_up_ms, disposition") == [
            ("connected", 0, 35000, 57000, "not given"),
            ("crash", 5000, 0, 0, ""),
        ]

    live(scene, queues=QUEUES, agents=AGENTS)


def test_what_ran_out_while_it_was_down_is_over() -> None:
    async def scene(life: Life) -> None:
        house = await life.start()
        await talk(house)
        await after(4)
        house = await life.killed(down_s=300.0)
        assert (await alice(house)).activity == "idle"
        await house.house.journal.flush()
        assert stays(house.house.journal, "wrap_up_ms, disposition, wrapped_at IS NOT NULL") == [(4000, "not given", 1)]

    live(scene, queues=QUEUES, agents=AGENTS)


def test_who_logged_out_while_talking_leaves_no_wrap_up_open() -> None:
    async def scene(life: Life) -> None:
        house = await life.start()
        await house.log_in()
        await house.call_in("4001")
        await house.pick_up("2001")
        await after(10)
        await house.ask("agents.logout", p.ByAgent("alice"))
        house = await life.killed()
        await house.house.journal.flush()
        assert (await alice(house)).presence == "logged out"
        assert stays(house.house.journal, "talk_ms, wrap_up_ms, wrapped_at IS NOT NULL") == [(10000, 0, 1)]

    live(scene, queues=QUEUES, agents=AGENTS)


def test_a_break_keeps_its_limit_and_the_time_down_is_nobodys() -> None:
    async def scene(life: Life) -> None:
        house = await life.start()
        await house.log_in()
        await house.ask("agents.break", p.Break("alice", "lunch"))
        await after(1000)
        house = await life.killed(down_s=10.0)
        info = await alice(house)
        assert (info.presence, info.reason, info.overdue) == ("on break", "lunch", False)
        assert round((info.break_until - info.since).total_seconds()) == 790
        await after(800)
        assert (await alice(house)).overdue
        await house.house.journal.flush()
        told = rows(house.house.journal.path, "SELECT presence, activity, at, limit_at FROM agent_state ORDER BY id")
        began = told[1][2]
        assert [(row[0], row[1], (row[2] - began) // 1000) for row in told[1:]] == [
            ("on break", "idle", 0),
            ("on break", "down", 1000),
            ("on break", "idle", 1010),
            ("on break", "idle", 1800),
        ]

    live(scene, queues=QUEUES, agents=AGENTS)
