"""gather: collect digits into a variable."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr import speech
from ivr.argument import Finish, Flag, Number, Reading, Seconds
from ivr.argument_branch import Branch
from ivr.argument_name import Patterns, Variable
from ivr.argument_speech import Prompts, Speech
from ivr.document import Place
from ivr.pattern import Pattern
from ivr.running import Running
from ivr.verb import Block, Into, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Gather(Verb):
    """Answer, ask for digits, and put them into a variable."""

    verb: ClassVar[str] = "gather"
    waits: ClassVar[bool] = True
    loops: ClassVar[bool] = True

    say: speech.Speech = argument(Speech(), (), "What to ask; after `play` when both are given.")
    play: speech.Speech = argument(Prompts(), (), "Recorded prompts in place of `say`, or before it.")
    into: str = argument(Variable(), "digits", "The variable that gets the digits.")
    num_digits: int | None = argument(Number(1, 64), None, "Exactly so many; the last one ends the entry.")
    min_digits: int = argument(Number(1, 64), 1, "Fewer are a no_match.")
    max_digits: int = argument(Number(1, 64), 32, "The last one ends the entry.")
    finish_on_key: str = argument(Finish(), "#", "The key that ends the entry.")
    timeout: float = argument(Seconds(0.5, 120), 5.0, "How long to wait for the first digit.")
    digit_timeout: float | None = argument(
        Seconds(0.5, 120), None, "How long to wait after each digit; `timeout` when not given."
    )
    barge_in: bool = argument(Flag(), True, "Whether a key cuts the announcement short.")
    accept: tuple[Pattern, ...] = argument(Patterns(), (), "What the digits must match; else a no_match.")
    hidden: bool = argument(Flag(), False, "Whether the digits are kept nowhere: see above.")
    retries: int = argument(Number(0, 10), 2, "How often to ask again before no_input or no_match is taken.")
    retry_say: speech.Speech = argument(Speech(), (), "What to say before asking again.")
    then: Block = argument(Branch(), (), "What to do with the digits; without it, the next step.")
    no_input: Block = argument(Branch(), doc="When nothing was keyed.")
    no_match: Block = argument(Branch(), doc="When the digits are too few or not accepted.")

    def check(self, reading: Reading, place: Place) -> None:
        if not self.say and not self.play:
            reading.wrong(place, "The gather asks nothing", 'Give "say" or "play".')
        if self.num_digits is None and self.min_digits > self.max_digits:
            reading.wrong((*place, "min_digits"), "min_digits is more than max_digits", "")
        if self.into == "digits":
            reading.names_set.add("digits")

    def falls(self) -> bool:
        return False

    async def run(self, call: Running) -> Outcome:
        await call.port.answer()
        branch, why = self.no_input, ""
        for attempt in range(self.retries + 1):
            again = self.retry_say if attempt else ()
            digits = await self._unseen(call, again + self.play + self.say)
            if digits and self._good(digits):
                call.set(self.into, digits, hidden=self.hidden)
                return Into(self.then, "the digits are good")
            branch = self.no_match if digits else self.no_input
            why = "the digits are too few, or not accepted" if digits else "nothing was keyed"
        return Into(branch, why)

    def _good(self, digits: str) -> bool:
        low = self.min_digits if self.num_digits is None else self.num_digits
        return len(digits) >= low and (
            not self.accept or any(pattern.match(digits) is not None for pattern in self.accept)
        )

    async def _unseen(self, call: Running, said: speech.Speech) -> str:
        """The digits keyed, which the switch keeps nowhere when they are hidden."""
        if not self.hidden:
            return await self._entry(call, said)
        call.port.hide(True)
        try:
            return await self._entry(call, said)
        finally:
            call.port.hide(False)

    async def _entry(self, call: Running, said: speech.Speech) -> str:
        """The digits keyed, without the finishing key."""
        high = self.max_digits if self.num_digits is None else self.num_digits
        digits = ""
        key = await call.first_key(said, barge_in=self.barge_in, timeout_s=self.timeout)
        while key is not None and key not in self.finish_on_key:
            digits += key
            if len(digits) >= high:
                break
            key = await call.key(self.timeout if self.digit_timeout is None else self.digit_timeout)
        return digits
