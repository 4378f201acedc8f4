"""run: run the site's own code."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ivr.argument import Reading, Seconds, nearest
from ivr.argument_branch import Branch
from ivr.argument_expression import Assignments, Worked
from ivr.argument_lookup import Function, Variables
from ivr.argument_name import Variable
from ivr.document import Place
from ivr.running import Running
from ivr.script_call import Call
from ivr.verb import Block, Into, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Run(Verb):
    """Run a function of the site's own Python, from its directory `scripts`."""

    verb: ClassVar[str] = "run"
    short: ClassVar[str] = "function"
    waits: ClassVar[bool] = True
    sets: ClassVar[tuple[str, ...]] = ("run_error",)

    function: str = argument(Function(), doc="The file's name without .py, a dot, and the function's.")
    values: Mapping[str, Worked] | None = argument(Assignments(), None, "What the function is given, by name.")
    timeout: float = argument(Seconds(0.1, 600), 10.0, "How long it may take in all.")
    into: str = argument(Variable(), "result", "The variable that gets what it returns.")
    variables: tuple[str, ...] = argument(Variables(), (), "Variables that the code sets, for those who use them.")
    then: Block = argument(Branch(), (), "When it is done; without it, the next step.")
    failed: Block = argument(Branch(), doc="When it raises an error or takes too long.")

    def check(self, reading: Reading, place: Place) -> None:
        reading.names_set.add(self.into)
        parameters = reading.known.functions.get(self.function)
        if parameters is None:
            return
        for name in self.values or {}:
            if name not in parameters.names and not parameters.any_more:
                what = f"{self.function} has no parameter {name!r}"
                reading.wrong((*place, "values", name), what, nearest(name, parameters.names))
        for name in parameters.needed:
            if name not in (self.values or {}):
                reading.wrong(place, f"{self.function} needs {name!r}", f"Give values: {{{name}: ...}}.")

    def falls(self) -> bool:
        return False

    async def run(self, call: Running) -> Outcome:
        values = {name: call.worked_out(worked) for name, worked in (self.values or {}).items()}
        hidden = any(call.hides(worked) for worked in (self.values or {}).values())
        answer = await call.port.code(self.function, Call(call), values, self.timeout)
        call.set("run_error", answer.error)
        if answer.error:
            return Into(self.failed, answer.error)
        call.set(self.into, answer.value, hidden=hidden)
        return Into(self.then, f"{self.function} is done")
