"""remember: keep something of a caller for the next call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ivr.argument_expression import Remembered, Worked
from ivr.document import Value
from ivr.running import Running
from ivr.verb import Onward, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Remember(Verb):
    """Keep something of the caller's number, for this call and later ones. What was keyed hidden is not kept."""

    verb: ClassVar[str] = "remember"
    short: ClassVar[str] = "values"

    values: Mapping[str, Worked] = argument(Remembered(), doc="Names and what they are set to; empty forgets.")

    @classmethod
    def given(cls, value: Value) -> dict[str, Value]:
        return {"values": value}

    async def run(self, call: Running) -> Outcome:
        for name, worked in self.values.items():
            # What was keyed hidden is kept nowhere.
            if not call.hides(worked):
                call.remember(name, call.worked_out(worked))
        return Onward()
