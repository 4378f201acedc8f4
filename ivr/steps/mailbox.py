"""mailbox: hear the messages of a mailbox."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr.argument_branch import Branch
from ivr.argument_name import Name
from ivr.running import Running
from ivr.template import Template
from ivr.verb import Block, Into, Onward, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Mailbox(Verb):
    """Answer, and let the caller hear a mailbox's messages, by its PIN."""

    verb: ClassVar[str] = "mailbox"
    waits: ClassVar[bool] = True
    last_word: ClassVar[bool] = True

    box: Template | None = argument(Name("mailbox"), None, "The mailbox: an extension; else the caller keys it.")
    refused: Block = argument(Branch(), (), "When number or PIN were wrong three times; else the next step.")

    async def run(self, call: Running) -> Outcome:
        await call.port.answer()
        box = call.expand(self.box) if self.box is not None else ""
        if await call.port.mailbox(box, language=call.language):
            call.acted()
            return Onward("the caller is done")
        return Into(self.refused, "wrong number or PIN") if self.refused else Onward("wrong number or PIN")
