"""goto: go on elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr.argument_branch import Target
from ivr.running import Running
from ivr.verb import Jump, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Goto(Verb):
    """Go on at a script, or at a step with a label."""

    verb: ClassVar[str] = "goto"
    short: ClassVar[str] = "target"

    target: str = argument(Target(), doc="The script, the label in this script, or script.label.")

    def falls(self) -> bool:
        return False

    async def run(self, call: Running) -> Outcome:
        return Jump(self.target)
