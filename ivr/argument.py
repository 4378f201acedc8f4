"""The kinds of argument a verb can have: how each is read from YAML, checked, and named in the manual.

A kind reads one value at its place in a document. What is wrong goes into the document's mistakes, and the kind's
`blank` stands in, so that one mistake never hides another.

Deliberately absent: kinds that hold texts or steps (argument_speech.py, argument_branch.py).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from ivr.document import Document, Place, Value
from ivr.template import Template, TemplateError
from ivr.template import parse as parse_template
from ivr.words import Known

if TYPE_CHECKING:
    from ivr.verb import Block

KEYS = "0123456789*#"
NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,39}")
RESERVED = ("called", "caller", "caller_name", "trunk", "extension", "call_id", "date", "time", "weekday", "rest")
"""Variables that the switch sets and a script cannot."""
TRUE, FALSE = ("true", "yes", "on"), ("false", "no", "off")


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint for a misspelt word: the nearest known one, or all when they are few, else nothing."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{near[0]}"?'
    if not names:
        return ""
    return f"There {'is only' if len(names) == 1 else 'are'} {', '.join(names)}." if len(names) <= 15 else ""


@dataclass(slots=True)
class Reading:
    """One document while it is read, and what the rest of the site has."""

    document: Document
    known: Known
    branch: Callable[[Reading, Value, Place], Block]
    """Reads a branch (`read.branch`)."""
    step: str = ""
    """Name of the step being read; branches are named after it."""
    inside_loop: bool = False
    """Whether a menu or gather is around, that `repeat` can come back to."""
    unread: bool = False
    """Something could not be read as a step, so that what looks unreachable may not be."""
    broken_routes: set[tuple[str, int]] = field(default_factory=set)
    """(file, line) of routes with a mistake: they are not held against others."""
    names_set: set[str] = field(default_factory=set)
    """Variables that some step sets."""

    def wrong(self, place: Place, what: str, mend: str = "") -> None:
        """Note a mistake at a place."""
        self.document.mistake(place, what, mend)


class Kind:
    """One kind of argument."""

    holds_branches: ClassVar[bool] = False
    holds_speech: ClassVar[bool] = False
    secret: ClassVar[bool] = False
    """May hold secrets: what is different in it is not shown."""
    word: str = "text"
    """For the manual: what may be written."""
    blank: Any = ""

    def read(self, reading: Reading, value: Value, place: Place) -> Any:
        """The checked value; `blank` when it is a mistake."""
        raise NotImplementedError

    def branches(self, name: str, value: Any) -> Iterator[tuple[str, Block]]:
        """Branches in a value, when it holds any."""
        return iter(())

    def speeches(self, value: Any) -> Iterator[Any]:
        """What is said in a value, when it holds any (speech.Speech)."""
        if self.holds_speech and value is not None:
            yield value

    def templates(self, value: Any) -> Iterator[Template]:
        """Texts with variables in a value."""
        return iter(())

    def targets(self, value: Any) -> Iterator[str]:
        """Scripts and labels that a value leads to."""
        return iter(())

    def names(self, value: Any) -> Iterator[str]:
        """Variables that a value asks for."""
        for text in self.templates(value):
            yield from text.names

    def hours(self, value: Any) -> Iterator[str]:
        """Opening hours that a value names."""
        return iter(())

    def text(self, reading: Reading, value: Value, place: Place) -> str | None:
        """A value that must be one text; None after noting the mistake."""
        if isinstance(value, str):
            # YAML takes an unquoted # for a comment: nothing is left of `finish_on_key: #`.
            if value == "" and not isinstance(self, Finish):
                reading.wrong(place, f"{shown(place)} is empty", 'A text that begins with # or * needs quotes: "#".')
                return None
            return value
        reading.wrong(place, f"{shown(place)} must be {self.word}, not a {noun(value)}", "")
        return None


def shown(place: Place) -> str:
    """The last key of a place, in quotes, for a sentence."""
    keys = [key for key in place if isinstance(key, str)]
    return f'"{keys[-1]}"' if keys else "The file"


def noun(value: Value) -> str:
    """What a YAML value is, for a sentence."""
    return "list" if isinstance(value, list) else "mapping" if isinstance(value, dict) else "text"


class Flag(Kind):
    """true or false."""

    word = "true or false"
    blank = False

    def read(self, reading: Reading, value: Value, place: Place) -> bool:
        text = self.text(reading, value, place)
        if text is None:
            return False
        if text.lower() in TRUE + FALSE:
            return text.lower() in TRUE
        reading.wrong(place, f"{shown(place)} is {text!r}", "Write true or false.")
        return False


class Number(Kind):
    """A whole number in a range."""

    def __init__(self, low: int, high: int, unit: str = "") -> None:
        self.low, self.high = low, high
        self.word = f"{unit or 'number'} {low} to {high}"
        self.blank = low

    def read(self, reading: Reading, value: Value, place: Place) -> int:
        text = self.text(reading, value, place)
        if text is None:
            return self.low
        if not re.fullmatch(r"-?[0-9]{1,9}", text):
            reading.wrong(place, f"{shown(place)} must be a whole number, not {text!r}", f"Write a {self.word}.")
            return self.low
        number = int(text)
        if not self.low <= number <= self.high:
            reading.wrong(place, f"{shown(place)} is {text}", f"Write a {self.word}.")
            return self.low
        return number


UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600}


class Seconds(Kind):
    """A length of time in a range: seconds, or a number with s, m or h."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high
        self.word = f"seconds {low:g} to {high:g}"
        self.blank = low

    def read(self, reading: Reading, value: Value, place: Place) -> float:
        text = self.text(reading, value, place)
        if text is None:
            return self.low
        found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([a-z]*)", text)
        if found is None or found[2] not in UNITS:
            mend = 'Write seconds, as in 20, or a unit: "90s", "5m".'
            reading.wrong(place, f"{shown(place)} must be a length of time, not {text!r}", mend)
            return self.low
        given = float(found[1]) * UNITS[found[2]]
        if not self.low <= given <= self.high:
            reading.wrong(place, f"{shown(place)} is {text}", f"Write {self.low:g} to {self.high:g} seconds.")
            return self.low
        return given


