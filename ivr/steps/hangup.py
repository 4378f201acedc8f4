"""hangup: end the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr.argument import Choice
from ivr.running import Running
from ivr.verb import End, Outcome, Verb, argument

CAUSES = ("normal", "busy", "declined", "unknown number", "not allowed")


@dataclass(frozen=True, kw_only=True)
class Hangup(Verb):
    """End the call; one that is not answered yet is refused with the cause."""

    verb: ClassVar[str] = "hangup"
    short: ClassVar[str] = "cause"

    cause: str = argument(Choice(CAUSES), "normal", "What the caller's telephone is told.")

    def falls(self) -> bool:
        return False

    def ends(self) -> bool:
        return True

    async def run(self, call: Running) -> Outcome:
        return End(self.cause, f"hung up by the script: {self.cause}")
