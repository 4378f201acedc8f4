"""The columns of what callers answered."""

from __future__ import annotations

from collections.abc import Mapping

from apps.api.types import FormAnswer, FormRecord, PollInfo, SurveyRow
from apps.commands.screen import Column, clock, span

SURVEY_COLUMNS: list[Column[SurveyRow]] = [
    Column("SURVEY", lambda row: row.survey),
    Column("QUESTION", lambda row: row.question),
    Column("WHO", lambda row: row.who),
    Column("ANSWERS", lambda row: row.answers, right=True),
    Column("MEAN", lambda row: "" if row.mean is None else f"{row.mean:.2f}", right=True),
    Column("BY KEY", lambda row: _counts(row.counts), 3),
]
POLL_COLUMNS: list[Column[PollInfo]] = [
    Column("POLL", lambda poll: poll.poll),
    Column("VOTES", lambda poll: poll.votes, right=True),
    Column("FOR", lambda poll: _counts(poll.counts), 5),
]
FORM_COLUMNS: list[Column[FormRecord]] = [
    Column("CALL", lambda record: record.call_id),
    Column("FORM", lambda record: record.form),
    Column("CALLER", lambda record: record.caller),
    Column("AT", lambda record: clock(record.at), 6),
    Column("ANSWERS", lambda record: ", ".join(map(_answer, record.answers)), 4),
]


def _counts(counts: Mapping[str, int]) -> str:
    """`5: 3, 4: 1`."""
    return ", ".join(f"{name}: {count}" for name, count in counts.items())


def _answer(answer: FormAnswer) -> str:
    return f"{answer.question}: {span(answer.length_ms) + ' spoken' if answer.spoken else answer.value}"
