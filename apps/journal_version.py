"""The version of the tables in a file of books: noted in a new one, brought up in one of an older switch.

Deliberately absent: what each version added (schema.py).
"""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from apps import schema, schema_callers, schema_queues  # noqa: F401 - all tables are to be known
from apps.journal_writer import JournalError

_INDEXES = text("SELECT name FROM sqlite_master WHERE type = 'index'")


async def bring_up(connection: AsyncConnection) -> int:
    """Make the tables those of this switch. Returns until when the books were kept before [ms], 0 when new.

    Raises JournalError: the file is of a newer version, or of none that there was.
    """
    known = {name: value for name, value in (await connection.execute(select(schema.meta))).all()}
    found = known.get("schema")
    if found is None:
        await connection.execute(schema.meta.insert().values(name="schema", value=str(schema.VERSION)))
    elif found.isdecimal() and 0 < int(found) < schema.VERSION:
        for version in range(int(found), schema.VERSION):
            for table, column in schema.ADDED.get(version, ()):
                there = (await connection.exec_driver_sql(f"PRAGMA table_info({table})")).mappings()
                if column.split()[0] not in {row["name"] for row in there}:
                    await connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
        await connection.execute(schema.meta.update().where(schema.meta.c.name == "schema"), dict(value=schema.VERSION))
    elif found != str(schema.VERSION):
        raise JournalError(f"made by another version of zongji (tables {found}, this one has {schema.VERSION})")
    return int(known.get("alive_at", 0))


async def make_indexes(engine: AsyncEngine) -> None:
    """Those that the tables of an older switch lack. A year of books takes some seconds, once.

    Each is committed alone: who is not ready in time and is started again goes on with the next one.
    """
    async with engine.connect() as connection:
        there = set((await connection.execute(_INDEXES)).scalars())
    for table in schema.metadata.tables.values():
        for index in table.indexes:
            if index.name not in there:
                async with engine.begin() as connection:
                    await connection.run_sync(index.create)
