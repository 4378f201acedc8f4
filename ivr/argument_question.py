"""The kinds of argument of steps that ask several things: plain names, questions, choices. Answers go to the books."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from ivr import speech
from ivr.argument import KEYS, NAME, Kind, Number, Reading, Seconds, nearest, noun, shown
from ivr.argument_speech import Speech
from ivr.document import Place, Value
from ivr.template import Template


class Word(Kind):
    """The name of a survey, form or poll: what its answers are found by."""

    word = "small letters, digits, _ and -"

    def read(self, reading: Reading, value: Value, place: Place) -> str:
        text = self.text(reading, value, place)
        if text is None:
            return ""
        if not NAME.fullmatch(text):
            reading.wrong(place, f"{text!r} cannot be a name", "Use small letters, digits, _ and -.")
            return ""
        return text


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask. Answered by a key of `keys`, by so many `digits` (up to #), or spoken for `record` seconds."""

    name: str
    say: speech.Speech
    keys: str = ""
    digits: int = 0
    record: float = 0.0


class Questions(Kind):
    """Questions by name, in order."""

    holds_speech: ClassVar[bool] = True
    blank: tuple[Question, ...] = ()
    ANSWERS: Mapping[str, str] = MappingProxyType(
        {"keys": "one of these keys", "digits": "so many digits at most", "record": "spoken, so many seconds at most"}
    )

    def __init__(self, *answers: str) -> None:
        self.answers = answers
        """Ways to answer that may be chosen; the first is taken when none is given."""
        ways = "; ".join(f"{answer}: {self.ANSWERS[answer]}" for answer in answers)
        self.word = f"mapping of names to {{say: text, and one of {ways}}}"

    def read(self, reading: Reading, value: Value, place: Place) -> tuple[Question, ...]:
        if not isinstance(value, dict) or not value:
            what = f"{shown(place)} must be a mapping of names to questions, not a {noun(value)}"
            reading.wrong(place, what, 'Write ask: {friendly: {say: "...", keys: "12345"}}.')
            return ()
        return tuple(self.one(reading, name, item, (*place, name)) for name, item in value.items())

    def one(self, reading: Reading, name: str, value: Value, place: Place) -> Question:
        """One question; blanks stand for what is wrong."""
        if not NAME.fullmatch(name):
            reading.wrong(place, f"{name!r} cannot be a name", "Use small letters, digits, _ and -.")
        given: dict[str, Value] = value if isinstance(value, dict) and "say" in value else {"say": value}
        said = Speech().read(reading, given["say"], (*place, "say") if given is value else place)
        chosen = [key for key in given if key != "say"]
        for key in chosen:
            if key not in self.answers:
                reading.wrong((*place, key), f"A question has no {key!r} here", nearest(key, self.answers))
        if len(chosen) > 1:
            reading.wrong(place, f"{name!r} is to be answered in two ways", "Give one.")
        way = next((key for key in chosen if key in self.answers), "")
        where = (*place, way)
        match way:
            case "digits":
                return Question(name, said, digits=Number(1, 32).read(reading, given[way], where))
            case "record":
                return Question(name, said, record=Seconds(1, 3600).read(reading, given[way], where))
            case "keys":
                keys = self.text(reading, given[way], where) or ""
                if not keys or not set(keys) <= set(KEYS):
                    reading.wrong(where, f"{keys!r} are no keys", 'Keys are 0-9, * and #: "12345".')
                return Question(name, said, keys=keys)
            case _ if self.answers[0] == "record":
                return Question(name, said, record=60.0)
            case _:
                return Question(name, said, keys="12345")

    def templates(self, value: Any) -> Iterator[Template]:
        for question in value or ():
            yield from speech.templates(question.say)

    def speeches(self, value: Any) -> Iterator[speech.Speech]:
        for question in value or ():
            yield question.say


class Choices(Kind):
    """What each key stands for."""

    word = "mapping of keys to names"
    blank: Mapping[str, str] = MappingProxyType({})

    def read(self, reading: Reading, value: Value, place: Place) -> Mapping[str, str]:
        if not isinstance(value, dict) or not value:
            mend = 'Write choices: {"1": red, "2": blue}.'
            reading.wrong(place, f"{shown(place)} must be a {self.word}, not a {noun(value)}", mend)
            return self.blank
        found = {}
        for key, item in value.items():
            if not re.fullmatch("[0-9*#]", key):
                reading.wrong((*place, key), f"{key!r} is no key", "A choice has one key: 0-9, * or #.")
            name = self.text(reading, item, (*place, key))
            if name is not None and len(name) > 100:
                reading.wrong((*place, key), "The name of a choice is too long", "Use at most 100 characters.")
            elif name is not None:
                found[key] = name
        if len(set(found.values())) < len(found):
            reading.wrong(place, "Two keys stand for the same", "Name each choice once.")
        return MappingProxyType(found)
