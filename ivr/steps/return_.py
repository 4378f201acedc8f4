"""return: end a script that another one called."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr.argument import Reading, Text
from ivr.argument_expression import Worked, Worth
from ivr.document import Place
from ivr.running import Running
from ivr.verb import Back, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Return(Verb):
    """End this script and go back to the one that called it; in a script that none called, hang up."""

    verb: ClassVar[str] = "return"
    short: ClassVar[str] = "text"
    back: ClassVar[bool] = True

    text: Worked | None = argument(Text(), None, "What is returned, as a text with variables.")
    value: Worked | None = argument(Worth(), None, "What is returned, as an expression.")

    def check(self, reading: Reading, place: Place) -> None:
        if self.text is not None and self.value is not None:
            reading.wrong((*place, "value"), "The result is given twice", 'Give "text" or "value".')

    def falls(self) -> bool:
        return False

    async def run(self, call: Running) -> Outcome:
        worked = self.value if self.value is not None else self.text
        return Back(call.worked_out(worked), call.hides(worked)) if worked is not None else Back("")
