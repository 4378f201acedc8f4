"""The kinds of argument that name something: queues, trunks, numbers, variables, patterns, languages.

What the rest of the site has is in `reading.known`; a name that is not there is a mistake with a hint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ivr.argument import RESERVED, Kind, Reading, Text, nearest, shown, template
from ivr.document import Place, Value
from ivr.pattern import Pattern, PatternError
from ivr.pattern import parse as parse_pattern
from ivr.template import Template


class Name(Text):
    """The name of something of the site; it may hold variables, and is then checked when a call gets there."""

    def __init__(self, of: str) -> None:
        self.of = of
        self.word = f"name of {'an' if of[0] in 'aeiou' else 'a'} {of}"

    def read(self, reading: Reading, value: Value, place: Place) -> Template:
        found = super().read(reading, value, place)
        name = found.constant
        if name:
            known = {
                "queue": reading.known.queues,
                "studio": reading.known.studios,
                "mailbox": reading.known.mailboxes,
                "music class": reading.known.music,
                "trunk": reading.known.trunks,
                "agent": reading.known.agents,
            }[self.of]
            if name not in known:
                reading.wrong(place, f"There is no {self.of} {name!r}", nearest(name, known))
        return found


class Dialled(Kind):
    """One or several numbers to ring."""

    word = "number, or list of numbers"
    blank = ()

    def read(self, reading: Reading, value: Value, place: Place) -> tuple[Template, ...]:
        if isinstance(value, list):
            if not value:
                reading.wrong(place, f"{shown(place)} is an empty list", "Name at least one number.")
            return tuple(self.one(reading, item, (*place, index)) for index, item in enumerate(value))
        return (self.one(reading, value, place),)

    def one(self, reading: Reading, value: Value, place: Place) -> Template:
        text = self.text(reading, value, place)
        if text is None:
            return Template(())
        found = template(reading, text, place)
        number = found.constant
        if number:
            check_number(reading, number, place)
        return found

    def templates(self, value: Any) -> Iterator[Template]:
        yield from value or ()


def check_number(reading: Reading, number: str, place: Place) -> None:
    """Note a mistake when a written number leads nowhere: no such trunk, or as long as an extension but none."""
    plain, at, trunk = number.partition("@")
    known = reading.known
    if not re.fullmatch(r"[0-9*#+A-Za-z._-]{1,64}", plain):
        reading.wrong(place, f"{number!r} is no number", "A number has digits, *, # and +, without spaces.")
    elif at:
        if trunk not in known.trunks:
            reading.wrong(place, f"There is no trunk {trunk!r}", nearest(trunk, known.trunks))
    elif plain not in known.extensions:
        if len(plain) in {len(extension) for extension in known.extensions}:
            reading.wrong(place, f"There is no extension {plain}", nearest(plain, known.extensions))
        elif not known.trunks:
            reading.wrong(place, f"{plain} is no extension, and there is no trunk to reach it by", "")


class Variable(Kind):
    """The name of a variable that the step sets."""

    word = "variable name"

    def read(self, reading: Reading, value: Value, place: Place) -> str:
        text = self.text(reading, value, place)
        return text if text is not None and variable(reading, text, place) else ""


def variable(reading: Reading, name: str, place: Place) -> bool:
    """Whether a script may set this variable; notes the mistake when not, and the name when so."""
    if name in RESERVED:
        reading.wrong(place, f"{{{name}}} is set by the switch", "Choose another name.")
        return False
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,40}", name):
        reading.wrong(place, f"{name!r} cannot be a variable's name", "Use small letters, digits and _.")
        return False
    reading.names_set.add(name)
    return True


class Patterns(Kind):
    """Patterns of numbers."""

    word = 'pattern ("4001", "2XXX", "86*", "/regex/"), or list'
    blank: tuple[Pattern, ...] = ()

    def read(self, reading: Reading, value: Value, place: Place) -> tuple[Pattern, ...]:
        items = value if isinstance(value, list) else [value]
        found = []
        for index, item in enumerate(items):
            where = (*place, index) if isinstance(value, list) else place
            text = self.text(reading, item, where)
            if text is None:
                continue
            try:
                found.append(parse_pattern(text))
            except PatternError as error:
                reading.wrong(where, f"{shown(place)}: {error}", 'Patterns are "4001", "2XXX", "86*" or "/regex/".')
        return tuple(found)


class Language(Kind):
    """One of the site's languages."""

    word = "language"

    def read(self, reading: Reading, value: Value, place: Place) -> str:
        text = self.text(reading, value, place)
        if text is None:
            return ""
        if text not in reading.known.languages:
            reading.wrong(place, f"The site does not speak {text!r}", nearest(text, reading.known.languages))
            return ""
        return text


class HoursName(Kind):
    """The name of opening hours; whether they are there is checked when all files are read."""

    word = "name of opening hours"

    def read(self, reading: Reading, value: Value, place: Place) -> str:
        return self.text(reading, value, place) or ""

    def hours(self, value: Any) -> Iterator[str]:
        if value:
            yield value
