"""What is remembered of callers: in the books, by number, bounded."""

from __future__ import annotations

import sqlite3

import pytest

from apps import caller_memory
from apps.caller_memory import MAX_NAMES, MAX_VALUE, CallerMemory
from apps.journal import Journal


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
