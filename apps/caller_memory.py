"""What scripts remember of callers, by number, in the books (the dialplan's `remember` and `{caller.name}`).

Bounded: `MAX_NAMES` names of a number, values of `MAX_VALUE` characters, `MAX_ROWS` in all, and nothing that was not
set for `KEEP_S`; what is over is taken away once a day, the oldest first. A hidden number has no memory.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from apps.journal_books import ms_of, wire_text
from apps.schema import caller_memory

if TYPE_CHECKING:
    from apps.journal import Journal

MAX_NAMES = 50
MAX_VALUE = 500
MAX_ROWS = 500_000
KEEP_S = 400 * 86_400
NOBODY = frozenset(("", "anonymous", "unknown", "unavailable", "restricted"))
"""Numbers that are nobody's."""


class CallerMemory:
    """What is remembered, read when a script asks and written at once."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def recall(self, number: str) -> Mapping[str, str]:
        """Everything remembered of a number."""
        if number.lower() in NOBODY:
            return {}
        await self._journal.settle()
        memory = caller_memory.c
        asked = select(memory.name, memory.value).where(memory.number == number).order_by(memory.set_at.desc())
        async with self._journal.engine.connect() as connection:
            found = (await connection.execute(asked.limit(MAX_NAMES))).all()
        return {row.name: row.value for row in found}

    def remember(self, number: str, name: str, value: str) -> None:
        """Keep a value under a name; an empty one forgets it. Returns at once."""
        if number.lower() in NOBODY:
            return
        row = dict(number=number, name=name, value=wire_text(value[:MAX_VALUE]), set_at=ms_of(time.time()))
        self._journal.row(caller_memory, (number, name), row if value else None)

    async def forget(self, number: str) -> int:
        """Forget all of a number; how much there was."""
        await self._journal.settle()
        async with self._journal.engine.begin() as connection:
            return (await connection.execute(delete(caller_memory).where(caller_memory.c.number == number))).rowcount

    async def tidy(self) -> None:
        """Take away what is over the bounds."""
        memory = caller_memory.c
        place = func.row_number().over(partition_by=memory.number, order_by=memory.set_at.desc()).label("place")
        age = func.row_number().over(order_by=memory.set_at.desc()).label("age")
        ranked = select(memory.number.label("of"), memory.name.label("what"), place, age).subquery()
        over = select(ranked.c.of, ranked.c.what).where((ranked.c.place > MAX_NAMES) | (ranked.c.age > MAX_ROWS))
        await self._journal.settle()
        async with self._journal.engine.begin() as connection:
            await connection.execute(delete(caller_memory).where(memory.set_at < ms_of(time.time() - KEEP_S)))
            gone = (await connection.execute(over)).all()
            for number, name in gone:
                there = (memory.number == number) & (memory.name == name)
                await connection.execute(delete(caller_memory).where(there))
