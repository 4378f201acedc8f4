"""Asking the site's SQLite databases for scripts: read only, values bound, within a time.

Each question has a connection of its own from a few that are kept; one that does not answer in time is interrupted and
closed. The databases belong to somebody else, who may write them, replace them, or take them away.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections import defaultdict
from pathlib import Path

import aiosqlite

from apps.log import safe
from apps.lookups.cache import Cache
from ivr.argument_lookup import bound
from ivr.lookup import SqlAnswer, SqlRequest

log = logging.getLogger("lookups")

MAX_ROWS = 100
MAX_TOGETHER = 8
"""Questions to one database at once; each has a thread."""
MAX_TEXT = 2000


class Sql:
    """The databases that were asked so far, by file."""

    def __init__(self) -> None:
        self._idle: dict[Path, list[aiosqlite.Connection]] = defaultdict(list)
        self._room: dict[Path, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(MAX_TOGETHER))
        self._cache: Cache[SqlAnswer] = Cache()

    async def ask(self, file: Path | None, request: SqlRequest) -> SqlAnswer:
        """The answer; never raises. `file`: None when the site has no such database (any more)."""
        if file is None:
            log.warning("there is no database %s", safe(request.source))
            return SqlAnswer("failed")
        key = (file, request.query, request.values)
        return await self._cache.through(
            key, request.cache_s, lambda: self._ask(file, request), lambda answer: answer.status in ("found", "none")
        )

    async def close(self) -> None:
        """Close what is idle."""
        for connections in self._idle.values():
            while connections:
                await connections.pop().close()

    async def _ask(self, file: Path, request: SqlRequest) -> SqlAnswer:
        connection: aiosqlite.Connection | None = None
        sound = False
        try:
            async with asyncio.timeout(request.timeout_s), self._room[file]:
                connection = self._idle[file].pop() if self._idle[file] else await _open(file)
                async with connection.execute(request.query, dict(request.values)) as cursor:
                    rows = [tuple(map(_text, row)) for row in await cursor.fetchmany(MAX_ROWS)]
                sound = True
            return SqlAnswer("found" if rows else "none", tuple(rows))
        except TimeoutError:
            log.warning("the database %s did not answer in %g s", safe(request.source), request.timeout_s)
            return SqlAnswer("timed out")
        except (sqlite3.Error, ValueError) as error:
            log.warning("the database %s: %s", safe(request.source), safe(str(error)))
            return SqlAnswer("failed")
        finally:
            if connection is not None:
                if sound:
                    self._idle[file].append(connection)
                else:
                    await _drop(connection)


async def _open(file: Path) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(_uri(file), uri=True, timeout=0.5)
    try:
        await connection.execute("PRAGMA query_only = ON")
    except BaseException:
        await _drop(connection)
        raise
    return connection


async def _drop(connection: aiosqlite.Connection) -> None:
    """Close a connection that may still be at work."""
    with contextlib.suppress(sqlite3.Error, ValueError):
        await connection.interrupt()
        await connection.close()


def _uri(file: Path) -> str:
    return f"{file.absolute().as_uri()}?mode=ro"


def _text(value: object) -> str:
    if value is None or isinstance(value, bytes):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)[:MAX_TEXT]


def look_at(file: Path, query: str) -> tuple[int | None, str]:
    """The columns that a query gives, and what is wrong with it, without carrying it out.

    (None, "") when the database is not there yet.
    """
    if not file.is_file():
        return None, ""
    try:
        with contextlib.closing(sqlite3.connect(_uri(file), uri=True, timeout=0.5)) as connection:
            connection.execute("PRAGMA query_only = ON")
            empty = dict.fromkeys(bound(query), "")
            connection.execute(f"EXPLAIN {query}", empty).close()
            plain = query.strip().removesuffix(";")
            return len(connection.execute(f"SELECT * FROM ({plain}) LIMIT 0", empty).description), ""
    except (sqlite3.Error, ValueError) as error:
        return None, str(error).splitlines()[0] if str(error) else "it cannot be read"
