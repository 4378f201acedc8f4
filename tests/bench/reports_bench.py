"""How fast reports are on a year of books: a million calls in queues, a hundred agents, their states and alerts.

The file is made by SQLite from formulas, in the tables as they are. Measured: each report of one day in the middle, of
the whole year, how long an upgraded file waits for its indexes, and the longest turn of the loop meanwhile.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from apps import reports_agents, reports_service
from apps.api.instants import utc
from apps.journal import Journal
from apps.reports_period import Period
from ivr.hours import weekly

CALLS = 1_000_000
AGENTS = 100
QUEUES = 20
DAYS = 365
BEGAN = 1_767_225_600.0
"""2026-01-01 UTC."""
DAY_S = 86400.0

_CALLS = """
    INSERT INTO interaction (call_id, started_at, answered_at, ended_at, direction, caller, called, queue, agent, cause, fault)
    SELECT printf('c%09d', n), :began + n * :step, :began + n * :step, :began + n * :step + 200000, 'in',
        '138' || (n % 99999), '4001', 'q' || (n % :queues), 'a' || (n % :agents), 'normal', 'caller'
    FROM numbers
"""
_SEGMENTS = """
    INSERT INTO segment (call_id, n, kind, queue, agent, extension, started_at, ended_at)
    SELECT printf('c%09d', n), k + 1, CASE k WHEN 0 THEN 'menu' WHEN 1 THEN 'queue' WHEN 2 THEN 'ring' ELSE 'talk' END,
        CASE k WHEN 0 THEN '' ELSE 'q' || (n % :queues) END, CASE WHEN k > 1 THEN 'a' || (n % :agents) ELSE '' END, '2001',
        :began + n * :step + k * 5000, :began + n * :step + k * 5000 + CASE k WHEN 3 THEN 180000 ELSE 5000 END
    FROM numbers CROSS JOIN (SELECT 0 AS k UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3)
"""
_STAYS = """
    INSERT INTO stay (call_id, n, queue, joined_at, left_at, outcome, agent, extension, target_ms, short_ms, talk_ended_at,
        talk_ms, hold_ms, wrapped_at, wrap_up_ms, disposition)
    SELECT printf('c%09d', n), 2, 'q' || (n % :queues), :began + n * :step + 5000, :began + n * :step + 5000 + (n * 7919) % 40000,
        CASE WHEN n % 10 THEN 'connected' ELSE 'abandoned' END, CASE WHEN n % 10 THEN 'a' || (n % :agents) ELSE '' END, '2001',
        20000, 5000, :began + n * :step + 200000, 170000, 5000, :began + n * :step + 210000, 10000, (n % 4) || ''
    FROM numbers
"""
_ALERTS = """
    INSERT INTO alert (call_id, queue, agent, extension, started_at, ended_at, outcome)
    SELECT printf('c%09d', n), 'q' || (n % :queues), 'a' || (n % :agents), '2001', :began + n * :step + 10000,
        :began + n * :step + 15000, CASE WHEN n % 8 THEN 'answered' ELSE 'no answer' END
    FROM numbers
"""
_STATES = """
    INSERT INTO agent_state (agent, at, presence, activity, reason, extension)
    SELECT 'a' || (n % :agents), :began + n * :step + k * 50000, CASE WHEN k = 3 AND n % 5 = 0 THEN 'on break' ELSE 'available' END,
        CASE k WHEN 0 THEN 'ringing' WHEN 1 THEN 'talking' WHEN 2 THEN 'wrapping up' ELSE 'idle' END,
        CASE WHEN k = 3 AND n % 5 = 0 THEN 'rest' ELSE '' END, '2001'
    FROM numbers CROSS JOIN (SELECT 0 AS k UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3)
"""


def run() -> dict[str, float]:
    """The figures of a year."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "zongji.db"
        return asyncio.run(measure(path, CALLS)) | {"reports_file_mb": path.stat().st_size / 1e6}


async def measure(path: Path, calls: int) -> dict[str, float]:
    """Make a file of so many calls, and time the reports."""
    books = Journal(path)
    await books.open()
    await books.close()
    await asyncio.to_thread(fill, path, calls)
    found: dict[str, float] = {}
    began = time.monotonic()
    await books.open()  # as after an upgrade: the indexes of the old tables are missing
    found["reports_indexes_s"] = time.monotonic() - began
    began = time.monotonic()
    await books.agent_states()
    found["reports_agent_states_ms"] = (time.monotonic() - began) * 1000
    middle = BEGAN + DAYS // 2 * DAY_S
    day = Period(utc(middle), utc(middle + DAY_S))
    year = Period(utc(BEGAN), utc(BEGAN + DAYS * DAY_S))
    for name, asked in (("day", day), ("year", year)):
        for report, ask in _reports(books, asked).items():
            took_ms, turn_ms = await _timed(ask)
            found[f"reports_{name}_{report}_ms"] = took_ms
            found["reports_longest_turn_ms"] = max(found.get("reports_longest_turn_ms", 0.0), turn_ms)
    await books.close()
    return found


def fill(path: Path, calls: int) -> None:
    """A year of calls, spread evenly. The indexes of `alert` and `agent_state` that version 3 had not are dropped."""
    told = dict(
        began=round(BEGAN * 1000), step=round(DAYS * DAY_S * 1000 / calls), queues=QUEUES, agents=AGENTS, most=calls
    )
    with sqlite3.connect(path) as file:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"):
            file.execute(f"PRAGMA {pragma}").close()
        file.execute("DROP INDEX agent_state_at")
        file.execute("DROP INDEX agent_state_before")
        file.execute("DROP INDEX alert_started")
        file.execute("CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY)")
        file.execute(
            "WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < :most - 1) "
            "INSERT INTO numbers SELECT n FROM c", dict(most=calls)
        )  # fmt: skip
        for statement in (_CALLS, _SEGMENTS, _STAYS, _ALERTS, _STATES):
            file.execute(statement, told)
    file.close()


def _reports(books: Journal, period: Period) -> dict[str, Callable[[], Awaitable[Any]]]:
    zone = ZoneInfo("Asia/Shanghai")
    shifts = {f"a{n}": (weekly("daily 09:00-18:00"),) for n in range(AGENTS)}
    return {
        "queues": lambda: reports_service.queues(books, period, "", None, {}),
        "intervals": lambda: reports_service.intervals(books, period, "q1", None, 3600),
        "dispositions": lambda: reports_service.dispositions(books, period, ""),
        "agents": lambda: reports_agents.agents(books, period, "", shifts, zone, {}),
        "breaks": lambda: reports_agents.breaks(books, period, "", lambda reason: None),
    }


async def _timed(ask: Callable[[], Awaitable[Any]]) -> tuple[float, float]:
    """How long a report took, and the longest that the loop stood still meanwhile [ms]."""
    longest, running = 0.0, True

    async def turns() -> None:
        nonlocal longest
        while running:
            began = time.monotonic()
            await asyncio.sleep(0.001)
            longest = max(longest, time.monotonic() - began - 0.001)

    watch = asyncio.create_task(turns())
    began = time.monotonic()
    await ask()
    took = time.monotonic() - began
    running = False
    await watch
    return took * 1000, longest * 1000


if __name__ == "__main__":
    for name, value in asyncio.run(measure(Path(sys.argv[1]), int(sys.argv[2]))).items():
        print(f"{name:32} {value:10.1f}")
