"""call: run another script and come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ivr.argument import Reading
from ivr.argument_branch import Target
from ivr.argument_expression import Assignments, Worked
from ivr.argument_name import Variable
from ivr.document import Place
from ivr.running import Running
from ivr.verb import Inside, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Call(Verb):
    """Run another script, and go on with the next step when it is over."""

    verb: ClassVar[str] = "call"
    short: ClassVar[str] = "script"

    script: str = argument(Target(), doc="The script, the label in this script, or script.label.")
    values: Mapping[str, Worked] | None = argument(
        Assignments(), None, "What it is given: variables that are as before when it is over."
    )
    into: str = argument(Variable(), "result", "The variable that gets what it returns.")

    def check(self, reading: Reading, place: Place) -> None:
        reading.names_set.add(self.into)

    async def run(self, call: Running) -> Outcome:
        values = self.values or {}
        given = {name: (call.worked_out(worked), call.hides(worked)) for name, worked in values.items()}
        before = call.set_aside(given)
        for name, (value, hidden) in given.items():
            call.set(name, value, hidden=hidden)
        return Inside(self.script, self.into, before)
