"""The command line against a switch made of paper: what it asks, what it prints, how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

import cli
from apps.api import params as p
from apps.api import supervise_params as s
from apps.api import types as t
from apps.api.catalogue import OWN, SIGNATURES
from apps.api.events import AlarmCleared, CallOpened
from apps.api.protocol import ApiError, Code
from apps.commands.live import summary
from tests.apps.board import CALL, CALLS, Board

LISTS = [
    "calls list",
    "agents list",
    "queues list",
    "phones list",
    "trunks list",
    "engines list",
    "cdr list",
    "recordings list",
    "supervise list",
    "supervise log",
]
SHOWS = [
    f"calls show {CALL}",
    "queues show sales",
    f"queues explain {CALL}",
    f"recordings play-info {CALL}-1",
    "status",
]


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


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "site")
    yield made
    made.close()


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
        ("media tap abc /tmp/x.pcap --seconds 9", "media.tap", p.Tap("abc", "/tmp/x.pcap", 9.0)),
        ("dial 201 9001 --timeout 5", "dial", p.Dial("201", "9001", 5.0)),
        ("agents login mei", "agents.login", p.Login("mei")),
        ("agents login mei 201", "agents.login", p.Login("mei", "201")),
        ("agents logout mei", "agents.logout", p.ByAgent("mei")),
        ("agents break mei lunch", "agents.break", p.Break("mei", "lunch")),
        ("agents ready mei", "agents.ready", p.ByAgent("mei")),
        ("queues show sales", "queues.show", p.ByQueue("sales")),
        ("queues explain abc", "queues.explain", p.ByCall("abc")),
        ("recordings info abc", "recordings.info", p.ByRecording("abc")),
        ("recordings list --agent mei --limit 7", "recordings.list", p.RecordingFilter(agent="mei", limit=7)),
        ("cdr list --cause busy --after x", "cdr.list", p.CdrFilter(cause="busy", limit=20, after="x")),
        ("supervise listen mei --by lin", "supervise.listen", s.Watch("lin", agent="mei")),
        ("supervise whisper --call abc --phone 204", "supervise.whisper", s.Watch(call_id="abc", extension="204")),
        ("supervise barge --queue sales", "supervise.barge", s.Watch(queue="sales")),
        ("supervise stop --by lin", "supervise.stop", s.ByWatcher("lin")),
        ("supervise takeover abc --by lin", "supervise.takeover", s.Take("abc", "lin")),
        ("supervise intercept abc --phone 204", "supervise.intercept", s.Take("abc", extension="204")),
        ("supervise release abc --by lin", "supervise.release", s.OnCall("abc", "lin")),
        ("supervise move abc --queue sales --first", "supervise.move", s.Move("abc", queue="sales", first=True)),
        ("supervise state mei break --reason lunch", "supervise.state", s.AgentState("mei", "break", reason="lunch")),
        ("supervise note good --agent mei", "supervise.note", s.Note("good", agent="mei")),
        ("supervise log --act note", "supervise.log", s.ActFilter(act="note", limit=50)),
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
    for line in [*LISTS, *SHOWS, "calls hangup a", "calls trace a", "media tap a b", "dial a b", "agents login a b", "agents logout mei",
                 "agents break mei b", "agents ready mei", "metrics", "stop", "reload",
                 "supervise listen mei", "supervise whisper mei", "supervise barge mei", "supervise stop",
                 "supervise takeover a", "supervise intercept a", "supervise release a", "supervise move a --first",
                 "supervise state mei ready", "supervise note a --call b", "wallboard"]:  # fmt: skip
        bench.run(line)
    without = set(SIGNATURES) - {method for method, _ in bench.board.asked} - set(OWN)
    assert without == {"snapshot.get", "config.check"}  # `check` needs no running switch


# ---- how it ends --------------------------------------------------------------------------------------------


def test_no_such_thing_is_3(bench: Bench) -> None:
    result = bench.run("calls show none")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == ("zongji: There is no call none\n        zongji calls list shows those that run.\n")


def test_a_refusal_is_1(bench: Bench) -> None:
    bench.board.refuse("agents.ready", ApiError(Code.REFUSED, "mei is talking", hint="Wait for the end of the call."))
    result = bench.run("agents ready mei")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (1, "zongji: mei is talking")


def test_wrong_usage_is_2(bench: Bench) -> None:
    for line in ("calls", "calls show", "no-such", "cdr list --since never", "cdr list --limit 0"):
        assert bench.run(line).exit_code == 2, line


def test_a_type_of_event_that_there_is_not_is_wrong_usage_and_not_an_endless_wait(bench: Bench) -> None:
    for wrong in ("call.open", "cal.*"):
        result = bench.run(f"events --type {wrong} --count 1")
        assert result.exit_code == 2 and wrong in result.stderr and "--types" in result.stderr


def test_a_caller_in_no_queue_is_explained_in_a_sentence_alone(bench: Bench, monkeypatch: Any) -> None:
    told = t.Explanation("abc", "", "Caller abc is in no queue.")
    monkeypatch.setattr(bench.board, "answer", lambda *_: told)
    result = bench.run("queues explain abc")
    assert (result.stdout, result.stderr) == ("Caller abc is in no queue.\n", "")


def test_a_ladder_wider_than_the_terminal_is_a_list_of_messages(bench: Bench, monkeypatch: Any) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    sent = t.TraceMessage(CALLS[0].started_at, "zongji", "udp 192.0.2.21:5060", "udp", "INVITE +SDP")
    told = t.TraceInfo(CALL, ["zongji", "udp 192.0.2.21:5060"], "|" + "-" * 90 + ">|\n", [sent])
    monkeypatch.setattr(bench.board, "answer", lambda *_: told)
    result = bench.run(f"calls trace {CALL}")
    assert "INVITE +SDP" in result.stdout and max(map(cell_len, result.stdout.splitlines())) <= 80
    monkeypatch.setenv("COLUMNS", "120")
    assert bench.run(f"calls trace {CALL}").stdout == told.ladder


def test_no_switch_is_4_and_says_how_to_start_it(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.main, ["--site", str(tmp_path), "calls", "list"])
    assert result.exit_code == 4
    assert "not running" in result.stderr and f"zongji serve --site {tmp_path}" in result.stderr
    assert result.stderr.count("\n") == 2


def test_a_dead_switchs_socket_is_4_too(tmp_path: Path) -> None:
    import socket

    (tmp_path / "run").mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "run" / "api.sock"))
    assert CliRunner().invoke(cli.main, ["--site", str(tmp_path), "status"]).exit_code == 4


def test_a_stranger_on_the_socket_is_4_too(tmp_path: Path) -> None:
    import socket

    (tmp_path / "run").mkdir()
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.bind(str(tmp_path / "run" / "api.sock"))
        stranger.listen()

        def answer() -> None:
            client, _ = stranger.accept()
            client.sendall(b"220 mail.example.org ESMTP\r\n")
            client.close()

        thread = threading.Thread(target=answer)
        thread.start()
        result = CliRunner().invoke(cli.main, ["--site", str(tmp_path), "status"])
        thread.join()
    assert result.exit_code == 4 and "does not speak this API" in result.stderr


def test_a_configuration_with_mistakes_is_5(bench: Bench) -> None:
    from apps.api import types as t

    wrong = t.ConfigReport(False, False, [t.MistakeInfo("phones.yaml", 3, 'There is no secret for "201"', "Add one.")])
    bench.board.answer = lambda name, params: wrong  # type: ignore[method-assign]
    result = bench.run("reload")
    assert result.exit_code == 5
    assert result.stdout == 'phones.yaml:3: There is no secret for "201". Add one.\n'


def test_a_part_that_is_missing_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for module in ("apps.supervisor", "apps.phone", "apps.demo"):
        monkeypatch.setitem(sys.modules, module, None)
    for line in ("serve", "phone --help", "demo"):
        result = CliRunner().invoke(cli.main, ["--site", str(tmp_path), *line.split()])
        assert result.exit_code == 1 and result.stderr.startswith("zongji: This zongji has no apps."), line


def test_phone_and_demo_get_their_arguments_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    import types

    seen: list[list[str]] = []
    fake = types.ModuleType("apps.phone")
    fake.main = lambda: seen.append(sys.argv) or 7  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "apps.phone", fake)
    monkeypatch.setattr(sys, "argv", ["zongji"])
    result = CliRunner().invoke(cli.main, ["phone", "--help", "-x", "201", "--json"])
    assert result.exit_code == 7
    assert seen == [["zongji phone", "--help", "-x", "201", "--json"]]


# ---- what it prints -----------------------------------------------------------------------------------------


def test_columns_leave_whole_and_are_named(bench: Bench) -> None:
    narrow, wide = bench.run("calls list", COLUMNS="60"), bench.run("calls list", COLUMNS="200")
    assert "STEP" in wide.stdout and "no room" not in wide.stderr
    assert "STEP" not in narrow.stdout and "step" in narrow.stderr
    for call in CALLS:
        assert call.call_id in narrow.stdout and call.caller in narrow.stdout


def test_what_strangers_chose_does_nothing_to_the_terminal(bench: Bench) -> None:
    from apps.api import types as t

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


# ---- events -------------------------------------------------------------------------------------------------


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


# ---- help ---------------------------------------------------------------------------------------------------


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for each in command.commands:
            yield from _commands(command.commands[each], f"{name} {each}")


EVERY = dict(_commands(cli.main, "zongji"))


@pytest.mark.parametrize("name", EVERY)
def test_help_has_a_summary_fits_and_gives_examples_that_parse(name: str) -> None:
    command = EVERY[name]
    assert command.get_short_help_str(200)
    if name.split()[-1] in ("phone", "demo"):
        return
    text = CliRunner().invoke(cli.main, [*name.split()[1:], "--help"], terminal_width=80).output
    assert max(map(len, text.splitlines())) <= 88
    if isinstance(command, click.Group):
        return
    assert "--json" in text and "--site" in text
    _, _, examples = text.partition("Examples:\n")
    assert examples.strip(), name
    import shlex

    for line in examples.strip().splitlines():
        words = shlex.split(line.partition("|")[0])
        words = words[3:] if words[1] == "--site" else words[1:]
        found: click.Command = cli.main
        while isinstance(found, click.Group):
            found = found.commands[words.pop(0)]
        found.make_context("x", words, obj=None, help_option_names=["-h", "--help"])


def test_the_top_lists_every_command_in_one_line_each() -> None:
    text = CliRunner().invoke(cli.main, ["--help"], terminal_width=80).output
    assert "..." not in text.partition("\n")[2]
    for name in cli.main.commands:
        assert re.search(rf"^  {name} +\S", text, re.MULTILINE), name
    assert max(map(len, text.splitlines())) <= 80


def test_the_site_is_named_by_option_environment_or_habit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.commands import base

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZONGJI_SITE", raising=False)
    monkeypatch.setattr(base, "SYSTEM_SITE", tmp_path / "etc")
    assert base.Session().site == Path("var/site")
    (tmp_path / "etc").mkdir()
    assert base.Session().site == tmp_path / "etc"
    (tmp_path / "var/site").mkdir(parents=True)
    assert base.Session().site == Path("var/site")
    monkeypatch.setenv("ZONGJI_SITE", "/srv/z")
    assert base.Session().site == Path("/srv/z")
    here = base.Session()
    here.named_site = Path("/x")
    assert here.socket == Path("/x/run/api.sock")
    assert os.environ["ZONGJI_SITE"] == "/srv/z"
