"""if: one branch when a condition holds, another when not."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr.argument import Reading
from ivr.argument_branch import Branch
from ivr.argument_expression import Condition
from ivr.document import Place
from ivr.expression import Expression
from ivr.running import Running
from ivr.verb import Block, Into, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class If(Verb):
    """Take one branch when a condition holds, another when not; a branch not given is the next step."""

    verb: ClassVar[str] = "if"

    test: Expression = argument(Condition(), doc="The condition.")
    then: Block = argument(Branch(), (), "What to do when it holds.")
    otherwise: Block = argument(Branch(), (), "What to do when not.")

    def check(self, reading: Reading, place: Place) -> None:
        if not self.then and not self.otherwise:
            reading.wrong(place, "Both branches are the next step", 'Give "then", "otherwise" or both.')

    def falls(self) -> bool:
        return not self.then or not self.otherwise

    async def run(self, call: Running) -> Outcome:
        if call.holds(self.test):
            return Into(self.then, f"{self.test.text} holds")
        return Into(self.otherwise, f"{self.test.text} does not hold")
