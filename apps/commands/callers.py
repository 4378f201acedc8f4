"""What scripts remember of callers."""

from __future__ import annotations

import click

from apps.api import catalogue
from apps.api.params import ByNumber, Remember
from apps.api.types import CallerMemoryInfo
from apps.commands.base import Noun, session
from apps.commands.screen import table
from apps.commands.tables import REMEMBERED_COLUMNS


@click.group(cls=Noun)
def callers() -> None:
    """What scripts remember of callers: show, remember, forget."""


@callers.command("show", examples="zongji callers show 13800138000")
@click.argument("number")
def show(number: str) -> None:
    """What is remembered of a number, as the dialplan's {caller.name}."""
    _show(session().call(catalogue.CALLERS_SHOW, ByNumber(number)), "Nothing is remembered.")


@callers.command(
    "remember",
    examples='zongji callers remember 13800138000 language en\nzongji callers remember 13800138000 vip ""',
)
@click.argument("number")
@click.argument("name")
@click.argument("value")
def remember(number: str, name: str, value: str) -> None:
    """Keep something of a number, for the scripts of later calls; an empty value forgets it."""
    _show(session().call(catalogue.CALLERS_REMEMBER, Remember(number, name, value)), "Nothing is remembered.")


@callers.command("forget", examples="zongji callers forget 13800138000")
@click.argument("number")
def forget(number: str) -> None:
    """Forget everything of a number; prints what it was."""
    _show(session().call(catalogue.CALLERS_FORGET, ByNumber(number)), "Nothing was remembered.")


def _show(memory: CallerMemoryInfo, nothing: str) -> None:
    session().show(memory, lambda: table(REMEMBERED_COLUMNS, memory.remembered, nothing))
