"""A call's story: segments in a row that leave no gap and never overlap, so that they add up to the call.

Opening a segment ends the one before at the same millisecond. A pause between two segments becomes a segment of
its own, kind ROUTE (the dialplan was deciding), unless it is shorter than `SNAP_MS`: then it belongs to
the one that follows. So does a menu shorter than `BLINK_MS`. A wall clock that steps back never makes a segment
negative: time stands still instead.

Time: milliseconds since 1970, UTC. Pure.
Deliberately absent: rows and statements (journal.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

SNAP_MS = 100
"""Longer than setting up a prompt takes, shorter than anything a caller notices."""
BLINK_MS = 20
"""A menu shorter than this was only passed through: what follows takes its place."""


class SegmentKind(Enum):
    """What the caller was in. Who is charged: only TALK is talk time, and only its agent's."""

    ROUTE = "route"
    """The switch decides, or is between two things."""
    MENU = "menu"
    QUEUE = "queue"
    RING = "ring"
    """In a queue, while an agent's phone rings."""
    DIAL = "dial"
    """A phone or trunk is being rung, without a queue."""
    TALK = "talk"
    HOLD = "hold"
    VOICEMAIL = "voicemail"


@dataclass(slots=True)
class Segment:
    """One stretch of a call. `n` counts from 1 in order of time; `ended_at` is None while it runs."""

    n: int
    kind: SegmentKind
    started_at: int
    label: str = ""
    queue: str = ""
    agent: str = ""
    extension: str = ""
    ended_at: int | None = None
    outcome: str = ""


@dataclass(slots=True)
class Sums:
    """Milliseconds by what the caller was in. Waiting is queue and ring; ring is ring and dial."""

    menu_ms: int = 0
    wait_ms: int = 0
    ring_ms: int = 0
    talk_ms: int = 0
    hold_ms: int = 0


@dataclass(slots=True)
class Story:
    """One running call. Each verb returns the segments that changed, in order, for the books to write."""

    call_id: str
    started_at: int
    segments: list[Segment] = field(default_factory=list)
    answered_at: int | None = None
    queue: str = ""
    agent: str = ""

    def __repr__(self) -> str:
        told = " > ".join(f"{s.kind.value}{':' + s.agent if s.agent else ''}" for s in self.segments)
        return f"<Story {self.call_id} {told or 'opened'}>"

    @property
    def current(self) -> Segment | None:
        """The running segment."""
        return self.segments[-1] if self.segments and self.segments[-1].ended_at is None else None

    @property
    def _edge(self) -> int:
        """The instant up to which the story is told."""
        if not self.segments:
            return self.started_at
        last = self.segments[-1]
        return last.started_at if last.ended_at is None else last.ended_at

    def open(
        self, kind: SegmentKind, at: int, label: str = "", queue: str = "", agent: str = "", extension: str = ""
    ) -> list[Segment]:
        """Begin a segment at `at`, ending what runs."""
        at = max(at, self._edge)
        running = self.current
        if running and running.kind is SegmentKind.MENU and at - running.started_at < BLINK_MS:
            at = running.started_at
            self.segments.pop()  # its number is given again, so its row is written over
            changed = []
        else:
            changed = self.close(at, "") if running else []
        edge = self._edge
        if at - edge > SNAP_MS:
            changed.append(self._append(Segment(0, SegmentKind.ROUTE, edge, ended_at=at)))
        else:
            at = edge
        changed.append(self._append(Segment(0, kind, at, label, queue, agent, extension)))
        if queue:
            self.queue = queue
        if agent and kind is SegmentKind.TALK:
            self.agent = agent
        return changed

    def close(self, at: int, outcome: str) -> list[Segment]:
        """End the running segment; nothing if none runs."""
        running = self.current
        if running is None:
            return []
        running.ended_at = max(at, running.started_at)
        running.outcome = outcome
        return [running]

    def end(self, at: int, outcome: str) -> tuple[int, list[Segment]]:
        """End the call: its last instant, and the segments that changed."""
        changed = self.close(at, outcome)
        at = max(at, self._edge)
        edge = self._edge
        if (at > edge and not self.segments) or at - edge > SNAP_MS:
            changed.append(self._append(Segment(0, SegmentKind.ROUTE, edge, ended_at=at, outcome=outcome)))
        else:
            at = edge  # the last segment's end is the call's end
        return at, changed

    def sums(self) -> Sums:
        """Totals of the segments that are over."""
        sums = Sums()
        for segment in self.segments:
            if segment.ended_at is None:
                continue
            ms = segment.ended_at - segment.started_at
            match segment.kind:
                case SegmentKind.MENU:
                    sums.menu_ms += ms
                case SegmentKind.QUEUE:
                    sums.wait_ms += ms
                case SegmentKind.RING:
                    sums.wait_ms += ms
                    sums.ring_ms += ms
                case SegmentKind.DIAL:
                    sums.ring_ms += ms
                case SegmentKind.TALK:
                    sums.talk_ms += ms
                case SegmentKind.HOLD:
                    sums.hold_ms += ms
                case SegmentKind.ROUTE | SegmentKind.VOICEMAIL:
                    pass
        return sums

    def served(self, agent: str, since: int, until: int) -> tuple[int, int]:
        """Milliseconds of talk and of hold with this agent between two instants."""
        talk, hold = 0, 0
        for segment in self.segments:
            end = until if segment.ended_at is None else min(segment.ended_at, until)
            ms = max(0, end - max(segment.started_at, since))
            if segment.agent == agent:
                talk += ms * (segment.kind is SegmentKind.TALK)
                hold += ms * (segment.kind is SegmentKind.HOLD)
        return talk, hold

    def _append(self, segment: Segment) -> Segment:
        segment.n = len(self.segments) + 1
        self.segments.append(segment)
        return segment
