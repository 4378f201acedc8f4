"""survey: ask the caller what they think."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr import asking, speech
from ivr.argument import Number, Seconds
from ivr.argument_question import Question, Questions, Word
from ivr.argument_speech import Speech
from ivr.running import Running
from ivr.verb import Onward, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Survey(Verb):
    """Answer, ask questions that are answered by a key, and keep each answer with the call's agent and queue."""

    verb: ClassVar[str] = "survey"
    waits: ClassVar[bool] = True
    last_word: ClassVar[bool] = True
    sets: ClassVar[tuple[str, ...]] = ("survey_answers",)

    name: str = argument(Word(), doc="What its answers are found by.")
    say: speech.Speech = argument(Speech(), (), "What to say before.")
    ask: tuple[Question, ...] = argument(Questions("keys"), doc="The questions; without keys, 1 to 5.")
    timeout: float = argument(Seconds(0.5, 120), 5.0, "How long to wait for a key.")
    retries: int = argument(Number(0, 10), 1, "How often to ask again.")
    thanks: speech.Speech = argument(Speech(), (), "What to say at the end, if anything was answered.")

    async def run(self, call: Running) -> Outcome:
        await call.port.answer()
        await call.say(self.say)
        answered = 0
        for question in self.ask:
            key = await asking.key_of(call, question.say, question.keys, timeout_s=self.timeout, retries=self.retries)
            if key:
                answered += 1
                call.port.survey_answered(self.name, question.name, key)
        call.set("survey_answers", str(answered))
        if answered:
            await call.say(self.thanks)
        return Onward(f"{answered} of {len(self.ask)} answered")
