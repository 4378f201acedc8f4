"""What the world answers a simulated call: what the one who asks for it has said, and else that there is no answer.

    https://crm.example=...   a request whose address begins so: a status (404), or the JSON of a good answer
    customers=...             a database: its rows as JSON, [["gold", 7]]; [] for none
    rates.today=...           a function of the site: its result, or `error: ...`

Pure. Nothing is asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ivr.expression_value import text_of
from ivr.lookup import CodeAnswer, HttpAnswer, HttpRequest, SqlAnswer, SqlRequest

ERROR = "error:"


class AnswerError(ValueError):
    """The text is no answer; one sentence."""


@dataclass(frozen=True)
class Answers:
    """What is said, by what the names begin with."""

    said: Mapping[str, str] = field(default_factory=dict)

    def http(self, request: HttpRequest) -> HttpAnswer:
        """The answer to a request."""
        text = next((text for name, text in self.said.items() if request.url.startswith(name)), None)
        if text is None:
            return HttpAnswer("unreachable")
        if len(text) == 3 and text.isascii() and text.isdigit():
            return HttpAnswer(text)
        return HttpAnswer("200", _json(text))

    def sql(self, request: SqlRequest) -> SqlAnswer:
        """The answer of a database."""
        text = self.said.get(request.source)
        if text is None:
            return SqlAnswer("failed")
        rows = _json(text)
        rows = rows if isinstance(rows, list) else [rows]
        found = tuple(tuple(map(text_of, row if isinstance(row, list) else [row])) for row in rows)
        return SqlAnswer("found" if found else "none", found)

    def code(self, function: str) -> CodeAnswer:
        """What a function gives."""
        text = self.said.get(function)
        if text is None:
            return CodeAnswer("not run on paper")
        if text.startswith(ERROR):
            return CodeAnswer(text.removeprefix(ERROR).strip() or "an error")
        return CodeAnswer(value=text)


def parse(texts: Sequence[str]) -> Answers:
    """The answers that these texts say. Raises AnswerError."""
    said = {}
    for text in texts:
        name, equals, answer = text.partition("=")
        if not equals or not name.strip():
            raise AnswerError(f"{text!r} is not NAME=ANSWER")
        said[name.strip()] = answer.strip()
    return Answers(said)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
