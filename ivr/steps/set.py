"""set: set variables, and the language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from ivr.argument import Kind, Reading, noun, template
from ivr.argument_name import Language, variable
from ivr.document import Place, Value
from ivr.running import Running
from ivr.template import Template, parse
from ivr.verb import Onward, Outcome, Verb, argument


class Values(Kind):
    """Variables and their texts."""

    word = "mapping of variables to texts"
    blank: Mapping[str, Template] = MappingProxyType({})

    def read(self, reading: Reading, value: Value, place: Place) -> Mapping[str, Template]:
        if not isinstance(value, dict) or not value:
            reading.wrong(place, f'"set" needs a {self.word}, not a {noun(value)}', "Write set: {language: en}.")
            return self.blank
        found: dict[str, Template] = {}
        for name, item in value.items():
            where = (*place, name)
            if name == "language":
                found[name] = parse(Language().read(reading, item, where))
            elif not isinstance(item, str):
                reading.wrong(where, f"{name!r} must be a text, not a {noun(item)}", "")
            elif variable(reading, name, where):
                found[name] = template(reading, item, where)
        return MappingProxyType(found)

    def templates(self, value: Any) -> Iterator[Template]:
        yield from value.values()


@dataclass(frozen=True, kw_only=True)
class Set(Verb):
    """Set variables. `language` is the call's language."""

    verb: ClassVar[str] = "set"
    short: ClassVar[str] = "values"

    values: Mapping[str, Template] = argument(Values(), doc="Variables and their texts; {language: en} speaks English.")

    @classmethod
    def given(cls, value: Value) -> dict[str, Value]:
        return {"values": value}

    async def run(self, call: Running) -> Outcome:
        for name, text in self.values.items():
            if name == "language":
                call.speak(call.expand(text))
            else:
                call.set(name, call.expand(text))
        return Onward()
