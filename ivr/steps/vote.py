"""vote: let the caller vote, once."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ivr import asking, speech
from ivr.argument import Number, Reading, Seconds
from ivr.argument_branch import Branch
from ivr.argument_question import Choices, Word
from ivr.argument_speech import Speech
from ivr.document import Place
from ivr.running import Running
from ivr.verb import Block, Into, Onward, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Vote(Verb):
    """Answer, and take one vote of the caller's number in a poll. Who hides their number has none."""

    verb: ClassVar[str] = "vote"
    waits: ClassVar[bool] = True
    last_word: ClassVar[bool] = True
    sets: ClassVar[tuple[str, ...]] = ("vote", "vote_status")

    poll: str = argument(Word(), doc="What its votes are found by.")
    say: speech.Speech = argument(Speech(), doc="What can be chosen.")
    choices: Mapping[str, str] = argument(Choices(), doc="What each key stands for.")
    timeout: float = argument(Seconds(0.5, 120), 5.0, "How long to wait for a key.")
    retries: int = argument(Number(0, 10), 2, "How often to ask again.")
    counted: Block = argument(Branch(), (), "When the vote counts; else the next step.")
    voted: Block = argument(Branch(), (), "When this number has voted before; else the next step.")
    no_number: Block = argument(Branch(), (), "When the caller hides their number; else the next step.")
    no_vote: Block = argument(Branch(), (), "When no choice was keyed; else the next step.")

    def check(self, reading: Reading, place: Place) -> None:
        if not self.say:
            reading.wrong(place, "The vote asks nothing", 'Give "say".')

    async def run(self, call: Running) -> Outcome:
        await call.port.answer()
        status = await call.port.may_vote(self.poll)
        choice = ""
        if not status:
            key = await asking.key_of(
                call, self.say, "".join(self.choices), timeout_s=self.timeout, retries=self.retries
            )
            choice = self.choices.get(key, "")
            status = call.port.vote(self.poll, choice) if choice else "no vote"
        call.set("vote", choice if status == "counted" else "")
        call.set("vote_status", status)
        branch = {"counted": self.counted, "again": self.voted, "no number": self.no_number}.get(status, self.no_vote)
        return Into(branch, status) if branch else Onward(status)
