"""Reads what supervisors have done out of the books."""

from __future__ import annotations

from sqlalchemy import select

from apps.api.supervise_params import ActFilter
from apps.api.supervise_types import ActInfo, Acts
from apps.api.types import utc_ms
from apps.journal import Journal
from apps.journal_books import ms_of
from apps.schema import supervision


async def acts(books: Journal, asked: ActFilter) -> Acts:
    """Acts that match, newest first."""
    await books.settle()
    s = supervision.c
    pairs = ((s.by, asked.by), (s.act, asked.act), (s.call_id, asked.call_id), (s.agent, asked.agent))
    wanted = [column == value for column, value in pairs if value]
    if asked.since is not None:
        wanted.append(s.at >= ms_of(asked.since.timestamp()))
    if asked.until is not None:
        wanted.append(s.at < ms_of(asked.until.timestamp()))
    statement = select(supervision).where(*wanted).order_by(s.id.desc()).limit(asked.limit)
    async with books.engine.connect() as connection:
        rows = (await connection.execute(statement)).mappings().all()
    return Acts([ActInfo(at=utc_ms(row["at"]), **{name: row[name] for name in _SAME}) for row in rows])


_SAME = tuple(name for name in ActInfo.__struct_fields__ if name != "at")
