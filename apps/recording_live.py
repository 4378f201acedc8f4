"""One recording that runs, as the exchange knows it: whose it is, who is on its channels, whether it is silenced.

Deliberately absent: what happens to it (recording.py).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apps.api.types import MarkInfo, RecordingInfo
from apps.recording_hush import Hush
from media.recording_report import RecordingMark
from media.words import StreamId
from switch.words import LegId

if TYPE_CHECKING:
    from apps.call import Call


@dataclass(slots=True)
class Live:
    """A recording from its order to its end."""

    call: Call
    info: RecordingInfo
    right: StreamId | None
    """Who is to be on the right channel; whoever it was when the start was ordered may be gone."""
    away: bool = False
    """Nothing is to be recorded now."""
    broken: bool = False
    """The disk or the engine has failed it."""
    hush: Hush = field(default_factory=Hush)
    agents: dict[StreamId, str] = field(default_factory=dict)
    """Who was an agent on the right channel, and which."""
    starting: asyncio.Task[str] = field(init=False)
    """Ends with why it could not begin, empty when it did."""

    def named(self, mark: RecordingMark) -> MarkInfo:
        """A mark with the people's names."""
        left, right = (self._who(StreamId(stream)) for stream in (mark.left, mark.right))
        return MarkInfo(mark.at_ms, mark.what, left, right, mark.left, mark.right, mark.clock_ms)

    def _who(self, stream: StreamId) -> str:
        """The agent's name, the caller's number, or whose line it is."""
        call = self.call
        if stream == call.line.stream:
            return call.caller.number or call.line.peer
        line = call.lines.get(LegId(stream))
        return self.agents.get(stream) or (line.peer if line is not None else "")
