"""form: several answers, spoken and keyed, in one record."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr import asking, speech
from ivr.argument import Flag, Number, Reading, Seconds
from ivr.argument_branch import Branch
from ivr.argument_name import variable
from ivr.argument_question import Question, Questions, Word
from ivr.argument_speech import Speech
from ivr.document import Place
from ivr.running import Running
from ivr.verb import Block, Into, Onward, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Form(Verb):
    """Answer, ask one question after another, and keep all answers, spoken or keyed, in one record."""

    verb: ClassVar[str] = "form"
    waits: ClassVar[bool] = True
    last_word: ClassVar[bool] = True

    name: str = argument(Word(), doc="What its records are found by.")
    say: speech.Speech = argument(Speech(), (), "What to say before.")
    ask: tuple[Question, ...] = argument(
        Questions("record", "digits", "keys"), doc="The questions; without any of these, one minute is recorded."
    )
    review: bool = argument(Flag(), False, "Whether the caller hears what they said, and may say it anew.")
    silence: float = argument(Seconds(1, 60), 3.0, "So much silence ends a spoken answer.")
    timeout: float = argument(Seconds(0.5, 120), 5.0, "How long to wait for a key.")
    retries: int = argument(Number(0, 10), 1, "How often to ask again for keys.")
    thanks: speech.Speech = argument(Speech(), (), "What to say when all is answered.")
    incomplete: Block = argument(Branch(), (), "When something was not answered; else the next step.")

    def check(self, reading: Reading, place: Place) -> None:
        for question in self.ask:
            variable(reading, question.name.replace("-", "_"), (*place, "ask", question.name))

    async def run(self, call: Running) -> Outcome:
        await call.port.answer()
        await call.say(self.say)
        missing = []
        for question in self.ask:
            value, seconds = await self._answer(call, question)
            call.set(question.name.replace("-", "_"), value)
            if value:
                call.acted()
                call.port.form_answered(self.name, question.name, value, spoken_s=seconds)
            else:
                missing.append(question.name)
        if not missing:
            await call.say(self.thanks)
            return Onward("all is answered")
        why = f"not answered: {', '.join(missing)}"
        return Into(self.incomplete, why) if self.incomplete else Onward(why)

    async def _answer(self, call: Running, question: Question) -> tuple[str, float | None]:
        """The keys, or the file and how long it is; empty without an answer."""
        if question.record:
            result = await asking.spoken(call, question, silence_s=self.silence, reviewed=self.review)
            return (result.path, result.seconds) if result is not None else ("", None)
        if question.digits:
            return await asking.digits_of(call, question, timeout_s=self.timeout, retries=self.retries), None
        keys = await asking.key_of(call, question.say, question.keys, timeout_s=self.timeout, retries=self.retries)
        return keys, None
