"""set: set variables, and the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ivr.argument import Reading
from ivr.argument_expression import Assignments, Worked
from ivr.argument_name import Language
from ivr.document import Place, Value
from ivr.running import Running
from ivr.template import Template
from ivr.verb import Onward, Outcome, Verb, argument


class Values(Assignments):
    """Variables, and the language."""

    example = "Write set: {language: en}."

    def name(self, reading: Reading, name: str, place: Place) -> bool:
        return name == "language" or super().name(reading, name, place)

    def one(self, reading: Reading, name: str, value: Value, place: Place) -> Worked | None:
        found = super().one(reading, name, value, place)
        if name == "language" and isinstance(found, Template) and found.constant is not None:
            Language().read(reading, value, place)
        return found


@dataclass(frozen=True, kw_only=True)
class Set(Verb):
    """Set variables. `language` is the call's language."""

    verb: ClassVar[str] = "set"
    short: ClassVar[str] = "values"

    values: Mapping[str, Worked] = argument(Values(), doc="Variables and their texts; {language: en} speaks English.")

    @classmethod
    def given(cls, value: Value) -> dict[str, Value]:
        return {"values": value}

    async def run(self, call: Running) -> Outcome:
        for name, worked in self.values.items():
            if name == "language":
                call.speak(call.worked_out(worked))
            else:
                call.assign(name, worked)
        return Onward()
