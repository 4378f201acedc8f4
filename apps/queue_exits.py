"""Why callers were turned away or sent on, in the books: one row each, for `queues explain`.

Deliberately absent: what decides it (acd/doors.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from apps.api import types as t
from apps.api.types import utc_ms
from apps.journal_books import ms_of, wire_text
from apps.schema_queues import queue_exit

if TYPE_CHECKING:
    from apps.journal import Journal


def book(journal: Journal, call_id: str, queue: str, reason: str, why: str, at: float) -> None:
    """A condition of the queue sent the caller away. `at`: UTC seconds."""
    row = dict(call_id=call_id, at=ms_of(at), queue=queue, reason=reason, why=wire_text(why))
    journal.row(queue_exit, (call_id, row["at"]), row)


async def of_call(journal: Journal, call_id: str) -> list[t.ExitInfo]:
    """Those of one call, oldest first."""
    await journal.settle()
    asked = select(queue_exit).where(queue_exit.c.call_id == call_id).order_by(queue_exit.c.at)
    async with journal.engine.connect() as connection:
        rows = (await connection.execute(asked)).all()
    return [t.ExitInfo(utc_ms(row.at), row.queue, row.reason, row.why) for row in rows]
