"""Numbers as people and trunks write them: brought to one form, matched by patterns (RFC 3966, E.123, E.164).

One form: digits, `*`, `#`, letters of alphabetic extensions, and a leading `+` for an international number.
Patterns: `X` 0-9, `Z` 1-9, `N` 2-9, `[2-5]` a choice, a final `*` or `.` for anything after (`.`: at least one),
everything else for itself; `/.../` is a regular expression that must match the whole number.

Pure. Deliberately absent: where a number leads (route.py), which trunk takes it (trunk.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

MAX_LENGTH = 64

_SEPARATORS = str.maketrans("", "", " -.()/\t\u00a0")
_NUMERIC = re.compile(r"\+?[0-9*#A-Da-d ().\-/\u00a0]+\Z", re.ASCII)
_CHOICE = re.compile(r"\[\^?[0-9*#\-]+\]", re.ASCII)
_CLASSES = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]"}


class PatternError(ValueError):
    """The pattern cannot be understood; the text is one sentence that says why."""


def dialled(user: str) -> str:
    """The number in a SIP user part, in our one form; "" when there is none.

    Parameters in the user part (`;phone-context=`) and visual separators go (RFC 3966 5.1.1); a name stays as it is.
    """
    text = unquote(user).partition(";")[0].strip()[:MAX_LENGTH]
    return text.translate(_SEPARATORS) if _NUMERIC.match(text) else text


def compile_pattern(text: str) -> re.Pattern[str]:
    """A pattern that `fullmatch`es numbers; raises `PatternError`."""
    if not text:
        raise PatternError("the pattern is empty")
    if text.startswith("/"):
        if len(text) < 3 or not text.endswith("/"):
            raise PatternError("a regular expression stands between two slashes: /^86.*/")
        try:
            return re.compile(text[1:-1])
        except re.error as error:
            raise PatternError(f"the regular expression is wrong: {error}") from None
    return re.compile("".join(_pieces(text)))


def _pieces(text: str) -> list[str]:
    pieces, at = [], 0
    while at < len(text):
        sign = text[at]
        if sign == "[":
            match = _CHOICE.match(text, at)
            if match is None:
                raise PatternError(f"the choice at {text[at:]!r} is not of the form [2-5]")
            pieces.append(match[0])
            at = match.end()
            continue
        if at == len(text) - 1 and at > 0 and sign in "*.":
            pieces.append(".*" if sign == "*" else ".+")
        else:
            pieces.append(_CLASSES.get(sign, re.escape(sign)))
        at += 1
    try:
        re.compile("".join(pieces))
    except re.error as error:
        raise PatternError(f"the pattern is wrong: {error}") from None
    return pieces


@dataclass(frozen=True, slots=True)
class Country:
    """How a country dials."""

    code: str
    """Without +: "86"."""
    national_prefix: str = "0"
    international_prefix: str = "00"


def international(number: str, country: Country) -> str | None:
    """`number` (in our form) as E.164 with `+`; None when it is neither national nor international: an extension."""
    if number.startswith("+"):
        found = number[1:]
    elif country.international_prefix and number.startswith(country.international_prefix):
        found = number[len(country.international_prefix) :]
    elif country.national_prefix and number.startswith(country.national_prefix):
        found = country.code + number[len(country.national_prefix) :]
    else:
        return None
    # E.164 6: at most 15 digits.
    return f"+{found}" if found.isascii() and found.isdigit() and 3 <= len(found) <= 15 else None
