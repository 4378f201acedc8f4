"""The kinds of argument of look-ups: addresses, headers, JSON, queries, and where the answers go.

Whatever a variable holds, it is a value: in an address it is quoted, in JSON a string, in a query bound. It never
becomes a host, a header's name, or SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from ivr.argument import Kind, Reading, nearest, noun, shown, template
from ivr.argument_expression import Assignments, Worked, Worth
from ivr.argument_name import variable
from ivr.document import Place, Value
from ivr.template import Template

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?([/?].*)?", re.DOTALL)
_HOST = re.compile(r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?[/?].*", re.DOTALL)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_QUOTED = re.compile(r"""'[^']*'|"[^"]*"|--[^\n]*|/\*.*?\*/""", re.DOTALL)
_BOUND = re.compile(r"(?<![:\w]):([A-Za-z_]\w*)")
PATH = re.compile(r"[^.\s]{1,80}(\.[^.\s]{1,80}){0,19}")


class Url(Kind):
    """An address over HTTP, with variables behind the host."""

    word = "address, with variables after the host"
    blank = Template(())

    def read(self, reading: Reading, value: Value, place: Place) -> Template:
        text = self.text(reading, value, place)
        if text is None:
            return self.blank
        found = template(reading, text, place)
        first = found.parts[0] if found.parts else ""
        form = _ADDRESS if found.constant is not None else _HOST
        if not isinstance(first, str) or not form.fullmatch(first):
            what = f"{shown(place)} must begin with http:// or https:// and a host without variables"
            reading.wrong(place, what, "Write https://crm.example.com/{caller}.")
        return found

    def templates(self, value: Any) -> Iterator[Template]:
        if value is not None:
            yield value


class Headers(Assignments):
    """Headers of a request."""

    secret: ClassVar[bool] = True
    word = "mapping of header names to texts"
    example = 'Write {Authorization: "Bearer ..."}.'

    def name(self, reading: Reading, name: str, place: Place) -> bool:
        if not _HEADER.fullmatch(name):
            reading.wrong(place, f"{name!r} cannot be a header's name", "")
            return False
        return True


class Body(Kind):
    """JSON with variables: texts are strings, {value: ...} gives numbers and conditions."""

    word = "mapping, list or text"
    blank = Template(())

    def read(self, reading: Reading, value: Value, place: Place) -> Any:
        if isinstance(value, dict):
            if set(value) == {"value"}:
                return Worth().read(reading, value["value"], (*place, "value"))
            return MappingProxyType({key: self.read(reading, item, (*place, key)) for key, item in value.items()})
        if isinstance(value, list):
            return tuple(self.read(reading, item, (*place, index)) for index, item in enumerate(value))
        return template(reading, value, place)

    def leaves(self, value: Any) -> Iterator[Worked]:
        """Every text and expression in it."""
        if isinstance(value, Mapping):
            for item in value.values():
                yield from self.leaves(item)
        elif isinstance(value, tuple):
            for item in value:
                yield from self.leaves(item)
        elif value is not None:
            yield value

    def templates(self, value: Any) -> Iterator[Template]:
        yield from (leaf for leaf in self.leaves(value) if isinstance(leaf, Template))

    def names(self, value: Any) -> Iterator[str]:
        for leaf in self.leaves(value):
            yield from sorted(leaf.names)


class Paths(Kind):
    """Variables, and where in the answer each is found."""

    word = "mapping of variables to places in the answer"
    blank: Mapping[str, str] = MappingProxyType({})

    def read(self, reading: Reading, value: Value, place: Place) -> Mapping[str, str]:
        if not isinstance(value, dict) or not value:
            mend = "Write {balance: account.balance}."
            reading.wrong(place, f"{shown(place)} must be a {self.word}, not a {noun(value)}", mend)
            return self.blank
        found: dict[str, str] = {}
        for name, item in value.items():
            where = (*place, name)
            if not isinstance(item, str) or not (item == "" or PATH.fullmatch(item)):
                reading.wrong(where, f"{item!r} is no place in an answer", "Write account.balance or items.0.name.")
            elif variable(reading, name, where):
                found[name] = item
        return MappingProxyType(found)


class Variables(Kind):
    """Variables, one a column."""

    word = "variable name, or list of names"
    blank: tuple[str, ...] = ()

    def read(self, reading: Reading, value: Value, place: Place) -> tuple[str, ...]:
        items = value if isinstance(value, list) else [value]
        found = []
        for index, item in enumerate(items):
            where = (*place, index) if isinstance(value, list) else place
            text = self.text(reading, item, where)
            if text is not None and variable(reading, text, where):
                found.append(text)
        return tuple(found)


class Source(Kind):
    """One of the site's databases."""

    word = "name of a database"

    def read(self, reading: Reading, value: Value, place: Place) -> str:
        text = self.text(reading, value, place)
        if text is None:
            return ""
        if text not in reading.known.databases:
            mend = nearest(text, reading.known.databases) or "Write it under databases: in switch.yaml."
            reading.wrong(place, f"There is no database {text!r}", mend)
        return text


def bound(query: str) -> tuple[str, ...]:
    """The :names of a query, outside of its texts and remarks."""
    return tuple(dict.fromkeys(_BOUND.findall(_QUOTED.sub("''", query))))


class Query(Kind):
    """One SELECT."""

    word = "SELECT with :variables"

    def read(self, reading: Reading, value: Value, place: Place) -> str:
        text = self.text(reading, value, place)
        if text is None:
            return ""
        plain = _QUOTED.sub("''", text).strip().removesuffix(";")
        if not re.match(r"(?i)(select|with)\b", plain) or ";" in plain:
            reading.wrong(place, f"{shown(place)} must be one SELECT", "Look-ups only read.")
        elif "?" in plain or "{" in plain:
            what = f"In {shown(place)} variables are bound, not put in as text"
            reading.wrong(place, what, "Write :caller, not {caller} or ?, and no quotes around it.")
        return text

    def names(self, value: Any) -> Iterator[str]:
        yield from bound(value or "")


class Function(Kind):
    """A function of the site's own code."""

    word = "file.function"

    def read(self, reading: Reading, value: Value, place: Place) -> str:
        text = self.text(reading, value, place)
        if text is None:
            return ""
        if text not in reading.known.functions:
            mend = nearest(text, reading.known.functions) or "Write `async def` and its name in scripts/<file>.py."
            reading.wrong(place, f"There is no function {text!r}", mend)
        return text
