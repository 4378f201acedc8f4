"""Two lines talk: their streams in one room, holding and resuming, until one of them is over.

Either side may put the other on hold from the phone (RFC 3264 8.4): the held one hears music, the story notes a
hold, and the talk goes on when both are back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.journal_story import SegmentKind
from media.words import RoomId
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
        self._call = call
        self._other = other
        self._music = music
        self._label, self._queue, self._agent, self._extension = label, queue, agent, extension
        self._desk = call.house.desk
        self._kind: SegmentKind | None = None
        """What the two are in; None before they are joined."""

    def join(self) -> None:
        """Let them talk, or hold if one of them holds."""
        caller, other = self._call.line, self._other
        if not caller.live or not other.live:
            return
        if caller.held or other.held:
            self._desk.unbridge(caller.stream)
            self._desk.unbridge(other.stream)
            for line, peer in ((caller, other), (other, caller)):
                self._desk.music(line.stream, self._music if peer.held and not line.held else None)
            kind = SegmentKind.HOLD
        else:
            self._desk.music(caller.stream, None)
            self._desk.music(other.stream, None)
            self._desk.bridge(RoomId(self._call.id), (caller.stream, other.stream))
            kind = SegmentKind.TALK
        caller.input.digits_to, other.input.digits_to = other, caller
        if kind is self._kind:  # the second of two who hold each other, or the first of them back
            return
        self._kind, self._call.broken = kind, None
        self._call.enter(kind, label=self._label, queue=self._queue, agent=self._agent, extension=self._extension)

    def part(self, by: Party) -> None:
        """The talk is over, by that party's doing; the caller's line is free for what comes next."""
        self._call.parted_by = by
        self._call.broken = self._other.leaving if self._other.leaving in FAILURES else None
        for line in (self._call.line, self._other):
            line.input.digits_to = None
            if line.ended is None:
                self._desk.music(line.stream, None)
                self._desk.unbridge(line.stream)
