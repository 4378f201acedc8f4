"""What the books hold: call records and recordings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from apps import reports
from apps.api import params as p
from apps.api import types as t

if TYPE_CHECKING:
    from apps.house import House


class Books:
    """Methods about what is over."""

    def __init__(self, house: House) -> None:
        self._house = house

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {"cdr.list": self.cdrs, "recordings.list": self.recordings, "recordings.info": self.recording}

    async def cdrs(self, asked: p.CdrFilter) -> t.Cdrs:
        return await reports.cdrs(self._house.journal, asked)

    async def recordings(self, asked: p.RecordingFilter) -> t.Recordings:
        return await reports.recordings(self._house.journal, asked)

    async def recording(self, asked: p.ByRecording) -> t.RecordingInfo:
        return await reports.recording_info(self._house.journal, asked.recording_id)
