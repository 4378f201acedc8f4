"""studio: hear a show, and speak in it."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr.argument import Choice
from ivr.argument_branch import Branch
from ivr.argument_name import Name
from ivr.running import Running
from ivr.template import Template
from ivr.verb import Block, Into, Onward, Outcome, Verb, argument

BY_PHONE = "by phone"


@dataclass(frozen=True, kw_only=True)
class Studio(Verb):
    """Hear a show until the caller keys *; 1 asks to speak."""

    verb: ClassVar[str] = "studio"
    short: ClassVar[str] = "name"
    waits: ClassVar[bool] = True

    name: Template = argument(Name("studio"), doc="The studio, from queues.yaml.")
    role: str = argument(
        Choice((BY_PHONE, "caller", "expert")),
        BY_PHONE,
        "Who the caller is to it; by phone: host, expert or caller, as the studio lists their extensions.",
    )
    full: Block = argument(Branch(), (), "When the studio takes no more callers.")

    async def run(self, call: Running) -> Outcome:
        await call.port.answer()
        role = "" if self.role == BY_PHONE else self.role
        status = await call.port.studio(call.expand(self.name), role=role, language=call.language)
        if status == "left":
            call.acted()
        return Into(self.full, status) if status == "full" and self.full else Onward(status)
