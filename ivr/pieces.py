"""Texts put together from recorded words: two files, 二十 and 一, say 二十一.

A recording is named by what it says: prompts/zh/spoken/二十.wav, prompts/en/spoken/you-are-number.wav. A text is said
by recordings only when they cover all of it, in as few pieces as can be: a voice that changes in the middle of a
sentence helps nobody.

Pure. Deliberately absent: finding the files (prompts.py), numbers as words (spoken.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = "spoken"
LONGEST = 60
"""Words of the longest recording that is looked for."""
_WORD = re.compile(r"[A-Za-z0-9']+|[^\W_]")
"""A run of Latin letters and digits, or one other letter: a Chinese character is a word."""

Words = tuple[str, ...]


def words(text: str) -> Words:
    """The words of a text or of a file's name, without case and signs."""
    return tuple(found[0].lower() for found in _WORD.finditer(text))


def pieces(files: Iterable[Path]) -> Pieces:
    """The recorded words that these files are."""
    found = {said: path for path in files if (said := words(path.stem))}
    return Pieces(found, min(max(map(len, found), default=0), LONGEST))


@dataclass(frozen=True)
class Pieces:
    """The recorded words of one language."""

    files: Mapping[Words, Path]
    longest: int

    def cover(self, text: str) -> list[Path] | None:
        """The files that say the text, one after another; None when some word of it was not recorded."""
        said = words(text)
        if not said or not self.files:
            return None
        # fewest[i]: (pieces, where the last of them begins) for the first i words; no entry when they cannot be said.
        fewest: dict[int, tuple[int, int]] = {0: (0, 0)}
        for end in range(1, len(said) + 1):
            ways = [
                (fewest[start][0] + 1, start)
                for start in range(max(0, end - self.longest), end)
                if start in fewest and said[start:end] in self.files
            ]
            if ways:
                fewest[end] = min(ways)
        if len(said) not in fewest:
            return None
        found: list[Path] = []
        end = len(said)
        while end:
            start = fewest[end][1]
            found.append(self.files[said[start:end]])
            end = start
        return found[::-1]
