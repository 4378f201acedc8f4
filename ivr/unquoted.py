"""Star codes without quotes: YAML takes *8 for an alias and what begins with # for a comment.

The parser's own words for that name neither, and often a line far below. So the text itself is looked at: where a
value or key begins with a star or hash followed by what can be keyed.

Pure. Deliberately absent: reading YAML (document.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ivr.words import Mistake

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_COMMENT = re.compile(r"(?:^|\s)#(?=\s|$).*")
_BEGINS = r"(?:^\s*(?:-\s+)*|[\[{,]\s*|:\s+(?:-\s+)*)"
_STAR = re.compile(_BEGINS + r"(\*[0-9*#]*)(?=[\s:,\]}]|$)")
_HASH = re.compile(r"(?:[\[{]|[\[{,:]\s+|-\s+)(#[0-9*#]*)(?=[\s:,\]}]|$)")
_KEY = re.compile(r"^\s*(#(?:[*#][0-9*#]*)?):\s+\S")


def in_broken(text: str, file: str, line: int) -> list[Mistake]:
    """Why a text is no YAML, when star codes without quotes are why; `line`: where the parser gave up."""
    found: list[Mistake] = []
    hashed: list[Mistake] = []
    for number, plain in _lines(text):
        for code in _STAR.findall(plain):
            found.append(_mistake(file, number, code, "an alias"))
        if number <= line:
            hashed += [_mistake(file, number, code, "a comment") for code in _HASH.findall(plain)]
    return found or hashed[-1:]


def in_sound(text: str, file: str) -> Iterator[Mistake]:
    """Keys that YAML took for comments in a text that is YAML all the same."""
    for number, plain in _lines(text):
        key = _KEY.match(plain)
        if key is not None:
            what = f"{key[1]} is not in quotes: the line is a comment, and no key"
            yield Mistake(file, number, what, f'Write "{key[1]}": if it is meant.', warning=True)


def _mistake(file: str, line: int, code: str, taken_for: str) -> Mistake:
    return Mistake(file, line, f"{code} is not in quotes: YAML takes it for {taken_for}", f'Write "{code}".')


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines, quoted pieces blanked and plain comments left out."""
    for number, line in enumerate(text.splitlines(), start=1):
        if "*" in line or "#" in line:
            yield number, _COMMENT.sub("", _QUOTED.sub('""', line))
