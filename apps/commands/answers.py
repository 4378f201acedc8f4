"""What callers answered: surveys, polls, forms."""

from __future__ import annotations

from datetime import datetime

import click

from apps.api import catalogue
from apps.api.params import ByPoll, FormFilter, Nothing, SurveyFilter
from apps.commands.answer_tables import FORM_COLUMNS, POLL_COLUMNS, SURVEY_COLUMNS
from apps.commands.base import Noun, session
from apps.commands.screen import table
from apps.commands.when import WHEN


@click.group(cls=Noun)
def surveys() -> None:
    """What callers answered in surveys."""


@surveys.command("report", examples="zongji surveys report\nzongji surveys report service --by agent --since 7d")
@click.argument("survey", default="")
@click.option("--by", type=click.Choice(["", "agent", "queue"]), default="", help="Apart by agent or queue.")
@click.option("--since", type=WHEN, help="Answers from then on.")
@click.option("--until", type=WHEN, help="Answers before then.")
def report(survey: str, by: str, since: datetime | None, until: datetime | None) -> None:
    """How each question was answered."""
    result = session().call(catalogue.SURVEYS_REPORT, SurveyFilter(survey, by, since, until))
    session().show(result, lambda: table(SURVEY_COLUMNS, result.rows, "No answers."))


@click.group(cls=Noun)
def polls() -> None:
    """Votes of callers: list, show."""


@polls.command("list", examples="zongji polls list")
def list_polls() -> None:
    """All polls, as they stand."""
    result = session().call(catalogue.POLLS_LIST, Nothing())
    session().show(result, lambda: table(POLL_COLUMNS, result.polls, "No votes."))


@polls.command("show", examples="zongji polls show best-song")
@click.argument("poll")
def show_poll(poll: str) -> None:
    """One poll, as it stands."""
    result = session().call(catalogue.POLLS_SHOW, ByPoll(poll))
    session().show(result, lambda: table(POLL_COLUMNS, [result], ""))


@click.group(cls=Noun)
def forms() -> None:
    """Forms that callers filled in by voice and keys."""


@forms.command("list", examples="zongji forms list\nzongji forms list order --since today --json")
@click.argument("form", default="")
@click.option("--since", type=WHEN, help="From then on.")
@click.option("--until", type=WHEN, help="Before then.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
def list_forms(form: str, since: datetime | None, until: datetime | None, limit: int) -> None:
    """Filled forms, newest first."""
    result = session().call(catalogue.FORMS_LIST, FormFilter(form, since, until, limit))
    session().show(result, lambda: table(FORM_COLUMNS, result.forms, "No forms."))
