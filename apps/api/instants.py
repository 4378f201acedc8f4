"""An instant, as the socket API shows it: RFC 3339 text in UTC, to the millisecond.

Deliberately absent: durations, which are whole numbers of milliseconds wherever they are.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

At = Annotated[datetime, Meta(tz=True)]


def utc(at: float) -> datetime:
    """The instant `at` (UTC seconds since 1970), to the millisecond, as the API shows it."""
    return utc_ms(round(at * 1000))


def utc_ms(at_ms: int) -> datetime:
    """The instant `at_ms` (UTC milliseconds since 1970)."""
    seconds, ms = divmod(at_ms, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=ms * 1000)
