"""What callers answered: surveys, polls, forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from apps.api import params as p
from apps.api import types as t
from apps.api.protocol import not_found

if TYPE_CHECKING:
    from apps.house import House


class Answers:
    """Methods about answers."""

    def __init__(self, house: House) -> None:
        self._house = house

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {
            "surveys.report": self.surveys,
            "polls.list": self.polls,
            "polls.show": self.poll,
            "forms.list": self.forms,
        }

    async def surveys(self, asked: p.SurveyFilter) -> t.SurveyReport:
        rows = await self._house.answers.report(asked.survey, asked.by, asked.since, asked.until)
        return t.SurveyReport(rows)

    async def polls(self, _: p.Nothing) -> t.PollList:
        return t.PollList([await self._poll(name) for name in await self._house.polls.names()])

    async def poll(self, asked: p.ByPoll) -> t.PollInfo:
        found = await self._poll(asked.poll)
        if not found.votes:
            raise not_found("poll", asked.poll, "zongji polls list shows those with votes.")
        return found

    async def _poll(self, name: str) -> t.PollInfo:
        poll = await self._house.polls.poll(name)
        return t.PollInfo(name, len(poll.voted), dict(poll.counts.most_common()))

    async def forms(self, asked: p.FormFilter) -> t.Forms:
        return t.Forms(await self._house.answers.forms(asked.form, asked.since, asked.until, asked.limit))