class Choice(Kind):
    """One of a few words; _ and space are the same."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words
        self.word = ", ".join(words)
        self.blank = words[0]

    def read(self, reading: Reading, value: Value, place: Place) -> str:
        text = self.text(reading, value, place)
        if text is None:
            return self.words[0]
        plain = text.replace("_", " ").strip().lower()
        if plain in self.words:
            return plain
        reading.wrong(place, f"{text!r} is none of {self.word}", nearest(plain, self.words))
        return self.words[0]


class Finish(Kind):
    """The keys that end an entry; empty for none."""

    word = 'keys, or "" for none'

    def read(self, reading: Reading, value: Value, place: Place) -> str:
        text = self.text(reading, value, place)
        if text is None:
            return ""
        if text == "":
            if place not in reading.document.quoted:
                reading.wrong(place, f"{shown(place)} is empty", 'Write "#" in quotes, or "" for no key.')
        elif not set(text) <= set(KEYS):
            reading.wrong(place, f"{shown(place)} is {text!r}", "Keys are 0-9, * and #.")
            return ""
        return text


class Text(Kind):
    """A text with variables."""

    word = "text"
    blank = Template(())

    def read(self, reading: Reading, value: Value, place: Place) -> Template:
        text = self.text(reading, value, place)
        return template(reading, text, place) if text is not None else self.blank

    def templates(self, value: Any) -> Iterator[Template]:
        if value is not None:
            yield value


def template(reading: Reading, text: str, place: Place) -> Template:
    """A text's template; an empty one after noting a mistake."""
    try:
        return parse_template(text)
    except TemplateError as error:
        reading.wrong(place, f"In {shown(place)}, {error}", "")
        return Template(())
