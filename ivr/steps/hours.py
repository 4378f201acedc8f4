"""hours: branch by opening hours."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr.argument import Reading
from ivr.argument_branch import Branch
from ivr.argument_name import HoursName
from ivr.document import Place
from ivr.running import Running
from ivr.verb import Block, Into, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Hours(Verb):
    """Take one branch when it is open, another when it is closed; a branch not given is the next step."""

    verb: ClassVar[str] = "hours"
    short: ClassVar[str] = "name"

    name: str = argument(HoursName(), doc="The opening hours, from `hours:`.")
    open: Block = argument(Branch(), (), "What to do when open.")
    closed: Block = argument(Branch(), (), "What to do when closed.")

    def check(self, reading: Reading, place: Place) -> None:
        if not self.open and not self.closed:
            reading.wrong(place, "Both branches are the next step", 'Give "open", "closed" or both.')

    def falls(self) -> bool:
        return not self.open or not self.closed

    async def run(self, call: Running) -> Outcome:
        hours = call.plan.hours[self.name]
        now = call.port.local_now()
        is_open = hours.is_open(now)
        why = f"{self.name} is {'open' if is_open else 'closed'} on {hours.local(now):%a %Y-%m-%d at %H:%M}"
        return Into(self.open if is_open else self.closed, why)
