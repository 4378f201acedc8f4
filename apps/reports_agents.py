"""Numbers about agents: calls, alerts, the time in each state, breaks by reason, adherence to their shifts.

Time in a state is cut at the period's ends, and at now. Calls are counted in the period in which they were answered.
docs/reports.md has the definitions. SQLite sums in a thread of its own: the loop sees one row an agent.

Deliberately absent: queues (reports_service.py), who is doing what now (floor_views.py).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import text

from apps.api.report_types import AgentReport, AgentReports, BreakReport, BreakReports
from apps.journal import Journal
from apps.journal_books import ms_of
from apps.reports_period import Period, share
from apps.reports_service import PASSED_ON
from ivr.hours import Weekly

Shifts = Mapping[str, tuple[Weekly, ...]]
"""By agent."""
DAY = timedelta(days=1)

_STATE = """CASE
    WHEN activity = 'down' THEN 'down'
    WHEN activity = 'talking' THEN 'talking'
    WHEN activity = 'wrapping up' THEN 'wrapping_up'
    WHEN presence = 'logged out' THEN 'out'
    WHEN presence = 'on break' THEN 'break'
    WHEN activity = 'other call' THEN 'other_call'
    WHEN activity IN ('ringing', 'reserved') THEN 'ringing'
    ELSE 'idle'
END"""


def _spans(more: str = "") -> str:
    """The table `spans`: what each agent was, from when to when within the period, in one pass over the index.

    What they were before the period is found from name to name. `more`: further columns, over the window `turns`.
    """
    return f"""
        RECURSIVE names(agent) AS (
            SELECT min(agent) FROM agent_state
            UNION ALL
            SELECT (SELECT min(agent) FROM agent_state WHERE agent > names.agent) FROM names
            WHERE names.agent IS NOT NULL
        ),
        told AS (
            SELECT id, agent, at, reason, limit_at, {_STATE} AS state FROM agent_state
            WHERE at >= :since AND at < :until AND (:agent = '' OR agent = :agent)
            UNION ALL
            SELECT id, agent, at, reason, limit_at, {_STATE} FROM agent_state WHERE id IN (
                SELECT (
                    SELECT id FROM agent_state WHERE agent = names.agent AND at < :since
                    ORDER BY at DESC, id DESC LIMIT 1
                ) FROM names WHERE :agent = '' OR names.agent = :agent
            )
        ),
        spans AS (
            SELECT id, agent, at, reason, limit_at, state, max(at, :since) AS from_at,
                max(at, :since, min(:now, :until, coalesce(lead(at) OVER turns, :now))) AS to_at{more}
            FROM told WINDOW turns AS (PARTITION BY agent ORDER BY at, id)
        )
    """


_OVER = "CASE WHEN state = 'break' AND limit_at IS NOT NULL THEN max(0, {to} - max({since}, limit_at)) ELSE 0 END"
_STATES = text(f"""
    WITH {_spans()},
    shifts AS (
        SELECT json_extract(value, '$[0]') AS agent, json_extract(value, '$[1]') AS begins_at,
            json_extract(value, '$[2]') AS ends_at FROM json_each(:shifts)
    ),
    points AS (
        SELECT agent, from_at AS at, id, state, limit_at, 0 AS step FROM spans
        UNION ALL SELECT agent, begins_at, NULL, NULL, NULL, 1 FROM shifts
        UNION ALL SELECT agent, ends_at, NULL, NULL, NULL, -1 FROM shifts
    ),
    marked AS (
        SELECT *, count(id) OVER so_far AS span, sum(step) OVER so_far AS planned,
            lead(at) OVER (PARTITION BY agent ORDER BY at, id, step) AS next
        FROM points WINDOW so_far AS (PARTITION BY agent ORDER BY at, id, step ROWS UNBOUNDED PRECEDING)
    ),
    pieces AS (
        SELECT agent, at AS from_at, max(at, coalesce(next, min(:now, :until))) AS to_at, planned,
            coalesce(max(state) OVER span, 'out') AS state, max(limit_at) OVER span AS limit_at
        FROM marked WINDOW span AS (PARTITION BY agent, span)
    )
    SELECT agent, state, sum(to_at - from_at) AS ms, sum((to_at - from_at) * (planned > 0)) AS planned_ms,
        sum({_OVER.format(to="to_at", since="from_at")} * (planned > 0)) AS over_ms
    FROM pieces GROUP BY agent, state
""")
"""Each agent's time by state, and how much of it was planned: cut wherever a state or a shift begins or ends."""
_BEFORE = """,
    CASE lag(state) OVER turns WHEN 'down' THEN lag(state || reason, 2) OVER turns
    ELSE lag(state || reason) OVER turns END AS before"""
"""What the agent was before; a break goes on though the switch was down meanwhile."""
_BREAKS = text(f"""
    WITH {_spans(_BEFORE)},
    numbered AS (
        SELECT *, sum(before IS NULL OR before <> 'break' || reason)
            OVER (PARTITION BY agent ORDER BY at, id ROWS UNBOUNDED PRECEDING) AS number
        FROM spans WHERE state = 'break'
    ),
    breaks AS (
        SELECT agent, reason, min(at) AS began_at, sum(to_at - from_at) AS ms,
            sum({_OVER.format(to="to_at", since="from_at")}) AS over
        FROM numbered GROUP BY agent, reason, number HAVING ms > 0
    )
    SELECT agent, reason, sum(began_at >= :since) AS count, sum(ms) AS total_ms, max(ms) AS longest_ms,
        sum(over > 0) AS over_count, sum(over) AS over_ms
    FROM breaks GROUP BY agent, reason ORDER BY agent, reason
""")
_CALLS = text(f"""
    SELECT agent, count(*) AS calls, sum(talk_ms) AS talk_ms, sum(hold_ms) AS hold_ms, sum(wrap_up_ms) AS wrap_up_ms,
        sum({PASSED_ON}) AS transferred
    FROM stay WHERE outcome = 'connected' AND left_at >= :since AND left_at < :until AND (:agent = '' OR agent = :agent)
    GROUP BY agent
""")
_ALERTS = text("""
    SELECT agent, count(*) AS alerts, sum(outcome = 'no answer') AS no_answer, sum(outcome = 'declined') AS declined,
        sum(outcome = 'busy') AS busy, sum(outcome = 'unreachable') AS unreachable
    FROM alert WHERE started_at >= :since AND started_at < :until AND (:agent = '' OR agent = :agent) GROUP BY agent
""")
_FIRST = text("SELECT at FROM agent_state ORDER BY id LIMIT 1")


