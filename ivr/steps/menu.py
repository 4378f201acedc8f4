"""menu: say what can be chosen, and follow the key."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ivr import speech
from ivr.argument import Flag, Number, Reading, Seconds
from ivr.argument_branch import Branch, Keys
from ivr.argument_speech import Prompts, Speech
from ivr.document import Place
from ivr.running import Running
from ivr.verb import Block, Into, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Menu(Verb):
    """Answer, say what can be chosen, and take the branch of the key."""

    verb: ClassVar[str] = "menu"
    waits: ClassVar[bool] = True
    loops: ClassVar[bool] = True

    say: speech.Speech = argument(Speech(), (), "What to say; after `play` when both are given.")
    play: speech.Speech = argument(Prompts(), (), "Recorded prompts in place of `say`, or before it.")
    keys: Mapping[str, Block] = argument(Keys(), doc="What each key leads to; a key may have several digits.")
    timeout: float = argument(Seconds(0.5, 120), 5.0, "How long to wait for a key.")
    digit_timeout: float | None = argument(
        Seconds(0.5, 120), None, "How long to wait between the digits of one; `timeout` when not given."
    )
    barge_in: bool = argument(Flag(), True, "Whether a key cuts the announcement short.")
    retries: int = argument(Number(0, 10), 2, "How often to ask again before no_input or no_match is taken.")
    retry_say: speech.Speech = argument(Speech(), (), "What to say before asking again.")
    no_input: Block = argument(Branch(), doc="When nothing was keyed.")
    no_match: Block = argument(Branch(), doc="When a key was pressed that is not in `keys`.")

    def check(self, reading: Reading, place: Place) -> None:
        if not self.say and not self.play:
            reading.wrong(place, "The menu says nothing", 'Give "say" or "play".')

    def falls(self) -> bool:
        return False

    async def run(self, call: Running) -> Outcome:
        await call.port.answer()
        branch, why = self.no_input, ""
        for attempt in range(self.retries + 1):
            again = self.retry_say if attempt else ()
            key = await self._choice(call, again + self.play + self.say)
            if key in self.keys:
                return Into(self.keys[key], f"key {key}")
            branch = self.no_match if key else self.no_input
            why = f"{key} is no key of it" if key else "nothing was keyed"
        return Into(branch, why)

    async def _choice(self, call: Running, said: speech.Speech) -> str:
        """What the caller keyed: a key of the menu, or something else, or nothing."""
        keyed = await call.first_key(said, barge_in=self.barge_in, timeout_s=self.timeout) or ""
        while keyed and any(key.startswith(keyed) and key != keyed for key in self.keys):
            following = await call.key(self.timeout if self.digit_timeout is None else self.digit_timeout)
            if following is None:
                break
            keyed += following
        return keyed
