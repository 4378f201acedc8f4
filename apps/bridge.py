"""Two lines talk: their streams in one room, holding and resuming, until one of them is over.

Either side may put the other on hold from the phone (RFC 3264 8.4): the held one hears music, the story notes a
hold, and the talk goes on when both are back. Supervisors are guests of the room: each hears the two, and is heard
as their mode says; while one of the two is on hold they hear the music, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from apps.guests import Guest
from apps.journal_story import SegmentKind
from media.hearing import Hearing, talk
from media.words import RoomId, StreamId
from switch.words import Cause, Party

if TYPE_CHECKING:
    from apps.call import Call
    from apps.line import Line


FAILURES = (Cause.ENGINE_LOST, Cause.RTP_LOST)
"""Ends of a talk that nobody wanted: a call that its script then ends is booked so, whatever the script says."""


class Bridge:
    """The caller of `call` and one other line, talking. The last four go to the story's segments."""

    def __init__(
        self,
        call: Call,
        other: Line,
        *,
        music: str,
        label: str = "",
        queue: str = "",
        agent: str = "",
        extension: str = "",
    ) -> None:
        self.call = call
        self.other = other
        self.queue, self.agent, self.extension = queue, agent, extension
        self._music = music
        self._label = label
        self._house = call.house
        self._desk = call.house.desk
        self._kind: SegmentKind | None = None
        """What the two are in; None before they are joined."""
        self._guests: dict[StreamId, Guest] = {}
        self._hearing: Hearing | None = None
        """What the room was told last; None while the two are not in it."""

    def join(self) -> None:
        """Let them talk, or hold if one of them holds."""
        caller, other = self.call.line, self.other
        if not caller.live or not other.live:
            return
        if caller.held or other.held:
            self._hearing = None
            for line, peer in ((caller, other), (other, caller)):
                self._desk.unbridge(line.stream)
                self._desk.music(line.stream, self._music if peer.held and not line.held else None)
            for stream in self._guests:
                self._desk.unbridge(stream)
                self._desk.music(stream, self._music)
            kind = SegmentKind.HOLD
        else:
            self._desk.music(caller.stream, None)
            self._desk.music(other.stream, None)
            self._hearing = None
            self._arrange()
            kind = SegmentKind.TALK
        caller.input.digits_to, other.input.digits_to = other, caller
        if kind is self._kind:  # the second of two who hold each other, or the first of them back
            return
        began, self._kind, self.call.broken = self._kind is None, kind, None
        self.call.bridge = self
        self.call.enter(kind, label=self._label, queue=self.queue, agent=self.agent, extension=self.extension)
        if began:
            self._house.supervision.talk_began(self)

    def part(self, by: Party) -> None:
        """The talk is over, by that party's doing; the caller's line is free for what comes next."""
        self.call.parted_by = by
        self.call.broken = self.other.leaving if self.other.leaving in FAILURES else None
        if self.call.bridge is self:
            self.call.bridge = None
        for line in (self.call.line, self.other):
            line.input.digits_to = None
            if line.ended is None:
                self._desk.music(line.stream, None)
                self._desk.unbridge(line.stream)
        for stream in list(self._guests):
            self.dismiss(stream)
        self._house.supervision.talk_over(self)

    # ---- guests -------------------------------------------------------------------------------------------------

    @property
    def joined(self) -> bool:
        """They talk, or one holds the other."""
        return self.call.bridge is self

    @property
    def guests(self) -> Mapping[StreamId, Guest]:
        """Who listens, by their streams."""
        return self._guests

    def line_of(self, extension: str) -> Line | None:
        """Which of the two is at this extension."""
        return next((line for line in (self.other, self.call.line) if line.extension == extension), None)

    def invite(self, guest: Guest) -> None:
        """The guest is in the room, or in it in another way."""
        self._guests[guest.stream] = guest
        if self._hearing is not None:
            self._desk.music(guest.stream, None)
            self._arrange()
        else:
            self._desk.music(guest.stream, self._music)

    def dismiss(self, stream: StreamId) -> None:
        """The guest is out of the room. Again does nothing."""
        if self._guests.pop(stream, None) is None:
            return
        if self._hearing is not None and self.joined:
            self._arrange()
        else:
            self._desk.music(stream, None)
            self._desk.unbridge(stream)

    def _arrange(self) -> None:
        """Let the room be what it should be."""
        room, before = RoomId(self.call.id), self._hearing
        hearing = talk(self.call.line.stream, self.other.stream)
        for guest in self._guests.values():
            hearing = guest.placed(hearing)
        if before is not None:
            self._desk.reshape(room, before, hearing)
        elif self._guests:
            self._desk.arrange(room, hearing)
        else:
            self._desk.bridge(room, hearing.members)
        self._hearing = hearing
