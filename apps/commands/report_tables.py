"""The columns of the reports as tables; CSV and JSON have every number."""

from __future__ import annotations

from typing import Any, TypeVar

from apps.api.types import AgentReport, BreakReport, DispositionReport, IntervalReport, QueueReport
from apps.commands.screen import Column, clock, span

S = TypeVar("S", QueueReport, IntervalReport)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:.1f}%"


def _span(ms: int | None) -> str:
    return "-" if ms is None else span(ms)


def _service(first: list[Column[S]]) -> list[Column[S]]:
    more: list[Column[Any]] = [
        Column("OFFERED", lambda row: row.offered, right=True),
        Column("ANSWERED", lambda row: row.answered, right=True),
        Column("LEVEL", lambda row: _percent(row.service_level), right=True),
        Column("ABANDONED", lambda row: row.abandoned, 8, right=True),
        Column("RATE", lambda row: _percent(row.abandon_rate), 5, right=True),
        Column("SHORT", lambda row: row.abandoned_short, 4, right=True),
        Column("SENT ON", lambda row: row.sent_on, 4, right=True),
        Column("SPEED", lambda row: _span(row.answer_speed_ms), 7, right=True),
        Column("LONGEST", lambda row: span(row.longest_wait_ms), 6, right=True),
        Column("HANDLING", lambda row: _span(row.handling_ms), 7, right=True),
        Column("PASSED ON", lambda row: row.transferred, 3, right=True),
        Column("WAITING", lambda row: row.waiting or "", 2, right=True),
        Column("LOST", lambda row: row.lost or "", 2, right=True),
    ]
    return [*first, *more]


QUEUE_REPORT_COLUMNS: list[Column[QueueReport]] = _service([Column("QUEUE", lambda row: row.queue)])
INTERVAL_REPORT_COLUMNS: list[Column[IntervalReport]] = _service(
    [Column("FROM", lambda row: clock(row.began_at)), Column("QUEUE", lambda row: row.queue)]
)
AGENT_REPORT_COLUMNS: list[Column[AgentReport]] = [
    Column("AGENT", lambda row: row.agent),
    Column("CALLS", lambda row: row.calls, right=True),
    Column("HANDLING", lambda row: _span(row.handling_ms), 7, right=True),
    Column("TALK", lambda row: span(row.talk_ms), 6, right=True),
    Column("HOLD", lambda row: span(row.hold_ms), 3, right=True),
    Column("WRAP-UP", lambda row: span(row.wrap_up_ms), 4, right=True),
    Column("THERE", lambda row: span(row.logged_in_ms), 8, right=True),
    Column("IDLE", lambda row: span(row.idle_ms), 5, right=True),
    Column("BREAK", lambda row: span(row.break_ms), 6, right=True),
    Column("OCCUPIED", lambda row: _percent(row.occupancy), 8, right=True),
    Column("ADHERENCE", lambda row: "" if row.adherence is None else _percent(row.adherence), 7, right=True),
    Column("MISSED", lambda row: row.no_answer + row.declined + row.busy + row.unreachable, 4, right=True),
    Column("PASSED ON", lambda row: row.transferred, 2, right=True),
]
BREAK_REPORT_COLUMNS: list[Column[BreakReport]] = [
    Column("AGENT", lambda row: row.agent),
    Column("REASON", lambda row: row.reason),
    Column("BREAKS", lambda row: row.count, right=True),
    Column("TOTAL", lambda row: span(row.total_ms), right=True),
    Column("LONGEST", lambda row: span(row.longest_ms), 7, right=True),
    Column("LIMIT", lambda row: "" if row.limit_ms is None else span(row.limit_ms), 5, right=True),
    Column("OVER", lambda row: row.over_count or "", 8, right=True),
    Column("OVER FOR", lambda row: span(row.over_ms) if row.over_ms else "", 6, right=True),
]
DISPOSITION_REPORT_COLUMNS: list[Column[DispositionReport]] = [
    Column("QUEUE", lambda row: row.queue),
    Column("CODE", lambda row: row.code or "none"),
    Column("NAME", lambda row: row.name, 8),
    Column("CALLS", lambda row: row.count, right=True),
    Column("SHARE", lambda row: _percent(row.share), right=True),
    Column("HANDLING", lambda row: span(row.handling_ms), 7, right=True),
]
