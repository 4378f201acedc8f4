"""What the books hold, as the socket API gives it: call records and recordings.

What holds for every record is said in types.py.
Deliberately absent: how any of it is found out.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from apps.api.call_types import SegmentInfo
from apps.api.instants import At

RecordingState = Literal["recording", "paused", "masked"]
Side = Literal["caller", "agent", "both"]


class MarkInfo(Struct, frozen=True):
    """From here on a recording is different: who is on which channel, or nothing at all."""

    at_ms: int
    """In the file."""
    what: str
    """begin, left or right (another party), pause, mask, resume, away and back (a time left out), end. Of a
    conference: came, went."""
    left: str = ""
    right: str = ""
    """Who is heard: the caller's number, an agent's name, a phone or trunk; empty for nobody."""
    left_leg: str = ""
    right_leg: str = ""
    clock_ms: int = 0
    """Since the recording began: more than `at_ms` by what was left out."""


class RecordingInfo(Struct, frozen=True):
    """A recording, caller left and agent right, or both on one channel."""

    recording_id: str
    call_id: str
    path: str
    """Absolute."""
    started_at: At
    length_ms: int
    channels: int
    kind: str = "call"
    ended_at: At | None = None
    bytes: int = 0
    dropped_blocks: int = 0
    failed: str = ""
    queue: str = ""
    agent: str = ""
    mailbox: str = ""
    caller: str = ""
    called: str = ""
    present: bool = True
    """The file is there."""
    missing_ms: int = 0
    """What should be in it by the clock and is not."""
    marks: list[MarkInfo] = []
    """The map of it, in order; empty while it runs."""


class RecordingControl(Struct, frozen=True):
    """What a pause, a mask or a resume came to."""

    call_id: str
    recording_id: str
    state: RecordingState
    """recording, paused (silence on all of it), masked (on a side)."""


class CdrRow(Struct, frozen=True):
    """One call as the books have it. The times add up: see `SegmentInfo`."""

    call_id: str
    started_at: At
    direction: str
    caller: str
    called: str
    disposition: str
    """answered, no answer, busy, abandoned, rejected, failed or running."""
    answered_at: At | None = None
    ended_at: At | None = None
    caller_name: str = ""
    trunk: str = ""
    extension: str = ""
    language: str = ""
    queue: str = ""
    agent: str = ""
    cause: str = ""
    q850: int = 0
    sip_status: int = 0
    ended_by: str = ""
    """Whose doing the end was: caller, callee, switch, network or admin."""
    duration_ms: int = 0
    menu_ms: int = 0
    wait_ms: int = 0
    ring_ms: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    recording: str = ""
    """Path of its first recording."""
    segments: list[SegmentInfo] = []


class Recordings(Struct, frozen=True):
    """Newest first. `next` goes into `after` for the next page; empty when there is none."""

    recordings: list[RecordingInfo]
    next: str = ""


class Cdrs(Struct, frozen=True):
    """Newest first unless asked otherwise. `next` goes into `after` for the next page; empty when there is none."""

    rows: list[CdrRow]
    next: str = ""


class RememberedInfo(Struct, frozen=True):
    """One thing that is remembered of a caller."""

    name: str
    """In the dialplan: `{caller.name}`."""
    value: str
    set_at: At


class CallerMemoryInfo(Struct, frozen=True):
    """What is remembered of a caller's number, what was set last first."""

    number: str
    remembered: list[RememberedInfo]
