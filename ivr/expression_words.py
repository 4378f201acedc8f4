"""The text of an expression, cut into words with their columns.

Pure. Deliberately absent: what the words mean together (expression.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ivr.expression_value import Number

MAX_LENGTH = 1000
"""Longest expression [characters]."""
UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600}
KEYWORDS = frozenset(("and", "or", "not", "in", "true", "false"))
MEANT = {
    "=": ("a single =", "Write == to compare."),
    "&&": ("&&", "Write and."),
    "&": ("&", "Write and."),
    "||": ("||", "Write or."),
    "|": ("|", "Write or."),
    "!": ("!", "Write not."),
    "<>": ("<>", "Write !=."),
    "=>": ("=>", "Write >=."),
    "=<": ("=<", "Write <=."),
    "{": ("{", "Names stand here without braces: caller, not {caller}."),
    "}": ("}", "Names stand here without braces: caller, not {caller}."),
}
"""What people write in other languages."""
_WORD = re.compile(
    r"""(?P<space>\s+)
    | (?P<number>[0-9]+(\.[0-9]+)?(?P<unit>[A-Za-z]*)) (?![A-Za-z0-9_.])
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?)
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<sign>==|!=|<=(?!>)|>=|&&|\|\||<>|=>|=<|[-+*/<>()\[\],=&|!{}])
    """,
    re.VERBOSE,
)
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}(\.[a-z_][a-z0-9_]{0,40})?")


class ExpressionError(ValueError):
    """An expression cannot be read. `str` is a part of a sentence, with the column; `mend` says how to put it right."""

    def __init__(self, column: int, what: str, mend: str = "") -> None:
        self.column, self.what, self.mend = column, what, mend
        super().__init__(f"at column {column}: {what}")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its kind (number, name, text, sign, end; a keyword is a sign), its text and its column from 1."""

    kind: str
    text: str
    column: int
    number: Number = 0


def words(text: str) -> list[Word]:
    """The words of an expression, with an end. Raises ExpressionError."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(MAX_LENGTH, f"it is longer than {MAX_LENGTH} characters", "Split it.")
    found: list[Word] = []
    at = 0
    while at < len(text):
        column = at + 1
        match = _WORD.match(text, at)
        if match is None:
            raise _unknown(text, at)
        at = match.end()
        word = match[0]
        if match["space"]:
            continue
        if match["number"]:
            found.append(Word("number", word, column, _number(word, match["unit"], column)))
        elif match["name"]:
            if word in KEYWORDS:
                found.append(Word("sign", word, column))
            elif _NAME.fullmatch(word):
                found.append(Word("name", word, column))
            else:
                mend = (
                    f"Write {word.lower()}." if word.lower() in KEYWORDS else "Names are small letters, digits and _."
                )
                raise ExpressionError(column, f"{word} is no name", mend)
        elif match["text"]:
            found.append(Word("text", word[1:-1], column))
        elif word in MEANT:
            what, mend = MEANT[word]
            raise ExpressionError(column, f"{what} is not known here", mend)
        else:
            found.append(Word("sign", word, column))
    found.append(Word("end", "", len(text) + 1))
    return found


def _number(word: str, unit: str, column: int) -> Number:
    plain = word[: len(word) - len(unit)]
    if len(plain) > 15:
        raise ExpressionError(column, f"{word} is too long for a number", 'A telephone number is a text: "86...".')
    if unit and unit not in UNITS:
        raise ExpressionError(column, f"{unit!r} is no unit of time", "Known are s, m and h: 90s, 5m, 2h.")
    value = float(plain) if "." in plain else int(plain)
    return value * UNITS.get(unit, 1)


def _unknown(text: str, at: int) -> ExpressionError:
    char = text[at]
    if char in "\"'":
        return ExpressionError(at + 1, "the text that begins here has no end", f"Close it with {char}.")
    if char in "“”‘’＂":
        return ExpressionError(at + 1, f"{char} is no quote here", "Write \" or '.")
    if char.isascii() and char.isdigit():
        mend = 'Times of day, dates and numbers with other signs are texts: "18:00".'
        return ExpressionError(at + 1, "this is no number", mend)
    if not char.isprintable():
        return ExpressionError(at + 1, f"a character {char!r} that cannot be seen", "Take it out.")
    return ExpressionError(at + 1, f"{char!r} is not known here", 'Other texts than names need quotes: "...".')
