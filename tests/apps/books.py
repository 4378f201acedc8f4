"""A small library for tests of the books: a clock of UTC seconds, calls of known shapes, reading the file raw."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from apps.journal import Journal
from apps.journal_rows import CallDirection
from apps.journal_story import SegmentKind
from switch.words import Cause, Party

T0 = 1_767_323_045.0


def queue_call(books: Journal, call: str, at: float = T0, *, caller: str = "13800138000", agent: str = "mei") -> None:
    """A call of 60 s: 5 menu, 12 queue, 3 ring, 40 talk; the caller hangs up."""
    books.interaction_opened(
        call, at, direction=CallDirection.IN, caller=caller, caller_name="王小明", called="4001", trunk="pstn"
    )
    books.interaction_answered(call, at)
    books.segment_opened(call, SegmentKind.MENU, at, label="hotline")
    books.segment_closed(call, at + 5, "1")
    books.segment_opened(call, SegmentKind.QUEUE, at + 5, queue="sales")
    books.stay_opened(call, "sales", at + 5, 20.0, 5.0)
    books.segment_opened(call, SegmentKind.RING, at + 17, queue="sales", agent=agent, extension="201")
    books.stay_left(call, at + 20, "connected", agent, "201")
    books.segment_opened(call, SegmentKind.TALK, at + 20, queue="sales", agent=agent, extension="201")
    books.talk_ended(call, agent, at + 60)
    books.interaction_closed(call, at + 60, Cause.NORMAL, Party.CALLER)


def failed_call(books: Journal, call: str, at: float, cause: Cause, status: int, fault: Party = Party.CALLEE) -> None:
    """A call of 2 s that nobody answered."""
    books.interaction_opened(call, at, direction=CallDirection.INTERNAL, caller="202", called="999", extension="202")
    books.segment_opened(call, SegmentKind.DIAL, at, label="999")
    books.interaction_closed(call, at + 2, cause, fault, status)


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """What the file itself says."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        found = db.execute(sql).fetchall()
    db.close()
    return found
