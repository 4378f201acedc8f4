"""Tables and facts for people. A table fits the terminal by leaving whole columns out, never by cutting an id.

Colour only on a terminal and without NO_COLOR; a state is a word first and a colour second. Text that strangers
chose (caller names, user agents) is shown without control characters.

Deliberately absent: asking the switch (base.py).
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import click

from apps.api.protocol import plain

T = TypeVar("T")

GAP = "  "
_LINE_MOST = 100
"""Columns of running text: longer lines are hard to read."""
_COLOURS = {
    "talking": "green",
    "available": "green",
    "registered": "green",
    "running": "green",
    "answered": "green",
    "ok": "green",
    "idle": "cyan",
    "ringing": "yellow",
    "reserved": "yellow",
    "queued": "yellow",
    "wrapping up": "yellow",
    "on break": "magenta",
    "warn": "yellow",
    "bad": "red",
    "lost": "red",
    "failed": "red",
    "abandoned": "red",
    "not registered": "red",
}


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column. `keep`: 9 stays always; the lowest leaves first when the terminal is narrow."""

    title: str
    cell: Callable[[T], object]
    keep: int = 9
    right: bool = False


def say(text: str = "") -> None:
    """One line on stdout."""
    click.echo(text, color=_colour())


def wrapped(text: str) -> None:
    """Sentences on stdout, broken between words where the terminal ends."""
    say(click.wrap_text(_text(text), min(_room(), _LINE_MOST)))


def fits(text: str) -> bool:
    """Whether no line of the text is wider than the terminal."""
    return max(map(_width, text.split("\n"))) <= _room()


def fitted(text: str, columns: int) -> str:
    """The text, cut to so many columns of a terminal; "…" stands for the rest."""
    if _width(text) <= columns:
        return text
    kept = ""
    for char in text:
        if _width(kept + char) >= columns:
            break
        kept += char
    return kept + "…"


def counted(count: int, noun: str) -> str:
    """`1 call`, `2 calls`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def note(text: str) -> None:
    """One line on stderr, for people only."""
    click.echo(_styled(text, dim=True, err=True), err=True, color=_colour(sys.stderr))


def table(columns: Sequence[Column[T]], rows: Sequence[T], empty: str, indent: str = "") -> None:
    """Print rows in columns as wide as they need; `empty` when there is none."""
    if not rows:
        note(empty)
        return
    texts = {column.title: [_text(column.cell(row)) for row in rows] for column in columns}
    widths = {title: max(map(_width, [title, *cells])) for title, cells in texts.items()}
    shown = [column for column in columns if any(texts[column.title]) or column.keep == 9]
    kept = _fitting(shown, widths, _room() - len(indent))
    left_out = [column.title for column in shown if column not in kept]
    head = [_pad(column.title, widths[column.title], column.right) for column in kept]
    say(indent + _styled(GAP.join(head).rstrip(), bold=True))
    for index in range(len(rows)):
        cells = []
        for column in kept:
            text = texts[column.title][index]
            cells.append(_coloured(text, _pad(text, widths[column.title], column.right)))
        say(indent + GAP.join(cells).rstrip())
    if left_out:
        note(f"{indent}(no room for {', '.join(left_out).lower()}: widen the window or use --json)")


def _fitting(columns: Sequence[Column[T]], widths: Mapping[str, int], room: int) -> list[Column[T]]:
    """The columns that fit: those to be kept most come first; a narrower one may stay where a wider one left."""
    kept: list[Column[T]] = []
    for column in sorted(columns, key=lambda column: -column.keep):
        width = sum(widths[each.title] + len(GAP) for each in kept) + widths[column.title]
        if width <= room or column.keep == 9:
            kept.append(column)
    return [column for column in columns if column in kept]


def facts(pairs: Sequence[tuple[str, object]], indent: str = "") -> None:
    """Print names and values, one a line; those without value are left out."""
    shown = [(name, _text(value)) for name, value in pairs if value not in (None, "", [], {})]
    width = max((_width(name) for name, _ in shown), default=0)
    for name, text in shown:
        say(f"{indent}{_styled(_pad(name, width, False), dim=True)}{GAP}{_coloured(text, text)}")


def clock(at: datetime | None) -> str:
    """Local time; with its day when that is not today. The year too when it is another."""
    if at is None:
        return ""
    local, today = at.astimezone(), datetime.now(UTC).astimezone()
    if local.date() == today.date():
        return local.strftime("%H:%M:%S")
    return local.strftime("%m-%d %H:%M:%S" if local.year == today.year else "%Y-%m-%d %H:%M:%S")


def span(ms: float) -> str:
    """A duration: 0:07, 12:05, 1:02:03, 3d 02:00."""
    seconds = int(ms // 1000)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours >= 48:
        return f"{hours // 24}d {hours % 24:02}:{minutes:02}"
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def size(number: int) -> str:
    """Bytes, in the unit that keeps it short."""
    amount = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def _text(value: object) -> str:
    if value is None:
        return ""
    return plain(str(value), 10_000)


def _colour(stream: Any = None) -> bool:
    return "NO_COLOR" not in os.environ and (stream or sys.stdout).isatty()


def _styled(text: str, *, err: bool = False, **style: bool) -> str:
    return click.style(text, **style) if _colour(sys.stderr if err else None) else text


def _coloured(text: str, padded: str) -> str:
    colour = _COLOURS.get(text)
    return click.style(padded, fg=colour) if colour and _colour() else padded


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # Chinese takes two columns a character

    return cell_len(text)


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _room() -> int:
    """Columns of the terminal; without end when stdout is a file or a pipe, unless $COLUMNS says."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS"):
        return shutil.get_terminal_size((80, 24)).columns
    return 1 << 30
