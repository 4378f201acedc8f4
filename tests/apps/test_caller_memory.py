"""What is remembered of callers: in the books, by number, bounded."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from apps import caller_memory
from apps.api import params as p
from apps.api.protocol import ApiError
from apps.caller_memory import MAX_NAMES, MAX_VALUE, CallerMemory
from apps.journal import Journal
from tests.stage.paper.house import PaperHouse, after, paper


@pytest.fixture
async def journal(tmp_path):
    journal = Journal(tmp_path / "books.db")
    await journal.open()
    yield journal
    await journal.close()


async def test_it_is_there_for_the_next_call_and_of_this_number_only(journal):
    memory = CallerMemory(journal)
    memory.remember("138", "city", "武汉")
    memory.remember("139", "city", "x" * 9999)
    memory.remember("138", "visits", "1")
    memory.remember("138", "visits", "2")
    assert await memory.recall("138") == {"city": "武汉", "visits": "2"}
    assert await CallerMemory(journal).recall("139") == {"city": "x" * MAX_VALUE}
    memory.remember("138", "city", "")
    assert await memory.recall("138") == {"visits": "2"}
    assert await memory.forget("138") == 1 and await memory.recall("138") == {}
    rows = sqlite3.connect(journal.path).execute("SELECT number, name, length(value) FROM caller_memory").fetchall()
    assert rows == [("139", "city", MAX_VALUE)]


async def test_who_hides_the_number_has_no_memory(journal):
    memory = CallerMemory(journal)
    for number in ("", "anonymous", "Anonymous"):
        memory.remember(number, "city", "x")
        assert await memory.recall(number) == {}
    await journal.flush()
    assert sqlite3.connect(journal.path).execute("SELECT count(*) FROM caller_memory").fetchone() == (0,)


async def test_tidying_takes_away_what_is_over_the_bounds(journal, monkeypatch):
    memory = CallerMemory(journal)
    now = [1_000_000_000.0]
    monkeypatch.setattr(caller_memory.time, "time", lambda: now[0])
    memory.remember("old", "city", "x")
    now[0] += caller_memory.KEEP_S + 1
    for number in range(MAX_NAMES + 5):
        now[0] += 1
        memory.remember("138", f"n{number}", "x")
    memory.remember("139", "city", "x")
    await memory.tidy()
    assert await memory.recall("old") == {}
    assert set(await memory.recall("138")) == {f"n{number}" for number in range(5, MAX_NAMES + 5)}
    monkeypatch.setattr(caller_memory, "MAX_ROWS", 3)
    await memory.tidy()
    assert await memory.recall("139") == {"city": "x"} and len(await memory.recall("138")) == 2


PLAN = """
routes: [{to: "4001", do: main}]
scripts:
  main:
    - if: {test: 'caller.vip == "yes"', then: [{dial: "2001"}]}
    - remember: {visits: {value: "number(default(caller.visits, 0)) + 1"}}
    - hangup: busy
"""
scene = paper(dialplan=PLAN)


async def until(house: PaperHouse, is_so: Callable[[], object]) -> None:
    """The books answer in real time, whatever the paper clock says."""
    for _ in range(200):
        if is_so():
            return
        await house.house.journal.flush()
        await after(0.01)
    raise AssertionError("it never was so")


@scene
async def test_what_others_know_of_a_caller_decides_where_the_next_call_goes(house: PaperHouse) -> None:
    await house.register("2001")
    for _ in range(2):
        leg = await house.call_in("4001", number="13800138000")
        await until(house, lambda leg=leg: house.switch.ended(leg) is not None)
    told = await house.ask("callers.show", p.ByNumber("13800138000"))
    assert [(one.name, one.value) for one in told.remembered] == [("visits", "2")]
    told = await house.ask("callers.remember", p.Remember("13800138000", "vip", "yes"))
    assert {one.name: one.value for one in told.remembered} == {"visits": "2", "vip": "yes"}
    leg = await house.call_in("4001", number="13800138000")
    await until(house, lambda: house.switch.out("2001"))
    (ringing,) = house.switch.out("2001")
    house.switch.gone(leg)
    await after(0.1)
    assert not house.switch.legs_by_id[ringing].live
    assert len((await house.ask("callers.forget", p.ByNumber("13800138000"))).remembered) == 2
    assert (await house.ask("callers.show", p.ByNumber("13800138000"))).remembered == []
    with pytest.raises(ApiError):
        await house.ask("callers.remember", p.Remember("anonymous", "vip", "yes"))
