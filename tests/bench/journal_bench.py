"""How fast the books are: rows per second, and CPU time of the whole process for each call.

A call here is what a queue call writes: opened, answered, menu, queue, ring, talk, an alert, two agent states, a
recording, two dialogs saved and removed, closed.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from apps.journal import Journal
from apps.journal_rows import AgentStateRow, AlertRow, CallDirection
from apps.journal_story import SegmentKind
from switch.facts import DialogFacts
from switch.words import Cause, Party, new_call_id

SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\n" * 2


def open_call(books: Journal, call: str, at: float) -> None:
    """Everything until the two talk."""
    books.interaction_opened(call, at, direction=CallDirection.IN, caller="13800138000", called="4001", trunk="pstn")
    books.interaction_answered(call, at + 0.1)
    books.segment_opened(call, SegmentKind.MENU, at + 0.1, label="hotline")
    books.segment_closed(call, at + 5, "1")
    books.segment_opened(call, SegmentKind.QUEUE, at + 5, queue="sales")


def connect_call(books: Journal, call: str, at: float) -> None:
    books.segment_opened(call, SegmentKind.RING, at + 9, queue="sales", agent="mei", extension="201")
    books.agent_state(AgentStateRow("mei", at + 9, "available", "ringing", "", "201", call))
    books.segment_opened(call, SegmentKind.TALK, at + 12, queue="sales", agent="mei", extension="201")
    books.alert(AlertRow(call, "sales", "mei", "201", at + 9, at + 12, "answered", "fewest calls today"))
    books.recording_opened(call + "-1", call, at + 12, f"2026/01/01/{call}.wav", queue="sales", agent="mei")
    for n in (1, 2):
        uri = "sip:201@127.0.0.1:5060"
        facts = DialogFacts(call, "a", "b", uri, uri, uri, uri, 1, 2, (), "uas", SDP, SDP, "udp", "127.0.0.1", 5060)
        books.dialog_saved(f"{call}.{n}", call, facts, at)


def close_call(books: Journal, call: str, at: float) -> None:
    books.recording_closed(call + "-1", at + 60, seconds=48.0, bytes=768044)
    books.agent_state(AgentStateRow("mei", at + 60, "available", "wrapping up", "", "201", call))
    books.dialog_removed(f"{call}.1")
    books.dialog_removed(f"{call}.2")
    books.interaction_closed(call, at + 60, Cause.NORMAL, Party.CALLER)


def nothing(books: Journal, call: str, at: float) -> None:
    """What the pacing itself costs."""


Stages = tuple[Callable[[Journal, str, float], None], ...]
STAGES: Stages = (open_call, connect_call, close_call)


async def _paced(path: Path, calls: int, calls_per_s: float, stages: Stages) -> tuple[float, float]:
    """CPU ms per call and the loop's worst lateness [ms], with calls arriving as in life."""
    books = Journal(path)
    await books.open()
    begin, worst = time.monotonic(), 0.0
    cpu = time.process_time()
    steps = sorted(((n + 50 * stage / 3) / calls_per_s, stage, n) for n in range(calls) for stage in range(len(stages)))
    ids = [new_call_id(n) for n in range(calls)]
    for due, stage, n in steps:
        pause = begin + due - time.monotonic()
        if pause > 0:
            await asyncio.sleep(pause)
            worst = max(worst, time.monotonic() - begin - due)
        stages[stage](books, ids[n], 1_760_000_000 + n)
    await books.flush()
    spent = time.process_time() - cpu
    await books.close()
    return spent / calls * 1000, worst * 1000


async def _bulk(path: Path, calls: int) -> float:
    """Rows per second when everything comes at once, in hundreds."""
    books = Journal(path)
    await books.open()
    begin = time.monotonic()
    for n in range(calls):
        call = new_call_id(n)
        for stage in STAGES:
            stage(books, call, 1_760_000_000 + n)
        if n % 100 == 99:
            await books.flush()
    await books.flush()
    seconds = time.monotonic() - begin
    await books.close()
    with sqlite3.connect(path) as db:
        tables = ("interaction", "segment", "alert", "agent_state", "recording")
        rows = sum(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)
    return rows / seconds


def run(calls: int = 1500, calls_per_s: float = 150.0) -> dict[str, float]:
    """Figures, by name with unit."""
    with tempfile.TemporaryDirectory() as folder:
        rows_per_s = asyncio.run(_bulk(Path(folder) / "bulk.db", calls))
        idle_ms, _ = asyncio.run(_paced(Path(folder) / "idle.db", calls, calls_per_s, (nothing,) * 3))
        cpu_ms, late_ms = asyncio.run(_paced(Path(folder) / "paced.db", calls, calls_per_s, STAGES))
    return {
        "journal_rows_per_s": round(rows_per_s),
        "journal_cpu_ms_per_call": round(cpu_ms - idle_ms, 3),
        "journal_loop_late_max_ms": round(late_ms, 2),
    }


if __name__ == "__main__":
    print(run())
