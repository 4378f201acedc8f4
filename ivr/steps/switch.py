"""switch: a branch for each value."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ivr.argument import Reading, nearest
from ivr.argument_branch import Branch, Cases
from ivr.argument_expression import WORDS, Worth
from ivr.document import Place
from ivr.expression import Expression, Type
from ivr.expression_value import number_of, text_of
from ivr.running import STARS, Running
from ivr.verb import Block, Into, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Switch(Verb):
    """Take the branch of a value."""

    verb: ClassVar[str] = "switch"

    value: Expression = argument(Worth(), doc="What is looked at: a variable, or a sum.")
    cases: Mapping[str, Block] = argument(Cases(), doc="What each value leads to, letter for letter.")
    otherwise: Block = argument(Branch(), (), "What to do with any other value; without it, the next step.")

    def check(self, reading: Reading, place: Place) -> None:
        words = WORDS.get(self.value.text.strip(), ())
        for case in self.cases:
            if words and case not in words:
                hint = nearest(case.replace("_", " "), words)
                reading.wrong((*place, "cases", case), f"{self.value.text.strip()} is never {case!r}", hint)
            if self.value.type is Type.NUMBER and (number_of(case) is None or text_of(number_of(case)) != case):
                reading.wrong((*place, "cases", case), f"{case!r} is never the value: it is a number", "")
            if self.value.type is Type.TRUTH and case not in ("true", "false"):
                reading.wrong((*place, "cases", case), f"{case!r} is never the value: it is true or false", "Use if.")

    def falls(self) -> bool:
        return not self.otherwise

    async def run(self, call: Running) -> Outcome:
        value = call.worked_out(self.value)
        shown = STARS if call.hides(self.value) else value
        return Into(self.cases.get(value, self.otherwise), f"{self.value.text} is {shown!r}")
