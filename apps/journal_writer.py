"""The books' one writer: rows are put into memory at once, and written by one task, many in a commit.

A row is put whole, under its primary key; a later put of the same key takes the earlier one's place, so a
batch holds the last state of each row, may be written in any order, and may be written again after a
failure. Nothing here waits on the loop: SQLite runs in aiosqlite's thread.

When the disk is full or the file locked, one alarm is told, rows are kept (at most `max_rows`) and tried again;
rows beyond that are counted as lost. A row that SQLite refuses for its own sake is lost alone.

Time: seconds. Deliberately absent: what a row means (journal.py).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, bindparam, delete
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

from apps.journal_file import JournalFile

Row = Mapping[str, Any]

GATHER_S = 0.02
"""Least time from one commit to the next. A commit costs 0.5 ms and more; 50 a second cost little."""
FIRST_S = 0.002
"""How long the first row after a pause waits for its companions."""
MAX_ROWS = 100_000
"""Rows kept in memory while the disk refuses; about 60 MB."""
RETRY_S = 0.5


class JournalError(Exception):
    """The books cannot be opened or written; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class JournalAlarm:
    """The books stopped being written (`ok` false), or are written again. `lost`: rows lost so far."""

    ok: bool
    what: str
    lost: int


class Writer:
    """Puts rows on disk in the order of batches. One task; `connection` belongs to it alone."""

    def __init__(self, on_alarm: Callable[[JournalAlarm], None], gather_s: float, max_rows: int) -> None:
        self._on_alarm = on_alarm
        self._gather_s = gather_s
        self._max_rows = max_rows
        self._pending: dict[tuple[Table, object], Row | None] = {}
        self._numbers = count()
        self._waiters: list[asyncio.Future[None]] = []
        self._wake = asyncio.Event()
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: JournalFile | None = None
        self.failing = ""
        """Why the last batch could not be written; empty when it was."""
        self.lost = 0
        self.written = 0
        self.commits = 0

    def __repr__(self) -> str:
        state = f"failing: {self.failing}" if self.failing else "writing"
        return f"<Writer {state}, pending {len(self._pending)}, written {self.written}, lost {self.lost}>"

    @property
    def pending(self) -> int:
        """Rows not yet on disk, other than those being written at this moment."""
        return len(self._pending)

    def start(self, connection: JournalFile) -> None:
        """Begin to write; rows put before are written first."""
        self._connection = connection
        self._task = asyncio.create_task(self._run(), name="journal")

    def put(self, table: Table, key: object, row: Row | None) -> None:
        """Write this row under its primary key; None removes it. Returns at once."""
        pending = self._pending
        place = (table, key)
        if len(pending) >= self._max_rows and place not in pending:
            self.lost += 1
            return
        pending[place] = row
        self._wake.set()

    def append(self, table: Table, row: Row) -> None:
        """Write a row that has no key of ours."""
        self.put(table, next(self._numbers), row)

    async def flush(self) -> None:
        """Wait until all that was put before is on disk. Raises JournalError when it cannot be written now."""
        if self._task is None or self._task.done():
            raise JournalError("The books are not open")
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self._hurry.set()
        self._wake.set()
        await waiter

    async def stop(self) -> None:
        """Write what is there, then end; what cannot be written is lost and counted."""
        if self._task is None:
            return
        try:
            await self.flush()
        except JournalError:
            self.lost += len(self._pending)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        last = -self._gather_s
        while True:
            await self._wake.wait()
            pause = RETRY_S if self.failing else max(FIRST_S, last + self._gather_s - loop.time())
            await self._gather(pause)
            last = loop.time()
            self._wake.clear()
            self._hurry.clear()
            batch, self._pending = self._pending, {}
            waiters, self._waiters = self._waiters, []
            failed = await self._write(batch)
            if failed:
                self._pending = {**batch, **self._pending}
                self._wake.set()
            for waiter in waiters:
                if waiter.done():
                    continue
                if failed:
                    waiter.set_exception(JournalError(failed))
                else:
                    waiter.set_result(None)
            self._tell(failed)

    async def _gather(self, seconds: float) -> None:
        if not self._hurry.is_set() and seconds > 0:
            handle = asyncio.get_running_loop().call_later(seconds, self._hurry.set)
            try:
                await self._hurry.wait()
            finally:
                handle.cancel()

    def _tell(self, failed: str) -> None:
        if bool(failed) == bool(self.failing):
            return
        self.failing = failed
        what = failed or "The books are written again"
        self._on_alarm(JournalAlarm(not failed, what, self.lost))

    async def _write(self, batch: Mapping[tuple[Table, object], Row | None]) -> str:
        """Write a batch in one commit. Empty when it is on disk, else why it is not (and may be tried again)."""
        assert self._connection is not None
        if not batch:
            return ""
        groups: dict[str, list[tuple[Any, ...]]] = {}
        for (table, key), row in batch.items():
            if row is None:
                sql, parameters = _delete(table), key if isinstance(key, tuple) else (key,)
            else:
                sql, pick = _upsert(table)
                parameters = pick(row)
            groups.setdefault(sql, []).append(parameters)
        try:
            refused = await self._connection.write(groups)
        except sqlite3.OperationalError as error:
            return f"The books cannot be written: {error}"
        self.commits += 1
        self.written += len(batch) - refused
        self.lost += refused
        return ""


@cache
def _upsert(table: Table) -> tuple[str, Callable[[Row], tuple[Any, ...]]]:
    """The statement that writes a whole row, and what picks its parameters out of a row."""
    keys = [column.name for column in table.primary_key]
    names = [column.name for column in table.columns if not (column.name == "id" and column.primary_key)]
    statement = insert(table).values({name: bindparam(name) for name in names})
    rest = {name: statement.excluded[name] for name in names if name not in keys}
    if "id" not in keys:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=rest)
    compiled = statement.compile(dialect=sqlite.dialect())
    assert compiled.positiontup is not None
    order = list(compiled.positiontup)
    return str(compiled), itemgetter(*order)


@cache
def _delete(table: Table) -> str:
    statement = delete(table)
    for column in table.primary_key:
        statement = statement.where(column == bindparam(column.name))
    return str(statement.compile(dialect=sqlite.dialect()))
