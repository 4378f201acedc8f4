"""The books: every call with its segments, agents' states, recordings, bindings, dialogs, in one SQLite file.

Writers return at once and are on disk within some ten milliseconds (journal_writer.py); readers wait for
what was written before them. The file is mode 0600 and in WAL mode, so a killed process loses at most its last
milliseconds, and a reader never stops the writer.

Time: `at` is UTC, seconds since 1970. Words: see schema.py.
Deliberately absent: reports and lists for people (reports.py), deciding anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Table, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from apps import journal_mending, journal_past, schema
from apps.journal_books import as_row, ms_of, wire_text
from apps.journal_calls import CallBooks
from apps.journal_file import JournalFile, set_pragmas
from apps.journal_recordings import RecordingBooks
from apps.journal_rows import (
    ActRow,
    AgentStateRow,
    AlertRow,
    LegRow,
    OpenInteraction,
    SavedDialog,
    TakenRow,
    UnwrappedStay,
)
from apps.journal_signalling import SignallingBooks
from apps.journal_stays import StayBooks
from apps.journal_version import bring_up, make_indexes
from apps.journal_writer import GATHER_S, MAX_ROWS, JournalAlarm, JournalError, Writer
from switch.binding import Binding

ALIVE_S = 5.0
"""How often a running switch notes that it runs: the precision of a crash's time."""


