"""Lists out of the books: the right calls, in pages that neither repeat nor miss, in forms others can read."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps import reports
from apps.api.params import CdrFilter, RecordingFilter
from apps.api.protocol import ApiError, Code, ErrorResponse, line
from apps.api.types import CdrRow, utc
from apps.journal import Journal
from apps.journal_rows import AlertRow, CallDirection
from apps.journal_story import SegmentKind
from apps.reports_formats import FORMATS, OWN_COLUMNS, guarded, header, record
from switch.words import Cause, Party
from tests.apps.books import T0, failed_call, queue_call


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Journal]:
    made = Journal(tmp_path / "zongji.db")
    await made.open()
    yield made
    await made.close()


async def test_a_record_says_what_happened(books: Journal) -> None:
    queue_call(books, "c1")
    books.recording_opened("c1-1", "c1", T0 + 20, "/r/c1.wav", queue="sales", agent="mei")
    books.recording_closed("c1-1", T0 + 60, seconds=40.0, bytes=640044)
    [row] = (await reports.cdrs(books, CdrFilter(segments=True))).rows
    assert row == CdrRow(
        "c1", utc(T0), "in", "13800138000", "4001", "answered", utc(T0), utc(T0 + 60), "王小明", "pstn",
        queue="sales", agent="mei", cause="normal", q850=16, ended_by="caller", duration_ms=60000, menu_ms=5000,
        wait_ms=15000, ring_ms=3000, talk_ms=40000, recording="/r/c1.wav", segments=row.segments,
    )  # fmt: skip
    assert [(s.kind, s.ms) for s in row.segments] == [("menu", 5000), ("queue", 12000), ("ring", 3000), ("talk", 40000)]
    assert sum(s.ms for s in row.segments) == row.duration_ms


async def test_a_call_in_the_books_is_shown_with_its_variables(books: Journal) -> None:
    queue_call(books, "c1")
    books.variable_set("c1", "customer", "A-17")
    detail = await reports.call(books, "c1")
    assert (detail.state, detail.ms, detail.cause, detail.variables) == ("ended", 60000, "normal", {"customer": "A-17"})
    assert len(detail.segments) == 4
    with pytest.raises(ApiError) as caught:
        await reports.call(books, "c2")
    assert caught.value.code is Code.NOT_FOUND


async def test_every_outcome_has_its_word(books: Journal) -> None:
    queue_call(books, "answered")
    failed_call(books, "busy", T0, Cause.BUSY, 486)
    failed_call(books, "no answer", T0, Cause.NO_ANSWER, 480)
    failed_call(books, "rejected", T0, Cause.NOT_FOUND, 404, Party.SWITCH)
    failed_call(books, "failed", T0, Cause.TRUNK_FAILED, 502, Party.NETWORK)
    failed_call(books, "abandoned", T0, Cause.CANCELLED, 487, Party.CALLER)
    books.interaction_opened("running", T0, direction=CallDirection.IN, caller="1", called="2")
    books.interaction_opened("abandoned in queue", T0, direction=CallDirection.IN, caller="1", called="2")
    books.interaction_answered("abandoned in queue", T0)
    books.segment_opened("abandoned in queue", SegmentKind.QUEUE, T0, queue="sales")
    books.interaction_closed("abandoned in queue", T0 + 9, Cause.NORMAL, Party.CALLER)
    found = {row.call_id: row.disposition for row in (await reports.cdrs(books, CdrFilter())).rows}
    assert {name: word for name, word in found.items() if name != "abandoned in queue"} == {
        name: name for name in found if name != "abandoned in queue"
    }
    assert found["abandoned in queue"] == "abandoned"


@pytest.mark.parametrize("oldest_first", [False, True])
async def test_pages_neither_repeat_nor_miss_among_calls_of_one_instant(books: Journal, oldest_first: bool) -> None:
    for n in range(23):
        queue_call(books, f"c{n:02}", T0 + n // 5)
    seen, after, pages = [], "", 0
    while True:
        page = await reports.cdrs(books, CdrFilter(limit=5, after=after, oldest_first=oldest_first))
        seen += [row.call_id for row in page.rows]
        pages += 1
        if pages == 1 and not oldest_first:
            queue_call(books, "new", T0 + 100)  # comes while one reads: is not of the pages that follow
        if not page.next:
            break
        after = page.next
    assert seen == sorted((f"c{n:02}" for n in range(23)), reverse=not oldest_first)
    assert pages == 5


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (CdrFilter(), ["c3", "c2", "c1"]),
        (CdrFilter(since=utc(T0 + 100)), ["c3", "c2"]),
        (CdrFilter(until=utc(T0 + 100)), ["c1"]),
        (CdrFilter(agent="li"), ["c2"]),
        (CdrFilter(caller="202", direction="internal"), ["c3"]),
        (CdrFilter(cause="busy"), ["c3"]),
        (CdrFilter(queue="sales", called="4001", call_id="c1"), ["c1"]),
        (CdrFilter(queue="' OR 1=1 --"), []),
    ],
)
async def test_filters_narrow(books: Journal, asked: CdrFilter, expected: list[str]) -> None:
    queue_call(books, "c1", T0)
    queue_call(books, "c2", T0 + 100, agent="li")
    failed_call(books, "c3", T0 + 200, Cause.BUSY, 486)
    assert [row.call_id for row in (await reports.cdrs(books, asked)).rows] == expected


async def test_a_page_after_nothing_known_is_refused(books: Journal) -> None:
    with pytest.raises(ApiError) as caught:
        await reports.cdrs(books, CdrFilter(after="nobody"))
    assert caught.value.code is Code.NOT_FOUND and caught.value.message == "There is no call nobody"
    with pytest.raises(ApiError) as caught:
        await reports.recordings(books, RecordingFilter(after="nobody"))
    assert b'"There is no recording nobody"' in line(ErrorResponse(1, caught.value.as_object()))


async def test_recordings_are_found_by_their_id_and_by_their_calls(books: Journal, tmp_path: Path) -> None:
    queue_call(books, "c1")
    file = tmp_path / "r1.wav"
    file.touch()
    for n, path in enumerate([file, tmp_path / "r2.wav"], 1):
        books.recording_opened(f"r{n}", "c1", T0 + n, path, queue="sales", agent="mei")
    books.recording_closed("r1", T0 + 9, seconds=7.5, bytes=240044, dropped_blocks=2, failed="the disk was full")
    r2, r1 = (await reports.recordings(books, RecordingFilter(agent="mei"))).recordings
    assert (r1.length_ms, r1.bytes, r1.dropped_blocks, r1.failed, r1.caller) == (
        7500, 240044, 2, "the disk was full", "13800138000",
    )  # fmt: skip
    assert (r1.present, r2.present, r2.ended_at) == (True, False, None)
    assert (await reports.recording_info(books, "c1")).recording_id == "r1"
    assert (await reports.recording_info(books, "r2")).recording_id == "r2"
    with pytest.raises(ApiError):
        await reports.recording_info(books, "r3")
    page = await reports.recordings(books, RecordingFilter(limit=1))
    assert page.next == "r2"
    assert (await reports.recordings(books, RecordingFilter(limit=1, after="r2"))).recordings == [r1]


async def test_today_is_counted_by_queue_and_in_all(books: Journal) -> None:
    queue_call(books, "c0", T0 - 1000)
    queue_call(books, "c1", T0)
    failed_call(books, "c2", T0, Cause.BUSY, 486)
    books.interaction_opened("c3", T0, direction=CallDirection.IN, caller="1", called="2")
    books.segment_opened("c3", SegmentKind.QUEUE, T0, queue="sales")
    books.stay_opened("c3", "sales", T0, 20.0, 5.0)
    books.stay_left("c3", T0 + 9, "abandoned")
    books.interaction_closed("c3", T0 + 9, Cause.NORMAL, Party.CALLER)
    assert await reports.counts_today(books, T0) == {"sales": (1, 1, 1, 0), "": (3, 1, 0, 0)}


async def test_alerts_of_a_call_are_in_order(books: Journal) -> None:
    for agent in ("li", "mei"):
        books.alert(AlertRow("c1", "sales", agent, "201", T0, T0 + 5, "declined"))
    assert [row.agent for row in await reports.alerts(books, "c1")] == ["li", "mei"]


# ---- forms ------------------------------------------------------------------------------------------------------

ROW = CdrRow(
    "c1",
    datetime(2026, 1, 2, 3, 4, 5, 678000, UTC),
    "in",
    "13800138000",
    "4001",
    "answered",
    datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC),
    datetime(2026, 1, 2, 3, 5, 5, 678000, UTC),
    '=cmd|"/c calc"!A1',
    "pstn",
    queue="sales",
    agent="mei",
    cause="normal",
    q850=16,
    ended_by="caller",
    duration_ms=60000,
    talk_ms=40000,
)


def test_own_csv_has_a_header_utc_milliseconds_and_no_formula() -> None:
    [row] = csv.DictReader(io.StringIO(header("own") + record("own", ROW)))
    assert tuple(row) == OWN_COLUMNS
    assert row["started_at"] == "2026-01-02T03:04:05.678Z"
    assert row["answered_at"] == "2026-01-02T03:04:06.000Z"
    assert (row["duration_ms"], row["talk_ms"], row["q850"]) == ("60000", "40000", "16")
    assert row["caller_name"] == '\'=cmd|"/c calc"!A1'


@pytest.fixture
def in_shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_shanghai")
def test_asterisk_form_has_its_18_columns() -> None:
    [cells] = csv.reader(io.StringIO(record("asterisk", ROW)))
    assert len(cells) == 18 and header("asterisk") == ""
    assert cells[1:4] == ["13800138000", "4001", "sales"]
    assert cells[9:16] == [
        "2026-01-02 11:04:05", "2026-01-02 11:04:06", "2026-01-02 11:05:05", "60", "60", "ANSWERED", "DOCUMENTATION",
    ]  # fmt: skip
    assert cells[16] == "c1"
    assert ',60,60,"ANSWERED"' in record("asterisk", ROW)


@pytest.mark.usefixtures("in_shanghai")
def test_freeswitch_form_quotes_everything() -> None:
    text = record("freeswitch", ROW)
    assert text.startswith("\"'=cmd") and text.rstrip("\n").endswith('"')
    [cells] = csv.reader(io.StringIO(text))
    assert cells[1:11] == [
        "13800138000", "4001", "in", "2026-01-02 11:04:05", "2026-01-02 11:04:06", "2026-01-02 11:05:05", "60", "60",
        "NORMAL", "c1",
    ]  # fmt: skip


def test_json_lines_are_the_api_records() -> None:
    text = record("jsonl", ROW)
    assert text.count("\n") == 1
    assert json.loads(text)["started_at"] == "2026-01-02T03:04:05.678000Z"


@pytest.mark.parametrize("form", FORMATS)
def test_a_call_that_has_not_ended_can_be_written_too(form: str) -> None:
    record(form, CdrRow("c", utc(T0), "in", "", "", "running"))


@given(st.text())
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    shown = guarded(text)
    assert shown[:1] not in ("=", "-", "@") and shown.isprintable()
    assert not shown.startswith("+") or shown[1:].isdigit()
    assert not text.isprintable() or shown in (text, "'" + text)


@given(st.text())
def test_every_text_comes_back_out_of_the_csv(name: str) -> None:
    row = msgspec.structs.replace(ROW, caller_name=name)
    for form in ("own", "asterisk", "freeswitch"):
        [cells] = csv.reader(io.StringIO(record(form, row), newline=""))
        if form == "asterisk":
            continue  # the name is inside the caller id there
        assert guarded(name) in cells
