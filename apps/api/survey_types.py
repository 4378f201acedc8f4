"""What callers answered, as the socket API gives it: surveys, polls, forms.

What holds for every record is said in types.py.
Deliberately absent: how any of it is found out.
"""

from __future__ import annotations

from msgspec import Struct

from apps.api.instants import At


class SurveyRow(Struct, frozen=True):
    """How one question of a survey was answered."""

    survey: str
    question: str
    answers: int
    counts: dict[str, int]
    """By key."""
    mean: float | None = None
    """Of the keys that are digits; null: none is."""
    who: str = ""
    """The agent or queue, when asked apart by these; empty: no agent, no queue."""


class SurveyReport(Struct, frozen=True):
    """By survey, question and who."""

    rows: list[SurveyRow]


class PollInfo(Struct, frozen=True):
    """A poll as it stands."""

    poll: str
    votes: int
    counts: dict[str, int]
    """By choice, the most voted first."""


class PollList(Struct, frozen=True):
    """By name."""

    polls: list[PollInfo]


class FormAnswer(Struct, frozen=True):
    """One answer."""

    question: str
    value: str
    """The keys, or the absolute path of what was said."""
    spoken: bool = False
    length_ms: int = 0


class FormRecord(Struct, frozen=True):
    """A form that a caller has filled in, also in part."""

    form: str
    call_id: str
    caller: str
    at: At
    answers: list[FormAnswer]


class Forms(Struct, frozen=True):
    """Newest first."""

    forms: list[FormRecord]
