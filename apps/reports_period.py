"""The period of a report, and shares within it. Pure but for the clock that closes an open period."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from apps.api.instants import utc
from apps.api.protocol import ApiError, Code


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (included) to `until` (not); both UTC."""

    since: datetime
    until: datetime

    @property
    def since_ms(self) -> int:
        return round(self.since.timestamp() * 1000)

    @property
    def until_ms(self) -> int:
        return round(self.until.timestamp() * 1000)


def period(since: datetime | None, until: datetime | None, midnight: float) -> Period:
    """What was asked; by default from the site's midnight until now. Raises ApiError when it ends before it begins."""
    begin = utc(midnight) if since is None else since
    end = utc(time.time()) if until is None else until
    if end < begin:
        raise ApiError(Code.INVALID_PARAMS, "The period ends before it begins", where="until")
    return Period(begin, end)


def share(part: int, whole: int) -> float | None:
    """From 0 to 1, to four places; None where there is nothing to divide by."""
    return round(part / whole, 4) if whole > 0 else None
