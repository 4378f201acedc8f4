"""play: play recorded prompts."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr import speech
from ivr.argument import Number
from ivr.argument_speech import Prompts
from ivr.running import Running
from ivr.verb import Onward, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Play(Verb):
    """Answer, and play recorded prompts in the call's language. Keys are kept for the next menu."""

    verb: ClassVar[str] = "play"
    short: ClassVar[str] = "prompt"
    last_word: ClassVar[bool] = True

    prompt: speech.Speech = argument(Prompts(), doc="Names from prompts/, played in order.")
    times: int = argument(Number(1, 20), 1, "How many times.")

    async def run(self, call: Running) -> Outcome:
        await call.port.answer()
        for _ in range(self.times):
            await call.say(self.prompt)
        return Onward()
