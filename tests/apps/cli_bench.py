"""The command line beside a switch made of paper, and the commands that only look."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

import cli
from tests.apps.board import CALL, Board

LISTS = [
    "calls list",
    "agents list",
    "queues list",
    "phones list",
    "trunks list",
    "engines list",
    "cdr list",
    "recordings list",
    "mailboxes list",
    "conferences list",
    "surveys report",
    "polls list",
    "forms list",
    "reports queues",
    "reports intervals",
    "reports agents",
    "reports breaks",
    "reports dispositions",
    "supervise list",
    "supervise log",
    "studio list",
]
SHOWS = [
    "callers show 13800138000",
    f"calls show {CALL}",
    "queues show sales",
    f"queues explain {CALL}",
    "agents explain mei",
    "studio show health",
    f"recordings play-info {CALL}-1",
    "mailboxes show 201",
    "conferences show weekly",
    "polls show best-song",
    "status",
]
DEEDS = [
    *("supervise listen mei", "supervise whisper mei", "supervise barge mei", "supervise stop"),
    *("supervise takeover a", "supervise intercept a", "supervise release a", "supervise move a --first"),
    *("supervise state mei ready", "supervise note a --call b", "wallboard"),
    *("studio screen a", "studio air a", "studio back a", "studio drop a"),
]
"""What supervisors and hosts do."""


class Bench:
    """A paper switch in a thread of its own, and the command line beside it."""

    def __init__(self, site: Path) -> None:
        (site / "run").mkdir(parents=True)
        self.site = site
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.board = Board(site / "run" / "api.sock")
        self.do(self.board.server.start())

    def do(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(5)

    def publish(self, *events: Any) -> None:
        async def tell() -> None:
            for event in events:
                self.board.hub.publish(event)

        self.do(tell())

    def close(self) -> None:
        self.do(self.board.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def run(self, line: str, **env: str) -> Result:
        arguments = line if isinstance(line, list) else line.split()
        return CliRunner().invoke(cli.main, arguments, env={"ZONGJI_SITE": str(self.site), **env})