async def agents(
    books: Journal, period: Period, agent: str, shifts: Shifts, zone: ZoneInfo, names: Mapping[str, str]
) -> AgentReports:
    """Each agent. `shifts` are by the clock of `zone`."""
    await books.settle()
    asked = _asked(period, agent)
    async with books.engine.connect() as connection:
        first = (await connection.execute(_FIRST)).scalar()
        begins_at = max(period.since_ms, asked["now"] if first is None else first)
        ends_at = min(period.until_ms, asked["now"])
        # Days in Python, off the loop: a year of a hundred agents is some ten thousand shifts.
        planned = await asyncio.to_thread(_windows, shifts, zone, begins_at, ends_at, agent)
        found: dict[str, dict[str, Any]] = {}
        told = asked | dict(shifts=msgspec.json.encode(planned).decode())
        for row in (await connection.execute(_STATES, told)).mappings():
            if row["state"] != "out" or row["planned_ms"]:
                _add_state(found.setdefault(row["agent"], {}), row)
        for statement in (_CALLS, _ALERTS):
            for row in (await connection.execute(statement, asked)).mappings():
                found.setdefault(row["agent"], {}).update({name: row[name] for name in row if name != "agent"})
    reports = [_agent(name, names.get(name, ""), found[name]) for name in sorted(found)]
    return AgentReports(period.since, period.until, reports)


async def breaks(books: Journal, period: Period, agent: str, limit_of: Callable[[str], float | None]) -> BreakReports:
    """Each agent's breaks by reason. `limit_of`: a reason's planned length [s]."""
    await books.settle()
    async with books.engine.connect() as connection:
        rows = (await connection.execute(_BREAKS, _asked(period, agent))).mappings().all()
    reports = []
    for row in rows:
        limit_s = limit_of(row["reason"])
        reports.append(BreakReport(**row, limit_ms=None if limit_s is None else round(limit_s * 1000)))
    return BreakReports(period.since, period.until, reports)


def _asked(period: Period, agent: str) -> dict[str, Any]:
    return dict(since=period.since_ms, until=period.until_ms, agent=agent, now=ms_of(time.time()))


def _add_state(sums: dict[str, Any], row: Mapping[Any, Any]) -> None:
    """The time in one state, and what of the shift it kept. The switch's own downtime is in no shift."""
    state = row["state"]
    if state != "out":
        sums[f"{state}_ms"] = row["ms"]
    if state != "down":
        sums["shift_ms"] = sums.get("shift_ms", 0) + row["planned_ms"]
        kept = 0 if state == "out" else row["planned_ms"] - row["over_ms"]
        sums["adherent_ms"] = sums.get("adherent_ms", 0) + kept


def _agent(agent: str, name: str, sums: dict[str, Any]) -> AgentReport:
    calls = sums.get("calls", 0)
    served_ms = sums.get("talk_ms", 0) + sums.get("hold_ms", 0) + sums.get("wrap_up_ms", 0)
    at_work = sums.get("talking_ms", 0) + sums.get("wrapping_up_ms", 0)
    free = sums.get("idle_ms", 0) + sums.get("ringing_ms", 0)
    return AgentReport(
        agent=agent,
        name=name,
        **sums,
        logged_in_ms=at_work + free + sums.get("other_call_ms", 0) + sums.get("break_ms", 0),
        handling_ms=round(served_ms / calls) if calls else None,
        occupancy=share(at_work, at_work + free),
        adherence=share(sums.get("adherent_ms", 0), sums.get("shift_ms", 0)),
    )


def _windows(shifts: Shifts, zone: ZoneInfo, begins_at: int, ends_at: int, agent: str) -> list[tuple[str, int, int]]:
    """Shifts between two instants [ms], as (agent, begin, end), cut at both, overlapping ones joined."""
    found = []
    for name, weekly in shifts.items():
        last = 0
        for begin, end in sorted(_days(weekly, zone, begins_at, ends_at)) if agent in ("", name) else ():
            begin, end = max(begin, begins_at, last), min(end, ends_at)
            if begin < end:
                found.append((name, begin, end))
                last = end
    return found


def _days(weekly: tuple[Weekly, ...], zone: ZoneInfo, begins_at: int, ends_at: int) -> Iterator[tuple[int, int]]:
    day = datetime.fromtimestamp(begins_at / 1000, zone).date() - DAY  # what began yesterday may still run
    while (midnight := datetime(day.year, day.month, day.day)).replace(tzinfo=zone).timestamp() * 1000 < ends_at:
        for each in weekly:
            if day.weekday() in each.days:
                ends = (midnight + timedelta(minutes=minutes) for minutes in (each.span.start, each.span.end))
                begin, end = (round(local.replace(tzinfo=zone).timestamp() * 1000) for local in ends)
                yield begin, end
        day += DAY
