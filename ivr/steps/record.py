"""record: record the caller."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr import review, speech
from ivr.argument import Finish, Flag, Reading, Seconds
from ivr.argument_branch import Branch
from ivr.argument_name import Variable
from ivr.argument_speech import Speech
from ivr.document import Place
from ivr.running import Running
from ivr.verb import Block, Into, Onward, Outcome, Verb, argument
from ivr.words import RecordResult


@dataclass(frozen=True, kw_only=True)
class Record(Verb):
    """Answer, ask, and record what the caller says."""

    verb: ClassVar[str] = "record"
    waits: ClassVar[bool] = True
    last_word: ClassVar[bool] = True

    say: speech.Speech = argument(Speech(), (), "What to say before.")
    max: float = argument(Seconds(1, 3600), 120.0, "Longest recording.")
    silence: float = argument(Seconds(1, 60), 5.0, "So much silence ends it.")
    finish_on_key: str = argument(Finish(), "#", "The keys that end it.")
    beep: bool = argument(Flag(), True, "Whether a tone says that recording begins.")
    review: bool = argument(
        Flag(), False, "Whether the caller hears it and may record again (2), keep (3) or discard it (*)."
    )
    into: str = argument(Variable(), "recording", "The variable that gets the file's path.")
    empty: Block = argument(Branch(), (), "When the caller said nothing, or discarded it; else the next step.")

    def check(self, reading: Reading, place: Place) -> None:
        reading.names_set.update((self.into, f"{self.into}_seconds"))

    async def run(self, call: Running) -> Outcome:
        await call.port.answer()
        result = await (self._reviewed(call) if self.review else self._recorded(call))
        call.set(self.into, result.path)
        call.set(f"{self.into}_seconds", str(round(result.seconds)))
        if result.seconds >= review.BRIEF_S:
            call.acted()
            return Onward(f"{result.seconds:.0f} s were recorded")
        return Into(self.empty, "nothing was said") if self.empty else Onward("nothing was said")

    async def _recorded(self, call: Running) -> RecordResult:
        await call.say(self.say)
        return await call.port.record(
            max_s=self.max, silence_s=self.silence, finish_on=self.finish_on_key, beep=self.beep
        )

    async def _reviewed(self, call: Running) -> RecordResult:
        result = await review.recorded(
            call.port,
            speech.prompts(self.say, call.language, call.variables),
            call.language,
            max_s=self.max,
            silence_s=self.silence,
            finish_on=self.finish_on_key,
            beep=self.beep,
        )
        return result or RecordResult("", 0.0, "discarded")
