"""How commands end: exit codes, and the one sentence on stderr."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

import cli
from apps.api import types as t
from apps.api.protocol import ApiError, Code
from tests.apps.board import CALL, CALLS
from tests.apps.cli_bench import Bench


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
