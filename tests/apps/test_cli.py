"""The command line against a switch made of paper: what it asks and what it prints."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from apps.api import params as p
from apps.api import types as t
from apps.api.catalogue import OWN, SIGNATURES
from tests.apps.board import CALL, CALLS
from tests.apps.cli_bench import DEEDS, LISTS, SHOWS, Bench


@pytest.mark.parametrize("line", LISTS + SHOWS)
def test_every_view_fits_80_columns_and_cuts_no_id(bench: Bench, line: str) -> None:
    result = bench.run(line, COLUMNS="80")
    assert result.exit_code == 0, result.stderr
    for shown in result.stdout.splitlines():
        assert cell_len(shown) <= 80 or "/" in shown, shown  # a path is never cut
        assert shown == shown.rstrip()
    for word in re.findall(r"0gx3\S*", result.stdout):
        assert re.fullmatch(r"0gx3k2m4npqr[s-v]([-.]\d)?|0gx3\S+\.wav'?", word), word


@pytest.mark.parametrize("line", LISTS + SHOWS)
def test_json_is_the_answer_of_the_api(bench: Bench, line: str) -> None:
    method, asked = None, None
    for arguments in (f"{line} --json", f"--json {line}"):
        result = bench.run(arguments)
        answer = json.loads(result.stdout)
        method, asked = bench.board.asked[-1]
        import msgspec

        assert answer == json.loads(msgspec.json.encode(bench.board.answer(method, asked)))


@pytest.mark.parametrize(
    ("line", "method", "asked"),
    [
        ("calls list --queue sales", "calls.list", p.CallFilter("sales")),
        ("calls hangup abc", "calls.hangup", p.ByCall("abc")),
        ("calls trace abc", "calls.trace", p.TraceOf("abc", False)),
        ("calls trace abc --full", "calls.trace", p.TraceOf("abc", True)),
        ("media speech abc", "media.speech", p.Speech("abc")),
        ("media speech abc --off", "media.speech", p.Speech("abc", False)),
        ("media tap abc /tmp/x.pcap --seconds 9", "media.tap", p.Tap("abc", "/tmp/x.pcap", 9.0)),
        ("dial 201 9001 --timeout 5", "dial", p.Dial("201", "9001", 5.0)),
        ("agents login mei", "agents.login", p.Login("mei")),
        ("agents login mei 201", "agents.login", p.Login("mei", "201")),
        ("agents logout mei", "agents.logout", p.ByAgent("mei")),
        ("agents break mei lunch", "agents.break", p.Break("mei", "lunch")),
        ("agents ready mei", "agents.ready", p.ByAgent("mei")),
        ("agents extend mei", "agents.extend", p.Extend("mei")),
        ("agents extend mei --by 90", "agents.extend", p.Extend("mei", 90.0)),
        ("agents disposition mei 2", "agents.disposition", p.Disposition("mei", "2")),
        ("queues show sales", "queues.show", p.ByQueue("sales")),
        ("queues open sales", "queues.open", p.ByQueue("sales")),
        ("queues close sales", "queues.close", p.ByQueue("sales")),
        ("queues hours sales", "queues.hours", p.ByQueue("sales")),
        ("queues explain abc", "queues.explain", p.ByCall("abc")),
        ("queues change abc --priority 5", "queues.change", p.ChangeClaim("abc", 5)),
        ("agents explain mei", "agents.explain", p.ByAgent("mei")),
        ("callers show 138", "callers.show", p.ByNumber("138")),
        ("callers remember 138 vip yes", "callers.remember", p.Remember("138", "vip", "yes")),
        ("callers forget 138", "callers.forget", p.ByNumber("138")),
        ("recordings info abc", "recordings.info", p.ByRecording("abc")),
        ("recordings pause abc", "recordings.pause", p.ByCall("abc")),
        ("recordings mask abc", "recordings.mask", p.MaskOf("abc")),
        ("recordings mask abc --side caller", "recordings.mask", p.MaskOf("abc", "caller")),
        ("recordings resume abc", "recordings.resume", p.ByCall("abc")),
        ("recordings list --agent mei --limit 7", "recordings.list", p.RecordingFilter(agent="mei", limit=7)),
        ("cdr list --cause busy --after x", "cdr.list", p.CdrFilter(cause="busy", limit=20, after="x")),
        ("conferences mute weekly", "conferences.mute", p.RoomMute("weekly")),
        ("conferences mute weekly abc --off", "conferences.mute", p.RoomMute("weekly", "abc", False)),
        ("conferences kick weekly abc", "conferences.kick", p.RoomMember("weekly", "abc")),
        ("conferences lock weekly", "conferences.lock", p.RoomTurn("weekly")),
        ("conferences record weekly --off", "conferences.record", p.RoomTurn("weekly", False)),
        ("surveys report service --by agent", "surveys.report", p.SurveyFilter("service", "agent")),
        ("forms list order --limit 7", "forms.list", p.FormFilter("order", limit=7)),
        (
            "reports queues --queue sales --service-level 30",
            "reports.queues",
            p.QueueReportOf(None, None, "sales", 30.0),
        ),
        ("reports intervals --every 15", "reports.intervals", p.IntervalReportOf(interval_s=900)),
        ("reports agents --agent mei", "reports.agents", p.AgentReportOf(agent="mei")),
        ("reports breaks", "reports.breaks", p.AgentReportOf()),
        ("reports dispositions --queue sales", "reports.dispositions", p.DispositionReportOf(queue="sales")),
        ("stop", "switch.stop", p.Stop()),
        ("stop --grace 5", "switch.stop", p.Stop(5.0)),
        ("reload", "config.reload", p.Nothing()),
    ],
)
def test_a_command_asks_what_it_was_told(bench: Bench, line: str, method: str, asked: Any) -> None:
    result = bench.run(line)
    assert result.exit_code == 0, result.output
    assert bench.board.asked == [(method, asked)]


def test_every_method_has_a_command(bench: Bench) -> None:
    for line in [*LISTS, *SHOWS, *DEEDS, "calls hangup a", "calls trace a", "media tap a b", "media speech a", "dial a b", "agents login a b", "agents logout mei",
                 "agents break mei b", "agents ready mei", "agents extend mei", "queues change a", "queues open sales", "queues close sales", "queues hours sales",
                 "agents disposition mei 2", "callers remember a b c", "callers forget a", "metrics", "stop", "reload",
                 "conferences mute a", "conferences kick a b", "conferences lock a", "conferences record a",
                 "reload --dry-run",
                 "recordings pause a", "recordings mask a", "recordings resume a"]:  # fmt: skip
        bench.run(line)
    without = set(SIGNATURES) - {method for method, _ in bench.board.asked} - set(OWN)
    assert without == {"snapshot.get"}


# ---- what it prints -------------------------------------------------------------------------------------------------


def test_columns_leave_whole_and_are_named(bench: Bench) -> None:
    narrow, wide = bench.run("calls list", COLUMNS="60"), bench.run("calls list", COLUMNS="200")
    assert "STEP" in wide.stdout and "no room" not in wide.stderr
    assert "STEP" not in narrow.stdout and "step" in narrow.stderr
    for call in CALLS:
        assert call.call_id in narrow.stdout and call.caller in narrow.stdout


def test_what_strangers_chose_does_nothing_to_the_terminal(bench: Bench) -> None:

    evil = t.Calls(
        [t.CallInfo("c", "in", "menu", CALLS[0].started_at, "\x1b]0;owned\x07", "1\r\n2", caller_name="\u202e")]
    )
    bench.board.answer = lambda name, params: evil  # type: ignore[method-assign]
    shown = bench.run("calls list").stdout
    assert "\x1b" not in shown and "\x07" not in shown and "\u202e" not in shown
    assert len(shown.splitlines()) == 2


def test_colour_is_for_terminals_without_no_color(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.commands import screen

    assert "\x1b[" not in bench.run("calls list").stdout
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert screen._colour()
    monkeypatch.setenv("NO_COLOR", "")
    assert not screen._colour()


def test_an_empty_list_says_so_on_stderr_only(bench: Bench) -> None:
    result = bench.run("calls list --queue nobody")
    assert (result.stdout, result.stderr) == ("", "No calls.\n")


def test_export_reads_every_page_oldest_first(bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("apps.commands.books.PAGE", 1)
    file = tmp_path / "out.csv"
    result = bench.run(f"cdr export --format jsonl -o {file}")
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["call_id"] for line in file.read_text().splitlines()] == [CALL, "0gx3k2m4npqrv"]
    first, second = (asked for _, asked in bench.board.asked)
    assert first.oldest_first and (first.after, second.after) == ("", CALL)
    assert bench.run("cdr export").stdout.splitlines()[0].startswith("call_id,started_at,direction,")
