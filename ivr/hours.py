"""When a place is open: weekly hours, closed days, and days opened besides.

    office: {zone: Asia/Shanghai, open: ["mon-fri 09:00-18:00"], closed: ["2026-10-01..2026-10-07", "12-25"],
             also_open: ["2026-10-10 09:00-17:00"]}

Hours are what the clock on the wall of `zone` shows, so a change to summer time moves nothing: 09:00 is 09:00.
A range whose end is not after its start runs past midnight and belongs, whole, to the day on which it began.

Pure; `at` is an aware datetime. Deliberately absent: what happens then (route.py, steps/hours.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60
_TIMES = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DATE = re.compile(r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})")


class HoursError(ValueError):
    """An entry cannot be read. The message says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes since midnight of the day it began: 0 <= start < 1440, start < end <= start + 1440."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Weekly:
    """Open on these days of the week (0 is Monday)."""

    days: frozenset[int]
    span: Span


@dataclass(frozen=True, slots=True)
class Days:
    """A range of dates, both ends included; without a year it comes every year and may pass the year's end."""

    first: tuple[int, int, int]
    """Year, month, day; year 0 is every year."""
    last: tuple[int, int, int]

    def holds(self, day: date) -> bool:
        """Whether the day is in the range."""
        if self.first[0]:
            return self.first <= (day.year, day.month, day.day) <= self.last
        here, first, last = (day.month, day.day), self.first[1:], self.last[1:]
        return first <= here <= last if first <= last else here >= first or here <= last


@dataclass(frozen=True, slots=True)
class Opened:
    """Open on these dates besides, whatever the week or a closed day says."""

    days: Days
    span: Span


@dataclass(frozen=True)
class Hours:
    """One set of opening hours."""

    name: str
    zone: ZoneInfo | None
    """None: the zone of the time that is asked about."""
    weekly: tuple[Weekly, ...]
    closed: tuple[Days, ...] = ()
    also_open: tuple[Opened, ...] = ()

    def local(self, at: datetime) -> datetime:
        """An aware moment as the clock on the wall of the zone shows it."""
        return at.astimezone(self.zone) if self.zone is not None else at

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at an aware moment."""
        local = self.local(at)
        minute = local.hour * 60 + local.minute
        today = local.date()
        # What began yesterday may still run.
        return self._open_on(today, minute) or self._open_on(today - timedelta(days=1), minute + DAY_MIN)

    def _open_on(self, day: date, minute: int) -> bool:
        if any(o.days.holds(day) and o.span.start <= minute < o.span.end for o in self.also_open):
            return True
        if any(days.holds(day) for days in self.closed):
            return False
        return any(day.weekday() in w.days and w.span.start <= minute < w.span.end for w in self.weekly)


def weekly(text: str) -> Weekly:
    """ "mon-fri 09:00-18:00", "sat,sun 10:00-14:00", "daily 00:00-24:00". Raises HoursError."""
    days, _, times = text.strip().lower().partition(" ")
    return Weekly(_weekdays(days), _span(times.strip()))


def days(text: str) -> Days:
    """ "2026-10-01", "2026-10-01..2026-10-07", or without the year for every year. Raises HoursError."""
    low, dots, high = text.strip().partition("..")
    first = _day(low.strip())
    last = _day(high.strip()) if dots else first
    if bool(first[0]) != bool(last[0]):
        raise HoursError(f"{text!r} has a year at one end only")
    if first[0] and last < first:
        raise HoursError(f"{text!r} ends before it begins")
    return Days(first, last)


def opened(text: str) -> Opened:
    """ "2026-10-10 09:00-17:00". Raises HoursError."""
    when, _, times = text.strip().partition(" ")
    return Opened(days(when), _span(times.strip()))


def _weekdays(text: str) -> frozenset[int]:
    if text == "daily":
        return frozenset(range(7))
    found: set[int] = set()
    for part in text.split(","):
        low, dash, high = part.partition("-")
        names = (low, high if dash else low)
        for name in names:
            if name not in WEEKDAYS:
                raise HoursError(f"{name!r} is no day; days are {', '.join(WEEKDAYS)} and daily")
        first, last = (WEEKDAYS.index(name) for name in names)
        # fri-mon runs over the week's end.
        found.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return frozenset(found)


def _span(text: str) -> Span:
    found = _TIMES.fullmatch(text)
    if found is None:
        raise HoursError(f"{text!r} is no time range; write 09:00-18:00")
    start_hour, start_min, end_hour, end_min = map(int, found.groups())
    start, end = start_hour * 60 + start_min, end_hour * 60 + end_min
    if start_min > 59 or end_min > 59 or start >= DAY_MIN or end > DAY_MIN:
        raise HoursError(f"{text!r} is beyond the clock; times are 00:00 to 24:00")
    if start == end:
        raise HoursError(f"{text!r} is empty; a whole day is 00:00-24:00")
    return Span(start, end if end > start else end + DAY_MIN)


def _day(text: str) -> tuple[int, int, int]:
    found = _DATE.fullmatch(text)
    if found is None:
        raise HoursError(f"{text!r} is no date; write 2026-10-01, or 10-01 for every year")
    year, month, day = int(found[1] or 0), int(found[2]), int(found[3])
    try:
        date(year or 2024, month, day)  # 2024 has a 29 February
    except ValueError:
        raise HoursError(f"{text!r} is not in the calendar") from None
    return (year, month, day)
