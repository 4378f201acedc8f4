"""The kind of argument that asks who answered: yes or no, or by which lengths.

The names are those of Asterisk's `AMD()`, and of those who followed it; lengths are whole ms, as there.

Deliberately absent: what they do (media/answer.py), and what a site has for all calls (apps/model_switch.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ivr.argument import FALSE, TRUE, Kind, Number, Reading, nearest, noun, shown
from ivr.document import Place, Value

LIMITS: Mapping[str, tuple[int, int]] = {
    "initial_silence": (100, 60_000),
    "greeting": (100, 60_000),
    "after_greeting_silence": (100, 60_000),
    "total_analysis_time": (500, 120_000),
    "min_word_length": (20, 5000),
    "between_words_silence": (20, 5000),
    "maximum_number_of_words": (1, 1000),
    "maximum_word_length": (100, 60_000),
    "silence_threshold": (0, 32_767),
}
"""Least and most of each; ms, but for the words and the last one, a mean absolute sample."""

Lengths = Mapping[str, int]
NOTHING_OWN: Lengths = MappingProxyType({})


class Answering(Kind):
    """Whether to listen for who answered, and by which lengths of its own; None for not at all."""

    word = "true, false, or lengths in ms"
    blank: Lengths | None = None

    def read(self, reading: Reading, value: Value, place: Place) -> Lengths | None:
        if isinstance(value, dict):
            return self._lengths(reading, value, place)
        if isinstance(value, str) and value.lower() in TRUE + FALSE:
            return NOTHING_OWN if value.lower() in TRUE else None
        said = repr(value) if isinstance(value, str) else f"a {noun(value)}"
        reading.wrong(place, f"{shown(place)} is {said}", "Write true, false, or lengths: {greeting: 1800}.")
        return None

    def _lengths(self, reading: Reading, value: Mapping[str, Value], place: Place) -> Lengths:
        found = {}
        for name, item in value.items():
            where = (*place, name)
            if name not in LIMITS:
                reading.wrong(where, f"There is no length {name!r}", nearest(name, LIMITS))
                continue
            found[name] = Number(*LIMITS[name]).read(reading, item, where)
        return MappingProxyType(found)
