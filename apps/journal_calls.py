"""The books of calls: opened, answered, from segment to segment, closed.

Each running call has its story (journal_story.py) in memory and its row; every change writes the row whole.
Writers for a call that is not open do nothing and are counted (`strays`).

Time: `at` is UTC, seconds since 1970. Deliberately absent: the file, everything else in it (journal.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps import schema
from apps.journal_books import Books, as_row, ms_of, wire_text
from apps.journal_rows import CallDirection
from apps.journal_story import Segment, SegmentKind, Story
from apps.journal_writer import Writer
from switch.words import Cause, Party


class CallBooks(Books):
    """The part of the journal that is about calls."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(writer)
        self._calls: dict[str, tuple[Story, dict[str, Any]]] = {}

    def interaction_opened(
        self,
        call: str,
        at: float,
        *,
        direction: CallDirection,
        caller: str,
        called: str,
        caller_name: str = "",
        trunk: str = "",
        extension: str = "",
        language: str = "",
        sip_call_id: str = "",
    ) -> None:
        """A call begins."""
        story = Story(call, ms_of(at))
        row: dict[str, Any] = dict.fromkeys((column.name for column in schema.interaction.columns), "")
        row |= dict(call_id=call, started_at=story.started_at, answered_at=None, ended_at=None, sip_status=0)
        row |= dict(direction=direction.value, caller=wire_text(caller), caller_name=wire_text(caller_name))
        row |= dict(called=wire_text(called), trunk=trunk, extension=extension, language=language)
        row |= dict(sip_call_id=wire_text(sip_call_id), menu_ms=0, wait_ms=0, ring_ms=0, talk_ms=0, hold_ms=0)
        self._calls[call] = (story, row)
        self._put_call(row)

    def interaction_answered(self, call: str, at: float) -> None:
        """We answered the caller, or the called side did. Only the first counts."""
        story, row = self._call(call)
        if row is not None and row["answered_at"] is None:
            story.answered_at = row["answered_at"] = max(ms_of(at), story.started_at)
            self._put_call(row)

    def interaction_changed(
        self,
        call: str,
        *,
        language: str = "",
        called: str = "",
        trunk: str = "",
        direction: CallDirection | None = None,
    ) -> None:
        """The caller chose a language, or the dialplan another number or trunk; empty leaves as it was."""
        _, row = self._call(call)
        if row is not None:
            if direction is not None:
                row["direction"] = direction.value
            row |= {
                name: wire_text(value)
                for name, value in (("language", language), ("called", called), ("trunk", trunk))
                if value
            }
            self._put_call(row)

    def segment_opened(
        self,
        call: str,
        kind: SegmentKind,
        at: float,
        *,
        label: str = "",
        queue: str = "",
        agent: str = "",
        extension: str = "",
    ) -> Sequence[Segment]:
        """The caller is now in this; what ran ends at the same instant. Returns the segments that changed."""
        story, row = self._call(call)
        if row is None:
            return ()
        changed = story.open(
            kind, ms_of(at), label=wire_text(label), queue=queue, agent=agent, extension=wire_text(extension)
        )
        if (row["queue"], row["agent"]) != (story.queue, story.agent):
            row["queue"], row["agent"] = story.queue, story.agent
            self._put_call(row)
        return self._put_segments(call, changed)

    def segment_closed(self, call: str, at: float, outcome: str = "") -> Sequence[Segment]:
        """The caller is out of it, with this outcome. Returns the segments that changed."""
        story, row = self._call(call)
        return () if row is None else self._put_segments(call, story.close(ms_of(at), wire_text(outcome)))

    def interaction_closed(
        self, call: str, at: float, cause: Cause, fault: Party, status: int = 0, outcome: str = ""
    ) -> Sequence[Segment]:
        """The call is over. `status`: the final SIP status, 0 after an answer. `outcome`: of the last segment."""
        story, row = self._call(call)
        if row is None:
            return ()
        ended_at, changed = story.end(ms_of(at), wire_text(outcome))
        sums = story.sums()
        row |= dict(ended_at=ended_at, cause=cause.name.lower(), fault=fault.value, sip_status=status)
        row |= {name: getattr(sums, name) for name in sums.__slots__}
        del self._calls[call]
        self._put_call(row)
        return self._put_segments(call, changed)

    def story(self, call: str) -> Story | None:
        """The story so far of a call that is open."""
        return self._calls[call][0] if call in self._calls else None

    def variable_set(self, call: str, name: str, value: str) -> None:
        """A call's script told us something."""
        row = dict(call_id=call, name=wire_text(name), value=wire_text(value))
        self._writer.put(schema.variable, (call, row["name"]), row)

    def _call(self, call: str) -> tuple[Story, dict[str, Any]] | tuple[Story, None]:
        known = self._calls.get(call)
        if known is None:
            self.strays += 1
            return Story(call, 0), None
        return known

    def _put_call(self, row: dict[str, Any]) -> None:
        self._writer.put(schema.interaction, row["call_id"], row)

    def _put_segments(self, call: str, changed: Sequence[Segment]) -> Sequence[Segment]:
        for segment in changed:
            row = as_row(segment) | dict(call_id=call, kind=segment.kind.value)
            self._writer.put(schema.segment, (call, segment.n), row)
        return changed
