"""The writer's own connection: a whole batch in one trip to the SQLite thread.

aiosqlite takes every statement to its thread and back by itself, some 0.1 ms of CPU each; a batch of eight kinds of
row would pay that nine times. Here it pays once.

Deliberately absent: what is written (journal_writer.py), readers (they go through SQLAlchemy's pool).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiosqlite

_REFUSALS = (sqlite3.Error, OverflowError, UnicodeError, ValueError, TypeError)

PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=2000", "journal_size_limit=67108864")
"""NORMAL: a commit survives a killed process at once, a power cut from the next checkpoint on."""


class JournalFile(aiosqlite.Connection):
    """A connection that can write a batch. Await it to open it."""

    def __init__(self, path: Path) -> None:
        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(path, isolation_level=None)
            set_pragmas(connection)
            return connection

        super().__init__(connect, 64)
        self._thread.daemon = True  # a crash of the loop must end the process, not hang it

    async def write(self, groups: Mapping[str, Sequence[tuple[Any, ...]]]) -> int:
        """Write all rows in one commit: SQL -> its parameters. How many rows SQLite refused for their own sake.

        Raises sqlite3.OperationalError, with nothing written, when the disk is full or the file locked.
        """
        refused: int = await self._execute(_write, self._conn, groups)  # type: ignore[no-untyped-call]
        return refused


def set_pragmas(connection: Any) -> None:
    """Make any connection to the books behave as this one does."""
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _write(connection: sqlite3.Connection, groups: Mapping[str, Sequence[tuple[Any, ...]]]) -> int:
    refused = 0
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            for sql, many in groups.items():
                connection.executemany(sql, many)
        except sqlite3.OperationalError:
            raise
        except _REFUSALS:
            connection.execute("ROLLBACK")
            connection.execute("BEGIN IMMEDIATE")
            refused = _write_singly(connection, groups)
        connection.execute("COMMIT")
    except BaseException:
        # When the disk is full SQLite has often rolled back by itself, and says so.
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    return refused


def _write_singly(connection: sqlite3.Connection, groups: Mapping[str, Sequence[tuple[Any, ...]]]) -> int:
    """Keep all rows but the refused ones, of which it gives the number."""
    refused = 0
    for sql, many in groups.items():
        for parameters in many:
            try:
                connection.execute(sql, parameters)
            except sqlite3.OperationalError:
                raise
            except _REFUSALS:
                refused += 1
    return refused
