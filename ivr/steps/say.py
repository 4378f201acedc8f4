"""say: speak a text."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr import speech
from ivr.argument import Number
from ivr.argument_speech import PIECES, Speech
from ivr.document import Value
from ivr.running import Running
from ivr.verb import Onward, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Say(Verb):
    """Answer, and speak a text in the call's language. Keys are kept for the next menu."""

    verb: ClassVar[str] = "say"
    short: ClassVar[str] = "text"
    last_word: ClassVar[bool] = True

    text: speech.Speech = argument(Speech(), doc="What to say.")
    times: int = argument(Number(1, 20), 1, "How many times.")

    @classmethod
    def given(cls, value: Value) -> dict[str, Value]:
        # {zh: ..., en: ...} and {text: ..., language: en} are texts; {text: ..., times: 2} are arguments.
        if isinstance(value, dict) and "text" in value and "language" not in value:
            return value
        if isinstance(value, dict) and "language" in value and set(value) - set(PIECES):
            text: dict[str, Value] = {key: item for key, item in value.items() if key in PIECES}
            return {"text": text, **{key: item for key, item in value.items() if key not in PIECES}}
        return {"text": value}

    async def run(self, call: Running) -> Outcome:
        await call.port.answer()
        for _ in range(self.times):
            await call.say(self.text)
        return Onward()
