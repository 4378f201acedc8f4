"""One call: its caller's line, the lines called for it, its script, and its story in the books.

A call lives from the caller's INVITE (or a click-to-dial) to the moment when every line of it is over and its row
is closed. It ends in one way only: the caller's line is over. Everybody who wants the call to end hangs that line
up. Who rings or talks for the caller watches that line (`Line.watchers`) and is hung up in the same turn of the loop;
the script is cancelled then.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from apps import views
from apps.api.events import CallChanged, CallClosed, CallOpened, CallSegment
from apps.journal_rows import CallDirection
from apps.journal_story import Segment, SegmentKind, Story
from apps.line import Line
from apps.line_words import LineListener
from media.words import StreamId
from switch.events import Ended, LegEvent
from switch.words import CallId, Cause, LegId, Party, leg_id

if TYPE_CHECKING:
    from apps.bridge import Bridge
    from apps.house import House

log = logging.getLogger("call")

LAST_WORD_S = 40.0
"""How long a call waits for its lines to end: a BYE that nobody answers ends after 32 s (RFC 3261 timer F)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who called whom, and by what way."""

    number: str
    name: str
    called: str
    direction: CallDirection
    trunk: str = ""
    extension: str = ""
    began_at: float = field(default_factory=lambda: time.time())
    """UTC seconds since 1970."""
    began: float = field(default_factory=lambda: time.monotonic())


class Call:
    """A running call. `house.calls` holds it while it lives."""

    def __init__(self, house: House, call: CallId, caller: Caller, sip_call_id: str = "") -> None:
        self.id = call
        self.house = house
        self.caller = caller
        self.line: Line
        """The caller's own."""
        self.lines: dict[LegId, Line] = {}
        """All lines, the caller's first; kept after their end, for `calls show`."""
        self.script: asyncio.Task[None] | None = None
        self.bridge: Bridge | None = None
        """The talk that the caller is in."""
        self.visits: Bridge | None = None
        """The talk of another call that this one's caller has taken over."""
        self.answered_at: float | None = None
        self.language = ""
        self.recordings: list[str] = []
        """Ids of the recordings that were begun."""
        self.recording = ""
        """The one that runs."""
        self.variables: dict[str, str] = {}
        self.parted_by = Party.SWITCH
        """Who ended what the script did last; whose doing it is when the script has nothing more to do."""
        self.broken: Cause | None = None
        """Why whom the caller last talked with was lost, when that was the switch's or the network's failure."""
        self.dial_failed: Cause | None = None
        """Why the last dial failed, in more words than the dialplan has."""
        self.tells_speech = False
        """The API is told who begins and stops to speak."""
        self._ending: tuple[Cause, Party] | None = None
        house.journal.interaction_opened(
            call,
            caller.began_at,
            direction=caller.direction,
            caller=caller.number,
            called=caller.called,
            caller_name=caller.name,
            trunk=caller.trunk,
            extension=caller.extension,
            sip_call_id=sip_call_id,
        )

    def begin(self, line: Line) -> None:
        """The caller's own line is this: the call runs."""
        self.line = self.add(line)
        self.house.calls[self.id] = self
        self.house.today.calls += 1
        self.house.hub.publish(CallOpened(views.call_info(self)))

    def at(self) -> float:
        """Now in UTC seconds, on this call's own clock: the wall's at its start, the monotonic one since.

        A clock that is set during the call makes no negative segment.
        """
        return self.caller.began_at + (time.monotonic() - self.caller.began)

    @property
    def seconds(self) -> float:
        """How long the call has lasted."""
        return time.monotonic() - self.caller.began

    @property
    def story(self) -> Story | None:
        """The segments so far; None once the books are closed."""
        return self.house.journal.story(self.id)

    # ---- lines --------------------------------------------------------------------------------------------------

    def next_leg(self) -> LegId:
        """The id of a line that is about to be made for this call."""
        return leg_id(self.id, len(self.lines) + 1)

    def add(self, line: Line) -> Line:
        """Take a line into the call."""
        self.lines[line.leg] = line
        if self.tells_speech:
            line.input.tell_speech(True)
        return line

    def tell_speech(self, on: bool) -> None:
        """Tell `call.speech` of every line, also of those to come, or no more."""
        self.tells_speech = on
        for line in self.lines.values():
            line.input.tell_speech(on)

    def called_line(self, listener: LineListener) -> Line:
        """A new outgoing line of this call; `place()` it next."""
        return self.add(Line(self.house, self.next_leg(), listener, near=self.line.stream))

    # ---- the story ----------------------------------------------------------------------------------------------

    def enter(
        self,
        kind: SegmentKind,
        *,
        label: str = "",
        queue: str = "",
        agent: str = "",
        extension: str = "",
    ) -> None:
        """The caller is now in this; what they were in ends."""
        if self.story is not None:
            self._tell(
                self.house.journal.segment_opened(
                    self.id, kind, self.at(), label=label, queue=queue, agent=agent, extension=extension
                )
            )

    def leave(self, outcome: str) -> None:
        """What the caller was in is over, and came out so; what is next is entered soon."""
        if self.story is not None:
            self._tell(self.house.journal.segment_closed(self.id, self.at(), outcome))

    def _tell(self, changed: Sequence[Segment]) -> None:
        for segment in changed:
            self.house.hub.publish(CallSegment(self.id, views.segment_info(segment)))

    def speak(self, language: str) -> None:
        """The caller's language, for the books."""
        if language and language != self.language:
            self.language = language
            self.changed()
            self.house.journal.interaction_changed(self.id, language=language)

    def set_variable(self, name: str, value: str) -> None:
        """The script set a variable."""
        self.variables[name] = value
        self.house.journal.variable_set(self.id, name, value)

    def goes_out(self, trunk: str) -> None:
        """The call of a phone of ours leaves by a trunk."""
        if self.caller.direction is CallDirection.INTERNAL:
            self.caller = replace(self.caller, direction=CallDirection.OUT, trunk=trunk)
            self.house.journal.interaction_changed(self.id, trunk=trunk, direction=CallDirection.OUT)
            self.changed()

    async def answer(self, near: StreamId | None = None) -> None:
        """Answer the caller, if that has not been done; rather on the engine of `near`."""
        await self.line.answer(near)
        self.answered()

    def answered(self) -> None:
        """A person or a machine answered the caller: booked once, and only if the caller was there to hear it."""
        if self.answered_at is None and self.line.answered and self.line.live:
            self.answered_at = self.at()
            self.house.journal.interaction_answered(self.id, self.answered_at)
            self.changed()

    def changed(self) -> None:
        """Tell the API's listeners what the call is now."""
        self.house.hub.publish(CallChanged(views.call_info(self)))

    @property
    def ending(self) -> bool:
        """Somebody ended it; the last BYE may still be under way."""
        return self._ending is not None

    async def run(self, script: Callable[[], Awaitable[Cause]]) -> None:
        """Run a script to its end; then the call ends, with the cause that it returns."""
        try:
            cause = await script()
        except Exception:  # one call's failure is that call's alone
            log.exception("call=%s: its script failed", self.id)
            cause, self.parted_by = Cause.ERROR, Party.SWITCH
        self.end(self.broken or cause, self.parted_by)

    def redirect(self, script: Callable[[], Awaitable[Cause]]) -> None:
        """From now on the call does this, and not what its script did; whatever that rang or talked with is let go.

        Nothing when the call is ending.
        """
        before = self.script
        if self.ending or not self.line.live:
            return
        if before is not None:
            before.cancel()

        async def instead() -> None:
            if before is not None:
                await asyncio.wait([before])
            await self.run(script)

        self.script = self.house.spawn(instead(), f"script {self.id}")

    # ---- the end ------------------------------------------------------------------------------------------------

    def end(self, cause: Cause, fault: Party = Party.SWITCH) -> None:
        """End the call for this reason; the first reason given is the one that is booked."""
        if self._ending is None:
            # A line that fails by itself is hung up before anybody ends the call.
            self._ending = (cause, fault) if self.line.leaving is None else (self.line.leaving, Party.SWITCH)
        self.line.hang_up(cause)

    def line_told(self, line: Line, event: LegEvent) -> None:
        """The caller's own line (LineListener)."""
        if isinstance(event, Ended):
            if self._ending is None:
                self._ending = (event.cause, event.by)
            if self.script is not None:
                self.script.cancel()
            self.house.spawn(self._close(event), f"close call {self.id}")

    def line_held(self, line: Line, held: bool) -> None:
        """The caller put us on hold, or came back."""
        for bridge in (self.bridge, self.visits):
            if bridge is not None:
                bridge.join()

    async def _close(self, event: Ended) -> None:
        try:
            if self.script is not None:
                await asyncio.gather(self.script, return_exceptions=True)
            for line in list(self.lines.values()):
                line.hang_up(Cause.NORMAL if line.answered else Cause.CANCELLED)
            try:
                async with asyncio.timeout(LAST_WORD_S):
                    for line in self.lines.values():
                        await line.over.wait()
            except TimeoutError:
                for line in list(self.lines.values()):
                    line.give_up()
        finally:
            self._book_end(event)

    def _book_end(self, event: Ended) -> None:
        assert self._ending is not None
        cause, fault = self._ending
        caller, story = self.caller, self.story
        self.house.journal.interaction_closed(self.id, self.at(), cause, fault, event.status, cause.name.lower())
        self.house.forget(self)
        self.house.hub.publish(
            CallClosed(
                self.id,
                cause.name.lower(),
                fault.value,
                event.status,
                round(self.seconds * 1000),
                story.queue if story is not None else "",
                story.agent if story is not None else "",
                caller.number,
                caller.called,
            )
        )
        log.info("call=%s ended: %s by %s after %.1f s", self.id, cause.text, fault.value, self.seconds)
