"""What the values of expressions are, and how one is taken for another. Everything here is total.

A value is a text, a number, true or false, several texts, or nothing (None): a name that nobody set, a sum of what is
no number, a division by nothing. Pure. Deliberately absent: operators (expression_parts.py), reading (expression.py).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

Value = str | int | float | Collection[str] | None
"""bool is an int to Python, but no number here."""
Facts = Mapping[str, Value]
Number = int | float

LIMIT = 10**15
"""Beyond this, either way, arithmetic gives nothing: no number of a telephone call is larger, and floats are exact."""
FALSE = frozenset(("", "0", "false", "no", "off"))
"""Texts that are not true."""
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")


class Type(StrEnum):
    """What is known of a value before any call."""

    TEXT = "text"
    """A text that is no number: a time, a word."""
    NUMBER = "number"
    TRUTH = "condition"
    LIST = "list"
    ANY = "anything"
    """Known only when it is there: a caller's digits are a text and may be a number."""


def number_of(value: Value) -> Number | None:
    """The number that a value is, or that a text spells; None for everything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return value if -LIMIT <= value <= LIMIT else None
    if isinstance(value, str) and (found := _NUMBER.fullmatch(value)):
        return float(value) if found[1] else int(value)
    return None


def text_of(value: Value) -> str:
    """The text of a value: nothing is empty, a number has no needless zeros, several texts have commas between."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # Python refuses to write numbers of thousands of digits; nobody could hear one either.
        return str(value) if value.bit_length() < 4096 else ""
    if isinstance(value, float):
        if not -LIMIT <= value <= LIMIT:
            return str(value)
        said = f"{value:.6f}".rstrip("0").rstrip(".")
        return "0" if said == "-0" else said
    return ",".join(sorted(value))


def truth_of(value: Value) -> bool:
    """Whether a value counts as true: not nothing, not 0, not empty, not the word false, no or off."""
    if isinstance(value, str):
        return value not in FALSE
    return bool(value)
