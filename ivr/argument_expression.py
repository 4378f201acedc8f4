"""The kinds of argument that are worked out in a call: conditions, values, variables with their values.

A condition and a value are expressions (expression.py) over the script's variables. A variable's value is a text with
{variables}, or `{value: ...}`, an expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from ivr.argument import Kind, Reading, noun, shown, template
from ivr.argument_name import variable
from ivr.document import Place, Value
from ivr.expression import Expression, ExpressionError, Type
from ivr.expression import condition as parse_condition
from ivr.expression import parse as parse_value
from ivr.hours import WEEKDAYS
from ivr.template import Template


class _Names(dict[str, Type]):
    """What is known of a script's variables before a call: all are texts, and may be numbers, but for these."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Type:
        return Type.ANY


NAMES: Mapping[str, Type] = _Names(dict.fromkeys(("date", "time", "weekday", "language", "call_id"), Type.TEXT))
WORDS: Mapping[str, tuple[str, ...]] = {
    "weekday": WEEKDAYS,
    "queue_status": ("connected", "timed out", "no agents", "full", "closed", "turned away", "overflow", "removed", ""),
    "dial_status": (
        *("answered", "busy", "no answer", "declined", "unreachable", "unknown number", "failed", "machine", ""),
    ),
    "answered_by": ("human", "machine", "silence", "not_sure", ""),
    "sql_status": ("found", "none", "timed out", "failed", ""),
}
"""All that these variables can be; empty when their verb has not run."""
MEMORY_NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}")
NOTHING = parse_value('""')


class Worth(Kind):
    """An expression."""

    word = "expression"
    blank = NOTHING

    def read(self, reading: Reading, value: Value, place: Place) -> Expression:
        text = self.text(reading, value, place)
        if text is None:
            return self.blank
        try:
            return self.parse(text, {**WORDS, "language": reading.known.languages})
        except ExpressionError as error:
            reading.wrong(place, f"In {shown(place)}, {error}", error.mend)
            return self.blank

    def parse(self, text: str, words: Mapping[str, tuple[str, ...]]) -> Expression:
        return parse_value(text, NAMES, words)

    def names(self, value: Any) -> Iterator[str]:
        if value is not None:
            yield from sorted(value.names)


class Condition(Worth):
    """An expression that is true or false."""

    word = "condition"

    def parse(self, text: str, words: Mapping[str, tuple[str, ...]]) -> Expression:
        return parse_condition(text, NAMES, words)


Worked = Template | Expression
"""What a variable is set to."""


class Assignments(Kind):
    """Names and what they are set to."""

    word = "mapping of variables to texts"
    blank: Mapping[str, Worked] = MappingProxyType({})
    example = 'Write {wanted: "{digits}"}.'

    def read(self, reading: Reading, value: Value, place: Place) -> Mapping[str, Worked]:
        if not isinstance(value, dict) or not value:
            reading.wrong(place, f"{shown(place)} needs a {self.word}, not a {noun(value)}", self.example)
            return self.blank
        found: dict[str, Worked] = {}
        for name, item in value.items():
            where = (*place, name)
            worked = self.one(reading, name, item, where)
            if self.name(reading, name, where) and worked is not None:
                found[name] = worked
        return MappingProxyType(found)

    def name(self, reading: Reading, name: str, place: Place) -> bool:
        """Whether this may be set; notes the mistake when not."""
        return variable(reading, name, place)

    def one(self, reading: Reading, name: str, value: Value, place: Place) -> Worked | None:
        """What it is set to; None after noting a mistake."""
        if isinstance(value, dict) and set(value) == {"value"}:
            return Worth().read(reading, value["value"], (*place, "value"))
        if not isinstance(value, str):
            mend = 'Write a text, or {value: "count + 1"}.'
            reading.wrong(place, f"{name!r} must be a text, not a {noun(value)}", mend)
            return None
        return template(reading, value, place)

    def templates(self, value: Any) -> Iterator[Template]:
        yield from (item for item in (value or {}).values() if isinstance(item, Template))

    def names(self, value: Any) -> Iterator[str]:
        yield from super().names(value)
        for item in (value or {}).values():
            if isinstance(item, Expression):
                yield from sorted(item.names)


class Remembered(Assignments):
    """What is kept of a caller."""

    word = "mapping of names to texts"
    example = 'Write remember: {city: "{digits}"}.'

    def name(self, reading: Reading, name: str, place: Place) -> bool:
        if not MEMORY_NAME.fullmatch(name):
            reading.wrong(
                place, f"{name!r} cannot be the name of what is remembered", "Use small letters, digits and _."
            )
            return False
        reading.names_set.add(f"caller.{name}")
        return True
