"""Who is charged for what in one call of several agents; before a crash and after it alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.journal import Journal
from apps.journal_rows import AgentStateRow, CallDirection
from apps.journal_story import SegmentKind
from switch.words import Cause, Party
from tests.apps.books import T0, rows

COLUMNS = "queue, agent, outcome, left_at - joined_at, talk_ms, hold_ms, talk_ended_at - left_at"


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Journal]:
    made = Journal(tmp_path / "zongji.db")
    await made.open()
    yield made
    await made.close()


def open_call(books: Journal, call: str = "c1") -> None:
    books.interaction_opened(call, T0, direction=CallDirection.IN, caller="1", called="4001")


def wait(books: Journal, at: float, queue: str, call: str = "c1") -> None:
    books.segment_opened(call, SegmentKind.QUEUE, T0 + at, queue=queue)
    books.stay_opened(call, queue, T0 + at, 20.0, 5.0)


def answer(books: Journal, at: float, queue: str, agent: str, call: str = "c1") -> None:
    books.stay_left(call, T0 + at, "connected", agent, "201")
    books.segment_opened(call, SegmentKind.TALK, T0 + at, queue=queue, agent=agent, extension="201")


async def found(books: Journal, columns: str = COLUMNS) -> list[tuple[Any, ...]]:
    await books.flush()
    return rows(books.path, f"SELECT {columns} FROM stay ORDER BY joined_at, n")


async def test_a_consultation_and_who_takes_over_are_not_charged_to_the_agent_before(books: Journal) -> None:
    open_call(books)
    wait(books, 0, "sales")
    answer(books, 10, "sales", "mei")
    # mei asks li, the caller hears music; then li has the caller, and later the queue "service".
    books.segment_opened("c1", SegmentKind.HOLD, T0 + 30, queue="sales", agent="mei", extension="201")
    books.segment_opened("c1", SegmentKind.TALK, T0 + 45, agent="li", extension="202")
    books.talk_ended("c1", "mei", T0 + 45)
    books.segment_closed("c1", T0 + 100)
    wait(books, 100, "service")
    answer(books, 112, "service", "anna")
    books.talk_ended("c1", "anna", T0 + 150)
    books.interaction_closed("c1", T0 + 151, Cause.NORMAL, Party.CALLER)
    assert await found(books) == [
        ("sales", "mei", "connected", 10_000, 20_000, 15_000, 35_000),
        ("service", "anna", "connected", 12_000, 38_000, 0, 38_000),
    ]


async def test_a_wrap_up_is_its_talks_though_the_caller_is_with_another(books: Journal) -> None:
    open_call(books)
    wait(books, 0, "sales")
    answer(books, 10, "sales", "mei")
    books.talk_ended("c1", "mei", T0 + 20)
    books.agent_state(AgentStateRow("mei", T0 + 20, "available", "wrapping up", call_id="c1"))
    wait(books, 20, "service")
    answer(books, 25, "service", "li")
    books.disposed("mei", "c1", "2", "Thinks")
    books.disposed("li", "c9", "7", "another call's")
    books.agent_state(AgentStateRow("mei", T0 + 32, "on break", "wrapping up", "lunch", call_id="c1"))
    books.agent_state(AgentStateRow("mei", T0 + 35, "on break", "idle", "lunch"))
    books.disposed("mei", "c1", "1", "too late: the wrap-up is over")
    assert await found(books, "agent, wrap_up_ms, disposition, disposition_name, wrapped_at IS NULL") == [
        ("mei", 15_000, "2", "Thinks", 0),
        ("li", 0, "", "", 1),
    ]


async def test_the_first_word_on_how_a_wait_ended_counts(books: Journal) -> None:
    open_call(books)
    wait(books, 0, "sales")
    books.stay_left("c1", T0 + 7, "timed out")
    books.stay_left("c1", T0 + 9, "abandoned")
    books.stay_left("c2", T0 + 9, "abandoned")  # never joined
    books.talk_ended("c1", "mei", T0 + 9)  # never talked
    assert await found(books, "outcome, left_at - joined_at, talk_ended_at") == [("timed out", 7_000, None)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from([SegmentKind.TALK, SegmentKind.HOLD, SegmentKind.MENU, SegmentKind.DIAL]),
        st.sampled_from(["mei", "li", ""]),
        st.integers(1, 50),
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_the_sums_are_the_same_whether_the_exchange_lives_or_dies(tmp_path_factory: Any, steps: Any) -> None:
    """Once by the story in memory, once by the segments on disk."""
    path = tmp_path_factory.mktemp("books") / "zongji.db"

    async def scene() -> None:
        books = Journal(path)
        await books.open()
        for call in ("lives", "dies"):
            open_call(books, call)
            wait(books, 0, "sales", call)
            answer(books, 10, "sales", f"mei-{call}", call)
            at = 10.0
            for kind, agent, seconds in steps:
                at += seconds
                who = f"{agent}-{call}" if agent else ""
                books.segment_opened(call, kind, T0 + at, queue="sales", agent=who, extension="201")
            if call == "lives":
                books.talk_ended(call, f"mei-{call}", T0 + at)
                books.interaction_closed(call, T0 + at, Cause.NORMAL, Party.CALLER)
        await books.close()
        books = Journal(path)
        await books.open()
        books._kept_until = 0  # it died with its last word
        await books.close_open_as_crash(T0 + 1000)
        await books.close()

    asyncio.run(scene())
    lived, died = rows(path, "SELECT talk_ms, hold_ms, talk_ended_at - left_at FROM stay ORDER BY call_id DESC")
    assert lived == died
    assert lived[0] + lived[1] <= lived[2]
