"""Polls: one vote of each number, counted at once.

Who has voted is read from the books when a poll is first asked for, and kept: two calls of one number at the same
moment are one vote.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from apps.api.events import PollVoted
from apps.caller_memory import NOBODY
from apps.journal_books import ms_of
from apps.schema_callers import vote

if TYPE_CHECKING:
    from apps.house import House


@dataclass(slots=True)
class Poll:
    """One poll."""

    name: str
    voted: set[str] = field(default_factory=set)
    """Numbers."""
    counts: Counter[str] = field(default_factory=Counter)


class Polls:
    """All polls of one site."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._polls: dict[str, Poll] = {}

    async def names(self) -> list[str]:
        """Polls in which somebody has voted."""
        await self._house.journal.settle()
        async with self._house.journal.engine.connect() as connection:
            found = (await connection.execute(select(vote.c.poll).distinct().order_by(vote.c.poll))).scalars().all()
        return list(found)

    async def poll(self, name: str) -> Poll:
        """A poll with its votes. Raises JournalError or DBAPIError when the books cannot be read."""
        if name not in self._polls:
            await self._house.journal.settle()
            asked = select(vote.c.number, vote.c.choice).where(vote.c.poll == name)
            async with self._house.journal.engine.connect() as connection:
                found = (await connection.execute(asked)).all()
            if name not in self._polls:  # by another call meanwhile
                self._polls[name] = Poll(name, {row.number for row in found}, Counter(row.choice for row in found))
        return self._polls[name]

    async def refuses(self, name: str, number: str) -> str:
        """Why this number has no vote: `again`, `no number`; empty when it has one."""
        if number.lower() in NOBODY:
            return "no number"
        return "again" if number in (await self.poll(name)).voted else ""

    def vote(self, name: str, number: str, choice: str, call: str) -> str:
        """Count a vote: `counted`, or why not. The poll has been asked for before."""
        poll = self._polls[name]
        if number.lower() in NOBODY:
            return "no number"
        if number in poll.voted:
            return "again"
        poll.voted.add(number)
        poll.counts[choice] += 1
        row = dict(poll=name, number=number, choice=choice, call_id=call, at=ms_of(time.time()))
        self._house.journal.row(vote, (name, number), row)
        self._house.hub.publish(PollVoted(name, choice, dict(poll.counts.most_common())))
        return "counted"
