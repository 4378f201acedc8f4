"""A supervisor on the line: whose talks they hear, how they are in them, and the keys they press.

    4 listen    5 whisper    6 barge    7 take the call    9 another call    * leave

One leg all the time: a mode is a change of who hears whom in the room. Who follows an agent, a queue or the teams
stays on the line between two talks; who named one call is told when it is over, and is hung up.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from acd.words import AgentName
from apps import prompts
from apps.bridge import Bridge
from apps.guests import Guest, Mode
from apps.handover import take
from apps.journal_story import SegmentKind
from apps.line import Line
from apps.supervise import rights
from apps.supervise.texts import say
from apps.supervise.words import LEAVE_KEY, MODE_KEYS, NEXT_KEY, TAKE_KEY, Follow, Refused
from media.words import Tone
from switch.words import Cause

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House

TONE = Tone((1400.0,), on_ms=200, level_dbm0=-20.0)
"""What tells an agent that a supervisor came in: short, as ITU-T E.180's recording tone is (1400 Hz)."""


class Watch:
    """`call`: the supervisor's own, whose script this is."""

    def __init__(self, house: House, by: str, call: Call, follow: Follow, mode: Mode) -> None:
        self.by = by
        self.call = call
        self.follow = follow
        self.mode = mode
        self.bridge: Bridge | None = None
        """The talk that is heard."""
        self.news = asyncio.Event()
        """Set when a talk began or ended, or another wish was told."""
        self.since = time.time()
        self._house = house
        self._taken = self._leaving = False
        self._left: Bridge | None = None
        """The talk that `9` went away from."""

    @property
    def extension(self) -> str:
        """The supervisor's phone."""
        return self.call.line.extension

    async def run(self) -> Cause:
        """Until the supervisor leaves, or what they follow is over."""
        room, line = self._house.supervision, self.call.line
        self.call.enter(SegmentKind.MENU, label=f"{self.mode.value} {self.follow}")
        room.watches[self.call.id] = self
        try:
            await self.call.answer()
            self._tell(self.mode.value)
            waited = False
            while not self._leaving:
                line.input.keyed.clear()
                self.news.clear()
                while line.input.digits and not self._leaving:
                    self._key(line.input.digits.popleft())
                if self._leaving or not self._seat():
                    break
                if self.bridge is None and not waited:
                    self._tell("waiting")
                waited = self.bridge is None
                await self._something()
        finally:
            self._rise()
            room.watches.pop(self.call.id, None)
        if self._taken:
            await line.over.wait()
        elif not self._leaving:
            await line.play(await prompts.sources(self._house, say(self._house.site, "over")))
        return Cause.NORMAL

    def turn(self, mode: Mode) -> None:
        """Be in the talks in this way from now on. Raises `Refused`."""
        rights.may_act(self._house.site, self.by, mode.value)
        self.mode = mode
        if self.bridge is not None:
            self._sit(self.bridge)
        self._tell(mode.value)

    def go(self, follow: Follow) -> None:
        """Hear these talks from now on."""
        self.follow, self._left = follow, None
        self.news.set()

    def leave(self) -> None:
        """Hang up."""
        self._leaving = True
        self.news.set()

    # ---- keys ---------------------------------------------------------------------------------------------------

    def _key(self, digit: str) -> None:
        if digit == LEAVE_KEY:
            self._leaving = True
        elif digit in MODE_KEYS:
            mode = MODE_KEYS[digit]
            try:
                self.turn(mode)
            except Refused as refused:
                self._book(mode.value, refused.why)
                self._tell("not allowed")
        elif digit == NEXT_KEY and self.bridge is not None and not self.follow.call:
            self._left = self.bridge
            self._rise()
        elif digit == TAKE_KEY and self.bridge is not None:
            try:
                self.take(self.bridge.call)
            except Refused:
                self._tell("not allowed")

    def take(self, call: Call) -> None:
        """The call is the supervisor's own from now on. Raises `Refused`."""
        room, bridge = self._house.supervision, call.bridge
        act, outcome = ("takeover", "taken over") if bridge is not None else ("intercept", "intercepted")
        agent, queue = (bridge.agent, bridge.queue) if bridge is not None else ("", "")
        with room.booked(self.by, act, call=call.id, agent=agent, queue=queue, extension=self.extension):
            rights.may_act(self._house.site, self.by, act)
            rights.must_be_over_call(self._house, self.by, call)
            self._rise()
            if not take(self._house, call, self.call, name=self.by, outcome=outcome):
                raise Refused(f"Call {call.id} is ending", "call_id")
        self._taken = self._leaving = True
        self.news.set()

    # ---- talks --------------------------------------------------------------------------------------------------

    def _seat(self) -> bool:
        """Be in the talk that is to be heard. False when there will be none."""
        house = self._house
        if self.follow.call and house.call(self.follow.call) is None:
            return False
        if self.bridge is not None and not (self.bridge.joined and self._wants(self.bridge)):
            self._rise()
        if self.bridge is None:
            found = [
                call.bridge for call in house.calls.values() if call.bridge is not None and self._wants(call.bridge)
            ]
            if found:
                self._sit(min(found, key=lambda bridge: (bridge is self._left, bool(bridge.guests))))
        return True

    def _wants(self, bridge: Bridge) -> bool:
        """This talk is one that is followed, that the supervisor may hear, and not their own."""
        follow, own = self.follow, self.call.line
        if own in (bridge.call.line, bridge.other) or not rights.over_call(self._house, self.by, bridge.call):
            return False
        if follow.call:
            return bridge.call.id == follow.call
        if follow.queue:
            return bridge.queue == follow.queue
        if follow.agent or follow.extension:
            return bridge.agent == follow.agent != "" or bridge.line_of(self._seat_of_followed()) is not None
        return True

    def _seat_of_followed(self) -> str:
        """Where the agent who is followed sits."""
        if self.follow.extension:
            return self.follow.extension
        view = self._house.floor.centre.agent(AgentName(self.follow.agent), time.monotonic())
        return (view.extension if view is not None else "") or "-"

    def _sit(self, bridge: Bridge) -> None:
        """Be in this talk, as the mode says."""
        came, self.bridge = self.bridge is not bridge, bridge
        agent = self._agent_of(bridge)
        bridge.invite(Guest(self.call.line.stream, self.mode, agent.stream))
        if came and self._house.site.switch.supervision.tone:
            self._house.desk.announce(agent.stream, [TONE], duck_db=0.0)
        self._book(self.mode.value)
        self._record()

    def _rise(self) -> None:
        """Be in no talk."""
        bridge, self.bridge = self.bridge, None
        if bridge is not None:
            self._book("leave", of=bridge)
            bridge.dismiss(self.call.line.stream)
            self._record()

    def _agent_of(self, bridge: Bridge) -> Line:
        """Who hears a whisper: the one who is followed, else whom the caller reached, if that is a phone of ours."""
        line = bridge.line_of(self._seat_of_followed()) if self.follow.agent or self.follow.extension else None
        if line is not None:
            return line
        return bridge.call.line if bridge.call.line.extension and not bridge.other.extension else bridge.other

    def _record(self) -> None:
        """Keep the supervisor's voice while the site wants that, if the call is recorded."""
        keep = self._house.site.switch.supervision.record
        modes = {"barge": (Mode.BARGE,), "whisper": (Mode.BARGE, Mode.WHISPER), "never": ()}[keep]
        if self.bridge is not None and self.mode in modes and self.bridge.call.recording:
            self._house.recorder.follow(self.call, None, queue=self.bridge.queue, agent=self.by)
        else:
            self._house.recorder.rest(self.call, keep=False)

    # ---- telling ------------------------------------------------------------------------------------------------

    def _book(self, act: str, refused: str = "", of: Bridge | None = None) -> None:
        bridge = of or self.bridge
        self._house.supervision.book(
            self.by,
            act,
            call=bridge.call.id if bridge is not None else self.follow.call,
            agent=bridge.agent if bridge is not None else self.follow.agent,
            queue=bridge.queue if bridge is not None else self.follow.queue,
            extension=self.extension,
            watch=self.call.id,
            refused=refused,
        )

    def _tell(self, what: str) -> None:
        """Say it to the supervisor alone, over what they hear."""
        self._house.spawn(self._announce(what), f"tell {self.call.id}")

    async def _announce(self, what: str) -> None:
        sources = await prompts.sources(self._house, say(self._house.site, what))
        if self.call.line.live and sources:
            self._house.desk.announce(self.call.line.stream, sources)

    async def _something(self) -> None:
        """Wait for a key or for news."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self.call.line.input.keyed, self.news)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
