"""Click-to-dial: ring an extension first; when it answers, dial the number for it as if it had dialled itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from apps.call import Call, Caller
from apps.journal_rows import CallDirection
from apps.journal_story import SegmentKind
from apps.line import Line
from apps.line_use import take_phone
from apps.reception import serve
from switch.events import Answered, Ended, LegEvent
from switch.words import CallId, Cause, Identity, Party, ToPhone, leg_id, new_call_id

if TYPE_CHECKING:
    from apps.house import House


class _Clicked(Call):
    """A call whose caller's line is one that we placed."""

    def __init__(self, house: House, call: CallId, caller: Caller) -> None:
        super().__init__(house, call, caller)
        self.picked_up = asyncio.Event()

    def line_told(self, line: Line, event: LegEvent) -> None:
        """The extension answered: now its call can go on. It is the caller, though we placed its leg."""
        if isinstance(event, Answered):
            self.picked_up.set()
        if isinstance(event, Ended) and event.by is Party.CALLEE:
            event = replace(event, by=Party.CALLER)
        super().line_told(line, event)


def click_to_dial(
    house: House,
    extension: str,
    number: str,
    timeout_s: float,
    script: Callable[[Call], Awaitable[Cause]] | None = None,
) -> CallId:
    """Begin; the call's id. What becomes of it is in the events and the books.

    `script`: what the call does when the extension has answered, if not what the number leads to.
    """
    call_id = new_call_id()
    entry = house.site.phones.get(extension)
    call = _Clicked(
        house,
        call_id,
        Caller(extension, entry.name if entry else "", number, CallDirection.INTERNAL, extension=extension),
    )
    call.begin(Line(house, leg_id(call_id, 1), call))
    take_phone(house, call.line, extension)
    call.enter(SegmentKind.DIAL, label=extension, extension=extension)
    house.spawn(
        call.line.place(ToPhone(extension), Identity(number), timeout_s=timeout_s, auto_answer=True),
        f"click to dial {call_id}",
    )
    call.script = house.spawn(_run(house, call, script), f"script {call_id}")
    return call_id


async def _run(house: House, call: _Clicked, script: Callable[[Call], Awaitable[Cause]] | None) -> None:
    """Cancelled, as every script, when the extension's line ends; also when it never answered."""
    await call.picked_up.wait()
    await (serve(house, call) if script is None else call.run(lambda: script(call)))
