"""`zongji events`: a line each, and on over a restart."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cli
from apps.api.events import AlarmCleared, CallOpened
from apps.commands.live import summary
from tests.apps.board import CALLS, Board
from tests.apps.cli_bench import Bench


def test_events_are_one_line_each(bench: Bench) -> None:
    bench.publish(CallOpened(CALLS[0]), AlarmCleared("The disk is full"))
    result = bench.run("events --since 0 --count 2")
    assert result.exit_code == 0, result.output
    first, second = result.stdout.splitlines()
    assert re.match(r"\d\d:\d\d:\d\d\.\d{3}      1 call.opened        call_id=0gx3k2m4npqrs direction=in", first)
    assert second.endswith('alarm.cleared      what="The disk is full"')
    lines = bench.run("events --since 0 --count 2 --json").stdout.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2]


def test_events_resume_when_the_switch_restarts(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.publish(AlarmCleared("one"), AlarmCleared("two"))
    path = bench.board.server.path
    again = Board(path)

    def restart(_seconds: float) -> None:  # what the client does instead of sleeping
        bench.board = again
        bench.do(again.server.start())
        bench.publish(AlarmCleared("three"))

    monkeypatch.setattr("apps.commands.live.time.sleep", restart)
    from apps.commands import live

    shown = live._print

    def show_then_stop(told: Any) -> None:
        shown(told)
        if told.data["what"] == "two":
            bench.do(bench.board.server.stop())

    monkeypatch.setattr(live, "_print", show_then_stop)
    result = bench.run("events --since 0 --count 3 --json")
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["data"]["what"] for line in result.stdout.splitlines()] == ["one", "two", "three"]
    assert "waiting for it" in result.stderr and "connected again" in result.stderr


def test_events_without_a_switch_is_4(tmp_path: Path) -> None:
    assert CliRunner().invoke(cli.main, ["--site", str(tmp_path), "events"]).exit_code == 4


def test_an_events_summary_quotes_and_escapes() -> None:
    assert summary({"a": "x y", "b": "\x1b", "c": None, "d": [1, 2], "e": {"f": 1, "g": "", "since": "t"}}) == (
        'a="x y" b=\\x1b d=2 f=1'
    )
