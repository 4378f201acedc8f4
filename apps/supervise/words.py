"""The words of supervision: acts, whom a supervisor follows, what is refused and why."""

from __future__ import annotations

from dataclasses import dataclass

from apps.guests import Mode

MODE_KEYS = {"4": Mode.LISTEN, "5": Mode.WHISPER, "6": Mode.BARGE}
"""While on a call; as Asterisk's ChanSpy has them."""
TAKE_KEY, NEXT_KEY, LEAVE_KEY = "7", "9", "*"


class Refused(Exception):
    """It is not done. One sentence without a full stop; `where` is the parameter it is about."""

    def __init__(self, why: str, where: str = "", hint: str = "") -> None:
        super().__init__(why)
        self.why, self.where, self.hint = why, where, hint


class Forbidden(Refused):
    """The supervisor has no right to it."""


class Missing(Refused):
    """There is no such call, agent, queue or supervisor."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Whose talks a supervisor hears: one call's, an agent's, a queue's; none of these: those of all their teams."""

    call: str = ""
    agent: str = ""
    extension: str = ""
    """Of a phone where no agent sits."""
    queue: str = ""

    def __str__(self) -> str:
        named = (("call", self.call), ("agent", self.agent), ("phone", self.extension), ("queue", self.queue))
        return next((f"{what} {name}" for what, name in named if name), "the teams")
