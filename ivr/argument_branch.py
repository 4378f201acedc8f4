"""The kinds of argument that lead somewhere: branches of steps, keys of a menu, targets of a goto.

A branch is a script's or label's name, one step, a list of steps, or one of two words: `continue` goes on with the
next step, `repeat` runs the menu or gather around it once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from ivr.argument import KEYS, Kind, Reading, noun, shown
from ivr.document import Place, Value
from ivr.verb import Block


class Branch(Kind):
    """Steps to take in one case."""

    holds_branches: ClassVar[bool] = True
    word = "branch"
    blank: Block = ()

    def read(self, reading: Reading, value: Value, place: Place) -> Block:
        return reading.branch(reading, value, place)

    def branches(self, name: str, value: Any) -> Iterator[tuple[str, Block]]:
        yield name, value


class Keys(Kind):
    """What each key leads to."""

    holds_branches: ClassVar[bool] = True
    word = "mapping of keys to branches"
    blank: Mapping[str, Block] = MappingProxyType({})

    def read(self, reading: Reading, value: Value, place: Place) -> Mapping[str, Block]:
        if not isinstance(value, dict):
            reading.wrong(place, f"{shown(place)} must be a {self.word}, not a {noun(value)}", 'Write "1": sales.')
            return self.blank
        if not value:
            reading.wrong(place, f"{shown(place)} is empty", "A menu without keys leads nowhere.")
        found = {}
        for key, item in value.items():
            where = (*place, key)
            if not key or len(key) > 8 or not set(key) <= set(KEYS):
                mend = 'Keys are 0-9, * and #; * and # need quotes: "*".'
                reading.wrong(where, f"{key!r} cannot be keyed on a telephone", mend)
                continue
            found[key] = reading.branch(reading, item, where)
        return MappingProxyType(found)

    def branches(self, name: str, value: Any) -> Iterator[tuple[str, Block]]:
        yield from value.items()


class Cases(Kind):
    """What each value leads to."""

    holds_branches: ClassVar[bool] = True
    word = "mapping of values to branches"
    blank: Mapping[str, Block] = MappingProxyType({})

    def read(self, reading: Reading, value: Value, place: Place) -> Mapping[str, Block]:
        if not isinstance(value, dict) or not value:
            mend = 'Write {"1": sales, "": service}.'
            reading.wrong(place, f"{shown(place)} must be a {self.word}, not a {noun(value)}", mend)
            return self.blank
        return MappingProxyType({key: reading.branch(reading, item, (*place, key)) for key, item in value.items()})

    def branches(self, name: str, value: Any) -> Iterator[tuple[str, Block]]:
        yield from value.items()


class Target(Kind):
    """A script, a label of the same script, or script.label."""

    word = "script, label, or script.label"

    def read(self, reading: Reading, value: Value, place: Place) -> str:
        text = self.text(reading, value, place)
        if text in ("continue", "repeat"):
            reading.wrong(place, f'"{text}" is a branch, not a target', f'Write "{text}" in place of the goto.')
        return text or ""

    def targets(self, value: Any) -> Iterator[str]:
        if value:
            yield value
