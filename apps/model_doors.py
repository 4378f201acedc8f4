"""queues.yaml: what a queue answers to callers whom it does not serve, and the conditions under which it does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from acd.door import Door
from acd.facts import BROUGHT, OF_CALLER, OF_QUEUE
from apps.fields import Entry, Extension, Name, Text, YesNo, one_of, text, wrong
from ivr.expression import Expression, ExpressionError, Type, condition
from ivr.hours import WEEKDAYS

Texts = dict[Name, Text]
"""A text in each language."""
FACTS: Mapping[str, Type] = {
    **dict.fromkeys((*OF_QUEUE, *OF_CALLER), Type.NUMBER),
    **dict.fromkeys(("time", "date", "weekday"), Type.TEXT),
    "open": Type.TRUTH,
    **dict.fromkeys(BROUGHT, Type.ANY),
}
"""All that a condition may ask for, beside the queue's `attributes`."""
WORDS = {"weekday": WEEKDAYS}


def check(text: str, attributes: Iterable[str]) -> Expression:
    """The condition, held against the facts there are; raises `ExpressionError`."""
    return condition(text, {**dict.fromkeys(attributes, Type.ANY), **FACTS}, WORDS)


def _condition(value: object) -> Expression:
    try:
        return condition(text(value))
    except ExpressionError as error:
        raise wrong(f"cannot be read {error}", error.mend or 'Write it as in "waiting > 10".') from None


Conditional = Annotated[Expression | None, BeforeValidator(_condition)]


class Then(Entry):
    """Where a caller goes: exactly one of these."""

    goto: Text | None = None
    """A script, or `script.label`, of the dialplan."""
    queue: Name | None = None
    dial: Text | None = None
    voicemail: Extension | None = None
    hangup: Annotated[str | None, BeforeValidator(one_of("normal", "busy", "declined", "unknown number"))] = None
    keep_place: YesNo = False
    """With `queue`: stands there as if it had been joined when the first was, with the same priority."""

    @model_validator(mode="after")
    def _one(self) -> Then:
        if len(self.given) != 1:
            raise wrong("must say exactly one thing", "Write one of: goto, queue, dial, voicemail, hangup.")
        if self.keep_place and self.queue is None:
            raise wrong("keeps a place in no queue", "Write keep_place beside queue alone.")
        return self

    @property
    def given(self) -> tuple[tuple[str, str], ...]:
        """What is said, as (verb, value)."""
        pairs = (
            ("goto", self.goto),
            ("queue", self.queue),
            ("dial", self.dial),
            ("voicemail", self.voicemail),
            ("hangup", self.hangup),
        )
        return tuple((verb, value) for verb, value in pairs if value is not None)

    @property
    def verb(self) -> str:
        return self.given[0][0]

    @property
    def value(self) -> str:
        return self.given[0][1]


class Answer(Entry):
    """What the queue says to a caller it cannot serve, and where they go then."""

    say: Texts = Field(default_factory=dict)
    then: Then | None = None
    """None: the dialplan goes on after its `queue` step."""


class DoorEntry(Answer):
    """The same for whoever meets a condition: `if` it holds, or `unless` it does."""

    when: Conditional = Field(default=None, alias="if")
    unless: Conditional = None

    @property
    def given_conditions(self) -> tuple[tuple[str, Expression], ...]:
        """What is said, by key; one in a site that has no mistake."""
        pairs = (("if", self.when), ("unless", self.unless))
        return tuple((key, condition) for key, condition in pairs if condition is not None)

    @property
    def door(self) -> Door:
        ((key, condition),) = self.given_conditions
        return Door(condition, key == "unless")
