"""Callers whom the site knows to be important: by number, or by what the call's script found out.

Deliberately absent: what priority and a named agent lead to (acd).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from apps.fields import Entry, Name, Seconds, one_or_more, text, whole, wrong
from ivr.expression import Expression, ExpressionError, condition
from ivr.pattern import Pattern, PatternError, parse


def _pattern(value: object) -> Pattern:
    given = text(value)
    try:
        return parse(given)
    except PatternError as error:
        mend = 'Write it as in the dialplan: "13800138000", "139XXXXXXXX", "86*".'
        raise wrong(f"is no pattern of numbers: {error}", mend) from None


def _condition(value: object) -> Expression:
    try:
        return condition(text(value))
    except ExpressionError as error:
        raise wrong(f"cannot be read {error}", error.mend or 'Write it as in level == "gold".') from None


class VipEntry(Entry):
    """One kind of important caller; the first that fits counts. `number` or `when`, or both."""

    number: Annotated[tuple[Annotated[Pattern, BeforeValidator(_pattern)], ...], BeforeValidator(one_or_more)] = ()
    """Patterns, as in the dialplan; any of them."""
    when: Annotated[Expression | None, BeforeValidator(_condition)] = None
    """Over caller, called, trunk, extension, language, queue, and the variables that the call's script has set."""
    queues: Annotated[tuple[Name, ...], BeforeValidator(one_or_more)] = ()
    """In these alone; empty: in all."""
    priority: Annotated[int, BeforeValidator(whole(-1000, 1000))] = 0
    """Added to the `queue` step's."""
    agent: Name | None = None
    """Whom such a caller is given to, if free."""
    agent_wait_s: Seconds = Field(default=0.0, alias="agent_wait")
    """How long they wait for that agent alone."""

    def fits(self, number: str, queue: str, facts: Mapping[str, str]) -> bool:
        """Whether it is about this caller."""
        if self.queues and queue not in self.queues:
            return False
        if self.number and not any(pattern.match(number) is not None for pattern in self.number):
            return False
        return self.when is None or self.when.holds(facts)


def vip(entries: Iterable[VipEntry], number: str, queue: str, facts: Mapping[str, str]) -> VipEntry | None:
    """The entry that counts for a caller; None: nobody in particular."""
    return next((entry for entry in entries if entry.fits(number, queue, facts)), None)
