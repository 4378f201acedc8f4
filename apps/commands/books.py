"""The books: call records and recordings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TextIO

import click
import msgspec

from apps.api import catalogue
from apps.api.params import ByRecording, CdrFilter, RecordingFilter
from apps.api.types import CdrRow
from apps.commands.base import Noun, Verb, session
from apps.commands.recording_control import mask, pause, resume
from apps.commands.screen import clock, facts, note, say, size, span, table
from apps.commands.tables import CDR_COLUMNS, MARK_COLUMNS, RECORDING_COLUMNS
from apps.commands.when import WHEN
from apps.reports_formats import FORMATS, header, record

PAGE = 500


@click.group(cls=Noun)
def cdr() -> None:
    """Call records: list, export."""


@cdr.command("list", examples="zongji cdr list\nzongji cdr list --since today --queue sales")
@click.option("--since", type=WHEN, help="Calls from then on: 2026-01-31, today, 2h, 7d.")
@click.option("--until", type=WHEN, help="Calls before then.")
@click.option("--caller", default="", help="Only from this number.")
@click.option("--called", default="", help="Only to this number.")
@click.option("--queue", default="", help="Only of this queue.")
@click.option("--agent", default="", help="Only of this agent.")
@click.option("--cause", default="", help="Only that ended so: normal, busy, no_answer...")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--after", default="", help="The next page: a call's id.")
def list_cdrs(
    since: datetime | None,
    until: datetime | None,
    caller: str,
    called: str,
    queue: str,
    agent: str,
    cause: str,
    limit: int,
    after: str,
) -> None:
    """Calls in the books, newest first."""
    whole = session().json
    asked = CdrFilter(since, until, caller, called, queue, agent, cause, limit=limit, after=after, segments=whole)
    result = session().call(catalogue.CDR_LIST, asked)

    def draw() -> None:
        table(CDR_COLUMNS, result.rows, "No calls.")
        if result.next:
            note(f"(older: --after {result.next})")

    session().show(result, draw)


@cdr.command(
    "export",
    examples="""
    zongji cdr export --since 2026-01-01 --until 2026-02-01 -o january.csv
    zongji cdr export --since yesterday --format asterisk
    """,
)
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="own", show_default=True)
@click.option("--since", type=WHEN, help="Calls from then on.")
@click.option("--until", type=WHEN, help="Calls before then.")
@click.option("--queue", default="", help="Only of this queue.")
@click.option("--agent", default="", help="Only of this agent.")
@click.option("--output", "-o", type=click.File("w", encoding="utf-8", atomic=True), default="-", metavar="FILE")
def export(form: str, since: datetime | None, until: datetime | None, queue: str, agent: str, output: TextIO) -> None:
    """Call records as text, oldest first: own CSV, Asterisk's, FreeSWITCH's, or JSON lines."""
    if session().json:
        form = "jsonl"
    output.write(header(form))
    for row in _every(CdrFilter(since, until, queue=queue, agent=agent, segments=form == "jsonl")):
        output.write(record(form, row))


def _every(asked: CdrFilter) -> Iterator[CdrRow]:
    """All records that match, page by page."""
    asked = msgspec.structs.replace(asked, oldest_first=True, limit=PAGE)
    while True:
        page = session().call(catalogue.CDR_LIST, asked)
        yield from page.rows
        if not page.next:
            return
        asked = msgspec.structs.replace(asked, after=page.next)


@click.group(cls=Noun)
def recordings() -> None:
    """Recordings of calls, and voicemail."""


@recordings.command("list", examples="zongji recordings list\nzongji recordings list --agent mei --since 7d")
@click.option("--call", "call_id", default="", help="Only of this call.")
@click.option("--queue", default="", help="Only of this queue.")
@click.option("--agent", default="", help="Only of this agent.")
@click.option("--since", type=WHEN, help="From then on.")
@click.option("--until", type=WHEN, help="Before then.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--after", default="", help="The next page: a recording's id.")
def list_recordings(
    call_id: str,
    queue: str,
    agent: str,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    after: str,
) -> None:
    """Recordings, newest first."""
    asked = RecordingFilter(call_id, queue, agent, since, until, limit, after)
    result = session().call(catalogue.RECORDINGS_LIST, asked)

    def draw() -> None:
        table(RECORDING_COLUMNS, result.recordings, "No recordings.")
        if result.next:
            note(f"(older: --after {result.next})")

    session().show(result, draw)


@click.command(
    "play-info",
    cls=Verb,
    examples="zongji recordings play-info 0gx3k2m4npqrs-1\nzongji recordings play-info 0gx3k2m4npqrs",
)
@click.argument("recording_id", metavar="RECORDING")
def play_info(recording_id: str) -> None:
    """One recording, by its id or its call's: the file, who is on which channel, how to play it."""
    it = session().call(catalogue.RECORDINGS_INFO, ByRecording(recording_id))
    sides = {1: "one" if it.kind == "call" else "one: the caller", 2: "two: caller left, agent right"}

    def draw() -> None:
        facts(
            [
                ("recording", it.recording_id),
                ("call", it.call_id),
                ("kind", it.kind),
                ("mailbox", it.mailbox),
                ("caller", it.caller),
                ("called", it.called),
                ("queue", it.queue),
                ("agent", it.agent),
                ("began", clock(it.started_at)),
                ("length", span(it.length_ms) if it.ended_at else "still running"),
                ("channels", sides.get(it.channels, it.channels)),
                ("size", size(it.bytes) if it.bytes else ""),
                ("lost blocks", it.dropped_blocks or ""),
                ("missing", span(it.missing_ms) if it.missing_ms >= 1000 else ""),
                ("failed", it.failed),
                ("file", it.path),
                ("play it", _player(it.path) if it.present else "the file is gone"),
            ]
        )
        if it.marks:
            say("")
            table(MARK_COLUMNS, it.marks, "")

    session().show(it, draw)


def _player(path: str) -> str:
    return f"aplay '{path}'" if path.endswith(".wav") else f"ffplay -nodisp -autoexit '{path}'"


recordings.add_command(play_info)
recordings.add_command(pause)
recordings.add_command(mask)
recordings.add_command(resume)
recordings.add_command(play_info, "info")
