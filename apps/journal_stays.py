"""The books of service: one row for each time that a caller is in a queue, from joining to the agent's wrap-up.

    joined ──▶ left: connected to an agent, or without one ──▶ talk over ──▶ wrapped up, with its disposition

Every number of the reports about queues and about who served is a sum over these rows, so each wait, talk and wrap-up
is charged once, to the queue and the agent of its row, whatever becomes of the caller afterwards. The limits that
count a wait as in time, or a hang-up as short, are kept with the row: new settings never rewrite a day that is over.

Time: `at` is UTC, seconds since 1970. Deliberately absent: sums (reports_service.py), mending after a crash
(journal_past.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps import schema
from apps.journal_books import ms_of, wire_text
from apps.journal_rows import AgentStateRow
from apps.journal_story import Story
from apps.journal_writer import Writer

CONNECTED = "connected"
WRAPPING_UP = "wrapping up"
TALKING = "talking"
NOT_GIVEN = "not given"
"""The disposition of a talk whose queue required one."""


class StayBooks:
    """Callers in queues, and agents who talk with them or wrap up after them."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._waiting: dict[str, dict[str, Any]] = {}
        """By call."""
        self._served: dict[str, dict[str, Any]] = {}
        """By agent: the talk that runs, or is wrapped up after."""

    def resume(self, rows: Mapping[str, Mapping[str, Any]]) -> None:
        """Agent → the row of a talk before a restart that was not wrapped up."""
        self._served.update({agent: dict(row) for agent, row in rows.items()})

    def opened(self, story: Story, queue: str, at: float, target_s: float, short_s: float) -> None:
        """The caller joins the queue, in the segment that runs now."""
        row: dict[str, Any] = dict.fromkeys((column.name for column in schema.stay.columns), "")
        row |= dict(call_id=story.call_id, n=story.segments[-1].n, queue=queue, joined_at=ms_of(at), left_at=None)
        row |= dict(target_ms=round(target_s * 1000), short_ms=round(short_s * 1000), talk_ended_at=None)
        row |= dict(talk_ms=0, hold_ms=0, wrap_from_at=None, wrapped_at=None, wrap_up_ms=0)
        self._waiting[story.call_id] = row
        self._put(row)

    def left(self, call: str, at: float, outcome: str, agent: str = "", extension: str = "") -> None:
        """The wait is over. `outcome`: the value of an `acd.words.LeaveReason`; the first word counts."""
        row = self._waiting.pop(call, None)
        if row is None:
            return
        row |= dict(left_at=max(ms_of(at), row["joined_at"]), outcome=outcome, agent=agent, extension=extension)
        if outcome == CONNECTED:
            self._served[agent] = row
        self._put(row)

    def talk_ended(self, agent: str, story: Story | None, at: float) -> None:
        """The agent's talk is over: so much of it was talk and so much hold."""
        row = self._served.get(agent)
        if row is None or row["talk_ended_at"] is not None:
            return
        ended_at = row["talk_ended_at"] = max(ms_of(at), row["left_at"])
        if story is not None and story.call_id == row["call_id"]:
            row["talk_ms"], row["hold_ms"] = story.served(agent, row["left_at"], ended_at)
        self._put(row)

    def agent_is(self, state: AgentStateRow) -> None:
        """What an agent is now: wrap-up is counted from when it begins until it is over."""
        row = self._served.get(state.agent)
        if row is None or row["talk_ended_at"] is None:
            return
        at = ms_of(state.at)
        if state.activity == WRAPPING_UP:
            if row["wrap_from_at"] is None:
                row["wrap_from_at"] = at
                self._put(row)
        else:
            self.wrapped(state.agent, at)

    def wrapped(self, agent: str, at: int) -> None:
        """The agent wraps up no more [ms]; again does nothing."""
        row = self._served.pop(agent, None)
        if row is None:
            return
        if row["wrap_from_at"] is not None:
            row["wrap_up_ms"] += max(0, at - row["wrap_from_at"])
        row |= dict(wrap_from_at=None, wrapped_at=max(at, row["talk_ended_at"]))
        self._put(row)

    def disposed(self, agent: str, call: str, code: str, name: str) -> None:
        """How the talk came out; an empty code: required, and not given."""
        row = self._served.get(agent)
        if row is not None and row["call_id"] == call:
            row |= dict(disposition=wire_text(code) or NOT_GIVEN, disposition_name=wire_text(name))
            self._put(row)

    def _put(self, row: dict[str, Any]) -> None:
        self._writer.put(schema.stay, (row["call_id"], row["n"]), dict(row))
