"""Numbers about service: queues, intervals of the day, dispositions. Sums over the table `stay`, made by SQLite.

A caller is counted whole in the interval and the period in which they joined; a disposition where the call was
answered. docs/reports.md has the definitions. SQLite sums in a thread of its own: the loop sees one row a group.

Deliberately absent: agents' time (reports_agents.py), lists of calls (reports.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text

from apps.api.instants import utc_ms
from apps.api.protocol import ApiError, Code
from apps.api.report_types import (
    DispositionReport,
    DispositionReports,
    IntervalReport,
    IntervalReports,
    QueueReport,
    QueueReports,
    Service,
)
from apps.journal import Journal
from apps.reports_period import Period, share

MOST_ROWS = 10_000
_WAIT = "(left_at - joined_at)"
_TARGET = "coalesce(:target, target_ms)"
_SENT_ON = "outcome IN ('timed out', 'no agents', 'full', 'removed')"
PASSED_ON = """EXISTS (
    SELECT 1 FROM segment AS later WHERE later.call_id = stay.call_id AND later.kind = 'talk'
    AND later.started_at >= stay.talk_ended_at AND (later.agent <> stay.agent OR later.extension <> stay.extension)
)"""
"""The caller talked with somebody else afterwards."""


def _if(condition: str, value: str = "1") -> str:
    return f"coalesce(sum(CASE WHEN {condition} THEN {value} END), 0)"


_SUMS: Mapping[str, str] = {
    "offered": "count(*)",
    "answered": _if("outcome = 'connected'"),
    "answered_in_target": _if(f"outcome = 'connected' AND {_WAIT} <= {_TARGET}"),
    "abandoned": _if(f"outcome = 'abandoned' AND {_WAIT} >= short_ms"),
    "abandoned_in_target": _if(f"outcome = 'abandoned' AND {_WAIT} >= short_ms AND {_WAIT} <= {_TARGET}"),
    "abandoned_short": _if(f"outcome = 'abandoned' AND {_WAIT} < short_ms"),
    "sent_on": _if(_SENT_ON),
    "sent_on_late": _if(f"{_SENT_ON} AND {_WAIT} > {_TARGET}"),
    "lost": _if("outcome = 'crash'"),
    "waiting": _if("left_at IS NULL"),
    "transferred": _if(f"outcome = 'connected' AND {PASSED_ON}"),
    "wait_ms": _if("outcome = 'connected'", _WAIT),
    "longest_wait_ms": f"coalesce(max({_WAIT}), 0)",
    "abandoned_wait_ms": _if(f"outcome = 'abandoned' AND {_WAIT} >= short_ms", _WAIT),
    "talk_ms": "sum(talk_ms)",
    "hold_ms": "sum(hold_ms)",
    "wrap_up_ms": "sum(wrap_up_ms)",
}
_SELECT = ", ".join(f"{sum_} AS {name}" for name, sum_ in _SUMS.items())
_JOINED = "FROM stay WHERE joined_at >= :since AND joined_at < :until AND (:queue = '' OR queue = :queue)"
_QUEUES = text(f"SELECT queue, {_SELECT} {_JOINED} GROUP BY queue ORDER BY queue")
_INTERVALS = text(
    f"SELECT (joined_at - :since) / :width AS number, queue, {_SELECT} {_JOINED} "
    "GROUP BY number, queue ORDER BY number, queue LIMIT :most"
)
_DISPOSITIONS = text("""
    SELECT queue, disposition AS code, max(disposition_name) AS name, count(*) AS count,
        sum(count(*)) OVER (PARTITION BY queue) AS every, sum(talk_ms + hold_ms + wrap_up_ms) AS handling
    FROM stay WHERE outcome = 'connected' AND left_at >= :since AND left_at < :until AND (:queue = '' OR queue = :queue)
    GROUP BY queue, disposition ORDER BY queue, disposition
""")


async def queues(
    books: Journal, period: Period, queue: str, target_s: float | None, names: Mapping[str, str]
) -> QueueReports:
    """Each queue, and all together. `target_s`: instead of what each caller's queue promised then."""
    rows = await _rows(books, _QUEUES, period, queue=queue, target=_ms(target_s))
    reports = [QueueReport(queue=row["queue"], name=names.get(row["queue"], ""), **_service(row)) for row in rows]
    return QueueReports(period.since, period.until, reports, Service(**_service(_total(rows))))


async def intervals(
    books: Journal, period: Period, queue: str, target_s: float | None, interval_s: int
) -> IntervalReports:
    """Each queue in each interval from the period's beginning on. Raises ApiError: more rows than can be answered."""
    asked = dict(queue=queue, target=_ms(target_s), width=interval_s * 1000, most=MOST_ROWS + 1)
    rows = await _rows(books, _INTERVALS, period, **asked)
    if len(rows) > MOST_ROWS:
        hint = "Shorten the period, widen the interval, or name a queue."
        raise ApiError(Code.REFUSED, f"The report would have more than {MOST_ROWS} rows", where="until", hint=hint)
    reports = [
        IntervalReport(
            queue=row["queue"],
            began_at=utc_ms(period.since_ms + row["number"] * interval_s * 1000),
            **_service(row),
        )
        for row in rows
    ]
    return IntervalReports(period.since, period.until, interval_s, reports)


async def dispositions(books: Journal, period: Period, queue: str) -> DispositionReports:
    """How answered calls came out."""
    rows = await _rows(books, _DISPOSITIONS, period, queue=queue)
    reports = [
        DispositionReport(
            queue=row["queue"],
            code=row["code"],
            name=row["name"],
            count=row["count"],
            share=share(row["count"], row["every"]) or 0.0,
            handling_ms=round(row["handling"] / row["count"]),
        )
        for row in rows
    ]
    return DispositionReports(period.since, period.until, reports)


async def _rows(books: Journal, statement: Any, period: Period, **asked: Any) -> list[Mapping[str, Any]]:
    await books.settle()
    asked |= dict(since=period.since_ms, until=period.until_ms)
    async with books.engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(statement, asked)).mappings()]


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def _total(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    total = dict.fromkeys(_SUMS, 0)
    for row in rows:
        for name in _SUMS:
            total[name] = max(total[name], row[name]) if name == "longest_wait_ms" else total[name] + row[name]
    return total


def _service(row: Mapping[str, Any]) -> dict[str, Any]:
    """The sums of a row, and what follows from them."""
    answered, in_target = row["answered"], row["answered_in_target"]
    counted = answered + row["abandoned"] + row["sent_on_late"]
    left_in_time = row["abandoned_in_target"]
    over = row["offered"] - row["waiting"] - row["lost"]
    served_ms = row["talk_ms"] + row["hold_ms"] + row["wrap_up_ms"]
    return {name: row[name] for name in _SUMS} | dict(
        service_level=share(in_target, counted),
        service_level_ignored=share(in_target, counted - left_in_time),
        service_level_positive=share(in_target + left_in_time, counted),
        service_level_answered=share(in_target, answered),
        service_level_all=share(in_target, over),
        abandon_rate=share(row["abandoned"], answered + row["abandoned"] + row["sent_on"]),
        answer_speed_ms=round(row["wait_ms"] / answered) if answered else None,
        handling_ms=round(served_ms / answered) if answered else None,
    )
