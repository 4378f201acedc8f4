"""What a caller keys, from one text: "1", "2001#1", "1 - 2", "1@14.5".

    1 2001# *    each key as soon as a question has been heard out and a key is waited for
    -            lets one wait for a key go by, as who thinks or has fallen silent
    12@14.5      keyed 14.5 seconds after the call was answered, whatever is being said; digits 0.2 s apart

Spaces and commas only part. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ivr.argument import KEYS

MAX_KEYS = 500
BETWEEN_S = 0.2
"""Between two keys of a timed group: quick fingers."""
_TOKEN = re.compile(r"\s*,?\s*(?:([0-9*#]+)@([0-9]{1,5}(?:\.[0-9]{1,3})?)(?=[\s,]|$)|([0-9*#])|(-))")


class KeysError(ValueError):
    """The text cannot be read; one sentence."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a caller will key."""

    asked: tuple[str, ...] = ()
    """In order, as keys are waited for; "" lets a wait go by."""
    timed: tuple[tuple[float, str], ...] = ()
    """(seconds after the answer, key), in order of time."""

    @classmethod
    def of(cls, keys: Sequence[tuple[str, float | None]]) -> Keys:
        """From pairs: a key, and when it is keyed; None: as soon as one is waited for."""
        asked = tuple(key for key, at in keys if at is None)
        return cls(asked, tuple(sorted((at, key) for key, at in keys if at is not None)))


def parse(text: str) -> Keys:
    """The keys that a text means. Raises KeysError."""
    asked: list[str] = []
    timed: list[tuple[float, str]] = []
    at = 0
    text = text.strip(" ,")
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise KeysError(
                f"{text[at : at + 10]!r} is no key: keys are {KEYS}, - lets a question pass, 1@14.5 is timed"
            )
        at = token.end()
        group, when, key, _ = token.groups()
        if group:
            timed += [(float(when) + index * BETWEEN_S, digit) for index, digit in enumerate(group)]
        else:
            asked.append(key or "")
        if len(asked) + len(timed) > MAX_KEYS:
            raise KeysError(f"More than {MAX_KEYS} keys")
    return Keys(tuple(asked), tuple(sorted(timed)))
