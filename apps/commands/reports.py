"""Reports: numbers about a period, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import click
from msgspec import Struct

from apps.api import catalogue
from apps.api.params import AgentReportOf, DispositionReportOf, IntervalReportOf, QueueReportOf
from apps.api.protocol import shown_json
from apps.commands.base import Noun, session
from apps.commands.report_tables import (
    AGENT_REPORT_COLUMNS,
    BREAK_REPORT_COLUMNS,
    DISPOSITION_REPORT_COLUMNS,
    INTERVAL_REPORT_COLUMNS,
    QUEUE_REPORT_COLUMNS,
)
from apps.commands.screen import Column, table
from apps.commands.when import WHEN
from apps.reports_formats import cell

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R", bound=Struct)


@click.group(cls=Noun)
def reports() -> None:
    """Reports of a day or a year: queues, agents, breaks."""


def _period(function: F) -> F:
    for option in (
        click.option(
            "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True
        ),
        click.option("--to", "until", type=WHEN, help="Until then, not included [now]."),
        click.option("--from", "since", type=WHEN, help="From then on: 2026-01-31, yesterday, 7d [today]."),
    ):
        function = option(function)
    return function


_queue = click.option("--queue", default="", help="Only this queue.")
_agent = click.option("--agent", default="", help="Only this agent.")
_level = click.option(
    "--service-level", "target_s", type=click.FloatRange(0, 86400), help="Seconds, instead of the queues' own."
)


@reports.command(
    "queues", examples="zongji reports queues\nzongji reports queues --from 2026-01-01 --to 2026-02-01 --format csv"
)
@_period
@_queue
@_level
def queues(since: datetime | None, until: datetime | None, form: str, queue: str, target_s: float | None) -> None:
    """Callers of each queue: answered in time or at all, abandoned, average waits and handling."""
    result = session().call(catalogue.REPORTS_QUEUES, QueueReportOf(since, until, queue, target_s))
    total = type(result.rows[0])(queue="(all)", **_fields(result.total)) if len(result.rows) > 1 else None
    _print(form, result, QUEUE_REPORT_COLUMNS, result.rows, "Nobody called a queue.", [total] if total else [])


@reports.command("intervals", examples="zongji reports intervals --queue sales --every 15")
@_period
@_queue
@_level
@click.option("--every", "minutes", type=click.IntRange(1, 44640), default=30, show_default=True, help="Minutes.")
def intervals(
    since: datetime | None, until: datetime | None, form: str, queue: str, target_s: float | None, minutes: int
) -> None:
    """The same for each half hour, or another interval."""
    asked = IntervalReportOf(since, until, queue, target_s, minutes * 60)
    result = session().call(catalogue.REPORTS_INTERVALS, asked)
    _print(form, result, INTERVAL_REPORT_COLUMNS, result.rows, "Nobody called a queue.")


@reports.command("agents", examples="zongji reports agents\nzongji reports agents --agent mei --from 7d")
@_period
@_agent
def agents(since: datetime | None, until: datetime | None, form: str, agent: str) -> None:
    """Each agent's calls, time in each state, occupancy, adherence."""
    result = session().call(catalogue.REPORTS_AGENTS, AgentReportOf(since, until, agent))
    _print(form, result, AGENT_REPORT_COLUMNS, result.rows, "Nobody was logged in.")


@reports.command("breaks", examples="zongji reports breaks --from 7d")
@_period
@_agent
def breaks(since: datetime | None, until: datetime | None, form: str, agent: str) -> None:
    """Breaks by agent and reason, and how many were longer than planned."""
    result = session().call(catalogue.REPORTS_BREAKS, AgentReportOf(since, until, agent))
    _print(form, result, BREAK_REPORT_COLUMNS, result.rows, "No breaks.")


@reports.command("dispositions", examples="zongji reports dispositions --from yesterday --to today")
@_period
@_queue
def dispositions(since: datetime | None, until: datetime | None, form: str, queue: str) -> None:
    """How answered calls came out, by queue."""
    result = session().call(catalogue.REPORTS_DISPOSITIONS, DispositionReportOf(since, until, queue))
    _print(form, result, DISPOSITION_REPORT_COLUMNS, result.rows, "No answered calls.")


def _print(
    form: str, result: Struct, columns: Sequence[Column[R]], rows: Sequence[R], empty: str, more: Sequence[R] = ()
) -> None:
    if form == "json" or session().json:
        click.echo(shown_json(result, indent=2))
    elif form == "table":
        table(columns, [*rows, *more], empty)
    elif rows:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        names = [*_fields(rows[0])]
        writer.writerow(names)
        for row in rows:
            writer.writerow([cell(getattr(row, name)) for name in names])
        click.echo(out.getvalue(), nl=False)


def _fields(row: Struct) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}
