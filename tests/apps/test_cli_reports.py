"""Reports on the command line: tables with their total, CSV with every number."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

from apps.api import types as t
from apps.api.instants import utc
from apps.commands.tables import AGENT_COLUMNS
from tests.apps.board import QUEUE_REPORTS
from tests.apps.cli_bench import Bench


def test_a_report_has_its_total_as_a_table_and_every_number_as_csv(bench: Bench) -> None:
    lines = bench.run("reports queues", COLUMNS="200").stdout.splitlines()
    assert lines[0].split()[:3] == ["QUEUE", "OFFERED", "ANSWERED"]
    assert [line.split()[0] for line in lines[1:]] == ["sales", "english", "(all)"]
    assert "52.9%" in lines[1]
    rows = list(csv.DictReader(io.StringIO(bench.run("reports queues --format csv").stdout)))
    assert [row["queue"] for row in rows] == ["sales", "english"]
    assert set(rows[0]) == set(QUEUE_REPORTS[0].__struct_fields__)
    assert (rows[0]["service_level"], rows[0]["wait_ms"], rows[0]["lost"]) == ("0.5294", "180000", "0")


def test_what_people_typed_is_no_formula_in_csv(bench: Bench) -> None:
    said = bench.run("reports dispositions --format csv").stdout.splitlines()
    assert said == ["queue,code,name,count,share,handling_ms", "sales,1,'=Sold,9,0.75,200000"]


def test_the_list_of_agents_counts_down_and_marks_what_is_over_or_owed() -> None:
    now = datetime.now(UTC).timestamp()
    wraps = t.AgentInfo("a", "available", "wrapping up", utc(now), until=utc(now + 65.5), disposition_owed=True)
    rests = t.AgentInfo("b", "on break", "idle", utc(now), break_until=utc(now - 125.0), overdue=True)
    idles = t.AgentInfo("c", "available", "idle", utc(now))
    (left,) = [column for column in AGENT_COLUMNS if column.title == "LEFT"]
    shown = [str(left.cell(agent)) for agent in (wraps, rests, idles)]
    assert re.fullmatch(r"1:0\d\?", shown[0]) and re.fullmatch(r"!-2:\d\d", shown[1]) and shown[2] == ""


def test_forms_and_periods(bench: Bench) -> None:
    assert bench.run("reports agents --format json").stdout == bench.run("reports agents --json").stdout
    assert bench.run("reports breaks --from 2026-01-02 --to 2026-01-03").exit_code == 0
    _, asked = bench.board.asked[-1]
    assert (asked.until - asked.since).days == 1
    assert bench.run("reports breaks --format xml").exit_code == 2
    assert bench.run("reports intervals --every 0").exit_code == 2
