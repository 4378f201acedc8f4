"""The wallboard: queues and agents, live in the terminal, once a second.

What is worth a look has a sign as well as a colour: `!` warns, `!!` alarms; docs/configuration.md says from where on.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

import click
import msgspec

from apps.api import catalogue
from apps.api.client import SeenEvent, Unreachable
from apps.api.event_filter import WALLBOARD
from apps.api.params import Subscribe
from apps.api.protocol import plain, shown_json
from apps.api.wallboard_types import WallAgent, Wallboard, WallQueue
from apps.commands.base import Failure, Verb, leave, session
from apps.commands.screen import clock, say, span

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

Row = TypeVar("Row")
WIDE = 120
"""Columns from which agents stand beside the queues."""
SIGNS = {"bad": "!!", "warn": "! ", "": "  "}
STYLES = {"bad": "bold white on red", "warn": "bold yellow", "": ""}
STATES = {
    "talking": "green",
    "ringing": "yellow",
    "reserved": "yellow",
    "wrapping up": "yellow",
    "idle": "cyan",
    "on break": "magenta",
    "not registered": "red",
}
RETRY_S = 1.0


@click.command(cls=Verb, examples="zongji wallboard\nzongji wallboard --queue sales\nzongji wallboard --once --json")
@click.option("--queue", default="", help="Only this queue, and who serves it.")
@click.option("--once", is_flag=True, help="Print it once; so it is into a file or pipe, too.")
def wallboard(queue: str, once: bool) -> None:
    """Queues and agents, live, until Ctrl-C."""
    here = session()
    if here.json or once or not sys.stdout.isatty():
        board = _only(here.call(catalogue.WALLBOARD_GET), queue)
        if here.json:
            say(shown_json(board))
        else:
            console = _console()
            console.print(draw(board, console.width, 0))
        return
    try:
        _live(queue)
    except KeyboardInterrupt:
        leave(0)


def _live(queue: str) -> None:
    from rich.live import Live

    session().call(catalogue.WALLBOARD_GET)  # a switch that is not there is said so, not waited for
    console = _console()
    with Live(console=console, screen=True, auto_refresh=False) as live:
        for board in _boards():
            shown = _gone() if board is None else draw(_only(board, queue), console.width, console.height)
            live.update(shown, refresh=True)


def _boards() -> Iterator[Wallboard | None]:
    """The board each second; None while the switch is away."""
    here = session()
    while True:
        try:
            here.client.call(catalogue.EVENTS_SUBSCRIBE, Subscribe(types=[WALLBOARD]))
            for told in here.client.events(5.0):
                if isinstance(told, SeenEvent):
                    yield msgspec.convert(told.data["board"], Wallboard)
        except (Failure, Unreachable):
            pass
        vars(here).pop("client", None)
        yield None
        time.sleep(RETRY_S)


def _only(board: Wallboard, queue: str) -> Wallboard:
    if not queue:
        return board
    if queue not in [each.queue for each in board.queues]:
        raise Failure(f"There is no queue {plain(queue)}", 3, "zongji queues list shows them.")
    return msgspec.structs.replace(
        board,
        queues=[each for each in board.queues if each.queue == queue],
        agents=[each for each in board.agents if queue in each.queues],
    )


def _console() -> Console:
    from rich.console import Console

    return Console(no_color="NO_COLOR" in os.environ, highlight=False)


# ---- drawing ----------------------------------------------------------------------------------------------------


def draw(board: Wallboard, width: int, height: int) -> RenderableType:
    """The board for a terminal of this size; `height` 0: as long as it gets. What does not fit is counted."""
    from rich.columns import Columns
    from rich.console import Group
    from rich.text import Text

    head = Text(f"{plain(board.site)}  {clock(board.at)}  {board.calls} calls  {board.waiting} waiting", "bold")
    if width >= WIDE:
        room = height - 3 if height else 0
        side = Columns([_queues(board, room), _agents(board, room, width // 2)], padding=(0, 4))
        return Group(head, Text(""), side)
    rest = height - 6 - min(len(board.queues), max(3, height // 2)) if height else 0
    queues = _queues(board, max(3, height // 2) + 1 if height else 0, narrow=width < 100)
    return Group(head, Text(""), queues, Text(""), _agents(board, max(2, rest) if height else 0, width))


def _queues(board: Wallboard, room: int, *, narrow: bool = False) -> Table:
    table = _table()
    for title in ("", "QUEUE"):
        table.add_column(title, no_wrap=True, overflow="ellipsis", max_width=2 if not title else 18 if narrow else 28)
    for title in ("WAIT", "LONGEST", "SL %", "LOST", "FREE", "TALK", "RING", "BREAK", "TODAY"):
        table.add_column(title, justify="right", no_wrap=True)
    for queue in _fitting(board.queues, room, table):
        table.add_row(*_queue(queue))
    return table


def _queue(queue: WallQueue) -> list[Text]:
    def cell(value: object, field: str = "") -> Text:
        from rich.text import Text

        return Text(str(value), STYLES[queue.levels.get(field, "")])

    worst = "bad" if "bad" in queue.levels.values() else "warn" if queue.levels else ""
    lost = f"{queue.abandoned_today}" + (f" {queue.abandoned:.0f}%" if queue.abandoned else "")
    return [
        _sign(worst),
        cell(plain(queue.name or queue.queue)),
        cell(queue.waiting, "waiting"),
        cell(span(queue.longest_wait_ms) if queue.waiting else "-", "longest_wait_ms"),
        cell("-" if queue.service_level is None else f"{queue.service_level:.0f}", "service_level"),
        cell(lost, "abandoned"),
        cell(f"{queue.free}/{queue.agents}", "agents"),
        cell(queue.talking),
        cell(queue.ringing),
        cell(queue.on_break),
        cell(queue.answered_today),
    ]


def _agents(board: Wallboard, room: int, width: int) -> Table:
    from rich.text import Text

    table = _table()
    for title, most in (("", 2), ("AGENT", 24 if width >= 60 else 14), ("STATE", 14)):
        table.add_column(title, no_wrap=True, overflow="ellipsis", max_width=most)
    for title in ("FOR", "EXT", "TODAY"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("WHY", no_wrap=True, overflow="ellipsis", max_width=16)
    for agent in _fitting(board.agents, room, table):
        table.add_row(*_agent(agent))
    if board.logged_out:
        table.add_row("", Text(f"{board.logged_out} logged out", "dim"))
    return table


def _agent(agent: WallAgent) -> list[Text]:
    from rich.text import Text

    style = STYLES[agent.level] or STATES.get(agent.state, "")
    return [
        _sign(agent.level),
        Text(plain(agent.name or agent.agent)),
        Text(agent.state, style),
        Text(span(agent.ms), STYLES[agent.level]),
        Text(agent.extension),
        Text(str(agent.calls_today)),
        Text(plain(agent.reason)),
    ]


def _sign(level: str) -> Text:
    from rich.text import Text

    return Text(SIGNS[level], STYLES[level])


def _fitting(rows: list[Row], room: int, table: Table) -> list[Row]:
    """As many as there is room for below the titles; a last line counts the others."""
    if not room or len(rows) < room:
        return rows
    kept = rows[: max(1, room - 2)]
    table.caption = f"and {len(rows) - len(kept)} more"
    table.caption_justify = "left"
    return kept


def _table() -> Table:
    from rich.table import Table

    return Table(box=None, padding=(0, 1, 0, 0), header_style="bold", pad_edge=False)


def _gone() -> Text:
    from rich.text import Text

    return Text("The switch is gone; waiting for it.", "bold red")
