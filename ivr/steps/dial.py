"""dial: ring numbers and talk."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr.argument import Reading, Seconds, Text
from ivr.argument_answer import Answering, Lengths
from ivr.argument_branch import Branch
from ivr.argument_name import Dialled, Name
from ivr.document import Place
from ivr.running import Running
from ivr.template import Template
from ivr.verb import Block, End, Into, Onward, Outcome, Verb, argument

BRIEF_S = 1.0
"""A talk shorter than this does not count as one, or two answering machines could call each other for ever."""


@dataclass(frozen=True, kw_only=True)
class Dial(Verb):
    """Ring numbers all at once and talk to the first that answers. Goes on with the next step when none did."""

    verb: ClassVar[str] = "dial"
    short: ClassVar[str] = "to"
    waits: ClassVar[bool] = True
    sets: ClassVar[tuple[str, ...]] = ("dial_status", "talked", "answered_by")

    to: tuple[Template, ...] = argument(Dialled(), doc="Extensions or outside numbers.")
    timeout: float = argument(Seconds(1, 600), 30.0, "How long to ring.")
    caller_id: Template | None = argument(Text(), None, "The number shown to the called side.")
    trunk: Template | None = argument(Name("trunk"), None, "The trunk to go out by; else the switch chooses.")
    amd: Lengths | None = argument(
        Answering(), None, "Whether to listen for an answering machine, and to hang up on it; or by which lengths."
    )
    answered: Block | None = argument(Branch(), None, "After the talk, when the called side hung up; else hang up.")
    busy: Block = argument(Branch(), (), "When all are busy.")
    no_answer: Block = argument(Branch(), (), "When nobody answered in time.")
    declined: Block = argument(Branch(), (), "When the called side refused.")
    unreachable: Block = argument(Branch(), (), "When no phone is registered, or the far end does not answer.")
    unknown_number: Block = argument(Branch(), (), "When there is no such number.")
    machine: Block = argument(Branch(), (), "With `amd`: when an answering machine took the call.")
    otherwise: Block = argument(Branch(), (), "In each of these cases that has no branch of its own.")

    def check(self, reading: Reading, place: Place) -> None:
        if self.machine and self.amd is None:
            reading.wrong((*place, "machine"), "Without `amd` nobody listens for a machine", "Add `amd: true`.")
        if self.trunk is not None and any("@" in (number.constant or "") for number in self.to):
            reading.wrong((*place, "trunk"), "The trunk is given twice", "Leave out the @ in the number.")

    def ends(self) -> bool:
        return self.answered is None

    async def run(self, call: Running) -> Outcome:
        trunk = call.expand(self.trunk) if self.trunk is not None else ""
        numbers = [number for number in map(call.expand, self.to) if number]
        result = await call.port.dial(
            [f"{number}@{trunk}" if trunk else number for number in numbers],
            timeout_s=self.timeout,
            caller_id=call.expand(self.caller_id) if self.caller_id is not None else None,
            amd=self.amd,
        )
        call.set("answered_by", result.answered_by)
        call.set("dial_status", result.status)
        call.set("talked", str(round(result.talked_s)))
        if result.talked_s >= BRIEF_S:
            call.acted()
        if result.status == "answered":
            return (
                Into(self.answered, "answered")
                if self.answered is not None
                else End("normal", "the called side hung up")
            )
        unhappy = {
            "busy": self.busy,
            "no answer": self.no_answer,
            "declined": self.declined,
            "unreachable": self.unreachable,
            "unknown number": self.unknown_number,
            "machine": self.machine,
        }
        branch = unhappy.get(result.status, ()) or self.otherwise
        return Into(branch, result.status) if branch else Onward(result.status)