class Journal(CallBooks, RecordingBooks, SignallingBooks):
    """The books of one site. One per process; every method is called on the loop's thread."""

    def __init__(
        self,
        path: Path,
        *,
        on_alarm: Callable[[JournalAlarm], None] = lambda alarm: None,
        gather_s: float = GATHER_S,
        max_rows: int = MAX_ROWS,
    ) -> None:
        self.path = path
        super().__init__(Writer(on_alarm, gather_s, max_rows))
        self._stays = StayBooks(self._writer)
        self._engine: AsyncEngine | None = None
        self._file: JournalFile | None = None
        self._alive: asyncio.TimerHandle | None = None
        self._kept_until = 0
        """Until when the books were kept before they were opened now [ms]."""

    def __repr__(self) -> str:
        return f"<Journal {self.path} open calls {len(self._calls)} {self._writer!r}>"

    # ---- open and close ----------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Make or open the file. Raises JournalError: not writable, not a database, of a newer version."""
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            os.chmod(self.path, 0o600)
        except OSError as error:
            raise JournalError(f"The books cannot be opened: {self.path}: {error.strerror}") from None
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{self.path}", pool_size=4)
        event.listen(self._engine.sync_engine, "connect", lambda connection, _: set_pragmas(connection))
        try:
            async with self._engine.begin() as connection:
                await connection.run_sync(schema.metadata.create_all)
                self._kept_until = await bring_up(connection)
            await make_indexes(self._engine)
            self._file = JournalFile(self.path)
            await self._file
        except (DBAPIError, sqlite3.Error, JournalError) as error:
            await self.close()
            why = error.orig if isinstance(error, DBAPIError) else error
            raise JournalError(f"The books cannot be opened: {self.path}: {why}") from None
        self._writer.start(self._file)
        self._note_alive()

    async def close(self) -> None:
        """Write what is left and close the file. Open calls stay open in it."""
        if self._alive:
            self._alive.cancel()
            self._keep()
        await self._writer.stop()
        if self._file is not None:
            await self._file.close()
            self._file = None
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = None

    async def flush(self) -> None:
        """Wait until all that was written before is on disk. Raises JournalError when the disk refuses."""
        await self._writer.flush()

    @property
    def engine(self) -> AsyncEngine:
        """For readers. Raises JournalError when the books are not open."""
        if self._engine is None:
            raise JournalError("The books are not open")
        return self._engine

    @property
    def lost(self) -> int:
        """Rows that could not be kept since the start."""
        return self._writer.lost

    @property
    def pending(self) -> int:
        """Rows that wait to be written."""
        return self._writer.pending

    @property
    def written(self) -> int:
        """Rows written since the start."""
        return self._writer.written

    @property
    def commits(self) -> int:
        """Commits since the start."""
        return self._writer.commits

    @property
    def failing(self) -> str:
        """Why the disk refuses at present; empty when all is well."""
        return self._writer.failing

    # ---- the call centre ---------------------------------------------------------------------------------------

    def alert(self, alert: AlertRow) -> None:
        """An agent was rung, and that is over."""
        row = as_row(alert) | dict(started_at=ms_of(alert.started_at), ended_at=ms_of(alert.ended_at))
        self._writer.append(schema.alert, row)

    def agent_state(self, state: AgentStateRow) -> None:
        """An agent's presence or activity changed, or when it ends."""
        row = as_row(state) | dict(at=ms_of(state.at), reason=wire_text(state.reason))
        for name in ("until", "limit"):
            at = row.pop(name)
            row[f"{name}_at"] = None if at is None else ms_of(at)
        self._writer.append(schema.agent_state, row)
        self._stays.agent_is(state)

    def stay_opened(self, call: str, queue: str, at: float, target_s: float, short_s: float) -> None:
        """A caller joined a queue. The two limits: as `service_level` and `short_abandon` of the queue."""
        story = self.story(call)
        if story is not None and story.segments:
            self._stays.opened(story, queue, at, target_s, short_s)

    def stay_left(self, call: str, at: float, outcome: str, agent: str = "", extension: str = "") -> None:
        """The wait is over. `outcome`: the value of an `acd.words.LeaveReason`."""
        self._stays.left(call, at, outcome, agent, extension)

    def talk_ended(self, call: str, agent: str, at: float) -> None:
        """A talk that a queue gave is over."""
        self._stays.talk_ended(agent, self.story(call), at)

    def wrapped(self, agent: str, at: float) -> None:
        """The agent wraps up no more; again does nothing."""
        self._stays.wrapped(agent, ms_of(at))

    def disposed(self, agent: str, call: str, code: str, name: str = "") -> None:
        """How a talk came out; an empty code: required, and not given."""
        self._stays.disposed(agent, call, code, name)

    def act(self, act: ActRow) -> None:
        """A supervisor did something, or was not let do it."""
        row = {name: wire_text(value) if isinstance(value, str) else value for name, value in as_row(act).items()}
        self._writer.append(schema.supervision, row | dict(at=ms_of(act.at)))

    def leg_closed(self, leg: LegRow) -> None:
        """A line of a call is over."""
        row = as_row(leg) | dict(started_at=ms_of(leg.started_at), ended_at=ms_of(leg.ended_at))
        self._writer.put(schema.leg, leg.leg_id, row | dict(peer=wire_text(leg.peer)))

    def row(self, table: Table, key: object, row: dict[str, Any] | None) -> None:
        """A whole row of a table that has no other words here, under its primary key; None removes it."""
        self._writer.put(table, key, row)

    # ---- what was written before -------------------------------------------------------------------------------

    async def bindings(self) -> list[Binding]:
        """Every contact in the books, expired ones too."""
        await self.settle()
        return await journal_past.bindings(self.engine)

    async def dialogs(self) -> list[SavedDialog]:
        """Every dialog in the books."""
        await self.settle()
        return await journal_past.dialogs(self.engine)

    async def open_interactions(self) -> list[OpenInteraction]:
        """Calls that the books do not know the end of; at start, those that a dead exchange left."""
        await self.settle()
        return await journal_past.open_interactions(self.engine)

    async def close_open_as_crash(self, at: float) -> list[OpenInteraction]:
        """At start: end what a dead exchange left, cause CRASH, fault SWITCH. Returns what it ended.

        They end when the books were last kept (`ALIVE_S` precise), and at `at` at the latest.
        """
        left = [call for call in await self.open_interactions() if call.call_id not in self._calls]
        died = min(self._kept_until, ms_of(at))
        await journal_mending.close_as_crash(self.engine, [call.call_id for call in left], died)
        return left

    async def agents_back(self, at: float) -> list[UnwrappedStay]:
        """At start: note how long the switch saw nothing of the agents. Returns the talks not wrapped up after."""
        await journal_mending.note_down(self.engine, min(self._kept_until, ms_of(at)))
        rows = await journal_past.unwrapped(self.engine)
        self._stays.resume(rows)
        return [
            UnwrappedStay(row["call_id"], row["queue"], agent, row["talk_ended_at"] / 1000, row["disposition"])
            for agent, row in rows.items()
        ]

    async def taken(self, midnight: float) -> dict[str, TakenRow]:
        """What each agent has taken from queues since `midnight` (the site's own), and ever."""
        await self.settle()
        return await journal_past.taken(self.engine, ms_of(midnight))

    async def last_agents(self, since: float) -> dict[str, tuple[str, float]]:
        """Caller's number → the agent who last served them in a queue, since then, and when."""
        await self.settle()
        return await journal_past.last_agents(self.engine, ms_of(since))

    async def agent_states(self) -> list[AgentStateRow]:
        """The last state of each agent."""
        await self.settle()
        return await journal_past.agent_states(self.engine)

    async def settle(self) -> None:
        """Let what was written before be seen by readers; go on without it when the disk refuses."""
        with contextlib.suppress(JournalError):
            await self.flush()

    # ---- inside ------------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        self._writer.put(schema.meta, "alive_at", dict(name="alive_at", value=str(ms_of(time.time()))))

    def _note_alive(self) -> None:
        self._keep()
        self._alive = asyncio.get_running_loop().call_later(ALIVE_S, self._note_alive)
