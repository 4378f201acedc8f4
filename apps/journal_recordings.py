"""The books of recordings: opened, whose agent is heard, closed.

Writers for a recording that is not open do nothing and are counted (`strays`).

Time: `at` is UTC, seconds since 1970. Deliberately absent: the recordings themselves (recording.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from apps import schema
from apps.journal_books import Books, ms_of, wire_text
from apps.journal_writer import Writer


class RecordingBooks(Books):
    """The part of the journal that is about recordings."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(writer)
        self._recordings: dict[str, dict[str, Any]] = {}
        self._encoding: dict[str, dict[str, Any]] = {}
        """Those that are over and have not their final form yet."""

    def recording_opened(
        self,
        recording_id: str,
        call: str,
        at: float,
        path: Path | str,
        *,
        channels: int = 2,
        kind: str = "call",
        queue: str = "",
        agent: str = "",
        mailbox: str = "",
    ) -> None:
        """A recording begins. `kind`: `call` or `voicemail`."""
        row: dict[str, Any] = dict(recording_id=recording_id, call_id=call, path=str(path), kind=kind, queue=queue)
        row |= dict(agent=agent, mailbox=mailbox, started_at=ms_of(at), ended_at=None, length_ms=0)
        row |= dict(channels=channels, bytes=0, dropped_blocks=0, failed="", missing_ms=0, marks="")
        self._recordings[recording_id] = row
        self._writer.put(schema.recording, recording_id, dict(row))

    def recording_agent(self, recording_id: str, agent: str) -> None:
        """The agent who is heard on a recording that runs."""
        row = self._recordings.get(recording_id)
        if row is None:
            self.strays += 1
            return
        row["agent"] = agent
        self._writer.put(schema.recording, recording_id, dict(row))

    def recording_closed(
        self,
        recording_id: str,
        at: float,
        *,
        seconds: float,
        bytes: int,
        dropped_blocks: int = 0,
        failed: str = "",
        missing_s: float = 0.0,
        marks: str = "",
        encoding: bool = False,
    ) -> None:
        """A recording is over. `failed`: empty when the file is whole, else why not; `marks`: its map, as JSON.

        With `encoding`, `recording_encoded` follows.
        """
        row = self._recordings.pop(recording_id, None)
        if row is None:
            self.strays += 1
            return
        row |= dict(ended_at=max(ms_of(at), row["started_at"]), length_ms=round(seconds * 1000), bytes=bytes)
        row |= dict(dropped_blocks=dropped_blocks, failed=wire_text(failed), marks=marks)
        row |= dict(missing_ms=round(missing_s * 1000))
        self._writer.put(schema.recording, recording_id, dict(row))
        if encoding and not failed:
            self._encoding[recording_id] = row

    def recording_encoded(self, recording_id: str, path: Path | str, bytes: int) -> None:
        """A recording that is over has its final form, or has failed to get it (`bytes` 0) and lies in this file."""
        row = self._encoding.pop(recording_id, None)
        if row is None:
            self.strays += 1
            return
        self._writer.put(schema.recording, recording_id, row | dict(path=str(path), bytes=bytes or row["bytes"]))
