"""What every command says of itself, and which site it is about."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import cli


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
