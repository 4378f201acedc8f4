"""What callers answer: surveys, by agent and queue, and forms, a record each. Written at once, read for reports.

Deliberately absent: asking (ivr/steps), votes (polls.py).
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from apps.api.events import FormAnswered, SurveyAnswered
from apps.api.survey_types import FormAnswer, FormRecord, SurveyRow
from apps.api.types import utc_ms
from apps.journal_books import ms_of
from apps.schema_callers import form_answer, survey_answer

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House


class Answers:
    """The answers of one site."""

    def __init__(self, house: House) -> None:
        self._house = house

    def survey(self, call: Call, survey: str, question: str, answer: str) -> None:
        """Keep an answer, with the agent and the queue that the caller talked with last."""
        story = call.story
        agent, queue = (story.agent, story.queue) if story is not None else ("", "")
        row: dict[str, Any] = dict(
            call_id=call.id, survey=survey, question=question, answer=answer, agent=agent, queue=queue
        )
        row |= dict(caller=call.caller.number, at=ms_of(time.time()))
        self._house.journal.row(survey_answer, (call.id, survey, question), row)
        self._house.hub.publish(SurveyAnswered(call.id, survey, question, answer, agent, queue))

    def form(self, call: Call, form: str, question: str, value: str, spoken_s: float | None) -> None:
        """Keep an answer of a form; asked again in the same call, the last one counts."""
        spoken = spoken_s is not None
        row: dict[str, Any] = dict(call_id=call.id, form=form, question=question, value=value, spoken=int(spoken))
        row |= dict(length_ms=round((spoken_s or 0.0) * 1000), caller=call.caller.number, at=ms_of(time.time()))
        self._house.journal.row(form_answer, (call.id, form, question), row)
        self._house.hub.publish(FormAnswered(call.id, form, question, value, spoken))

    async def report(self, survey: str, by: str, since: datetime | None, until: datetime | None) -> list[SurveyRow]:
        """How each question was answered, in all, or apart by `agent` or `queue`."""
        s = survey_answer.c
        who = {"agent": s.agent, "queue": s.queue}.get(by)
        keys = [s.survey, s.question, *([who] if who is not None else [])]
        asked = select(*keys, s.answer, func.count().label("answers")).group_by(*keys, s.answer).order_by(*keys)
        if survey:
            asked = asked.where(s.survey == survey)
        if since is not None:
            asked = asked.where(s.at >= ms_of(since.timestamp()))
        if until is not None:
            asked = asked.where(s.at < ms_of(until.timestamp()))
        await self._house.journal.settle()
        async with self._house.journal.engine.connect() as connection:
            rows = (await connection.execute(asked)).all()
        found: dict[tuple[str, ...], Counter[str]] = {}
        for row in rows:
            found.setdefault(tuple(row[: len(keys)]), Counter())[row.answer] += row.answers
        return [_row(key, counts) for key, counts in found.items()]

    async def forms(self, form: str, since: datetime | None, until: datetime | None, limit: int) -> list[FormRecord]:
        """Filled forms, newest first."""
        f = form_answer.c
        began = func.min(f.at).label("began")
        asked = select(f.call_id, f.form, began).group_by(f.call_id, f.form).order_by(began.desc()).limit(limit)
        if form:
            asked = asked.where(f.form == form)
        if since is not None:
            asked = asked.having(began >= ms_of(since.timestamp()))
        if until is not None:
            asked = asked.having(began < ms_of(until.timestamp()))
        await self._house.journal.settle()
        async with self._house.journal.engine.connect() as connection:
            records = (await connection.execute(asked)).all()
            calls = [row.call_id for row in records]
            of_calls = select(form_answer).where(f.call_id.in_(calls)).order_by(f.at)
            answers = (await connection.execute(of_calls)).all()
        return [
            FormRecord(
                record.form,
                record.call_id,
                next((a.caller for a in answers if a.call_id == record.call_id), ""),
                utc_ms(record.began),
                [
                    FormAnswer(a.question, a.value, bool(a.spoken), a.length_ms)
                    for a in answers
                    if (a.call_id, a.form) == (record.call_id, record.form)
                ],
            )
            for record in records
        ]


def _row(key: tuple[str, ...], counts: Counter[str]) -> SurveyRow:
    numbers = [(int(answer), count) for answer, count in counts.items() if answer.isdecimal()]
    total = sum(count for _, count in numbers)
    mean = round(sum(number * count for number, count in numbers) / total, 2) if total else None
    who = key[2] if len(key) > 2 else ""
    return SurveyRow(key[0], key[1], sum(counts.values()), dict(sorted(counts.items())), mean, who)
