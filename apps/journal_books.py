"""What all parts of the books have: the writer that they write by, and how a value becomes a row's.

Deliberately absent: what is booked (journal_calls.py, journal_recordings.py, journal_signalling.py, journal.py).
"""

from __future__ import annotations

from typing import Any

from apps.journal_writer import Writer

_LONGEST = 512


class Books:
    """A part of the journal."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.strays = 0
        """Writes for a call or recording that was not open: a bug of the caller, never an error."""


def ms_of(at: float) -> int:
    """Milliseconds since 1970."""
    return round(at * 1000)


def as_row(record: Any) -> dict[str, Any]:
    """A slotted record's fields."""
    return {name: getattr(record, name) for name in record.__slots__}


def wire_text(text: str) -> str:
    """Text from outside, as SQLite takes it: no lone surrogates, not endless."""
    if len(text) > _LONGEST:
        text = text[:_LONGEST]
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
