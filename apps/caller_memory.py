"""What scripts remember of callers, by number, in the books (the dialplan's `remember` and `{caller.name}`).

Bounded: `MAX_NAMES` names of a number, values of `MAX_VALUE` characters, `MAX_ROWS` in all, and nothing that was not
set for `KEEP_S`; what is over is taken away once a day, the oldest first. A hidden number has no memory.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from apps.journal_books import ms_of, wire_text
from apps.schema_callers import caller_memory

if TYPE_CHECKING:
    from apps.journal import Journal

MAX_NAMES = 50
MAX_VALUE = 500
MAX_ROWS = 500_000
KEEP_S = 400 * 86_400
NOBODY = frozenset(("", "anonymous", "unknown", "unavailable", "restricted"))
"""Numbers that are nobody's."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """One thing. `set_at`: UTC seconds."""

    name: str
    value: str
    set_at: float


class CallerMemory:
    """What is remembered, read when a script asks and written at once."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def recall(self, number: str) -> Mapping[str, str]:
        """Everything remembered of a number, by name."""
        return {one.name: one.value for one in await self.all_of(number)}

    async def all_of(self, number: str) -> list[Remembered]:
        """Everything remembered of a number, what was set last first."""
        if number.lower() in NOBODY:
            return []
        await self._journal.settle()
        memory = caller_memory.c
        asked = select(memory.name, memory.value, memory.set_at).where(memory.number == number)
        async with self._journal.engine.connect() as connection:
            found = (await connection.execute(asked.order_by(memory.set_at.desc()).limit(MAX_NAMES))).all()
        return [Remembered(row.name, row.value, row.set_at / 1000) for row in found]

    def remember(self, number: str, name: str, value: str) -> bool:
        """Keep a value under a name; an empty one forgets it. Returns at once; False when it is nobody's number."""
        if number.lower() in NOBODY:
            return False
        row = dict(number=number, name=name, value=wire_text(value[:MAX_VALUE]), set_at=ms_of(time.time()))
        self._journal.row(caller_memory, (number, name), row if value else None)
        return True

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
