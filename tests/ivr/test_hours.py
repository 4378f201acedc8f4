"""Opening hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import hours
from ivr.hours import Hours, HoursError

SHANGHAI = ZoneInfo("Asia/Shanghai")


def office(
    *weekly: str, closed: tuple[str, ...] = (), also: tuple[str, ...] = (), zone: str = "Asia/Shanghai"
) -> Hours:
    return Hours("office", ZoneInfo(zone), tuple(map(hours.weekly, weekly)), tuple(map(hours.days, closed)),
                 tuple(map(hours.opened, also)))  # fmt: skip


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


WEEK = office("mon-fri 09:00-18:00", "sat 10:00-14:00")


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-03-02T09:00", True),  # a Monday
        ("2026-03-02T08:59:59", False),
        ("2026-03-02T17:59:59", True),
        ("2026-03-02T18:00", False),
        ("2026-03-07T10:00", True),
        ("2026-03-07T09:30", False),
        ("2026-03-08T12:00", False),
    ],
)
def test_the_end_is_no_longer_open_and_the_start_is(when, is_open):
    assert WEEK.is_open(at(when)) is is_open


def test_the_moment_is_asked_in_the_zone_of_the_hours():
    assert WEEK.is_open(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))  # 09:00 in Shanghai
    assert not WEEK.is_open(datetime(2026, 3, 2, 10, 0, tzinfo=UTC))


def test_without_a_zone_the_moments_own_clock_counts():
    plain = Hours("x", None, (hours.weekly("daily 09:00-10:00"),))
    assert plain.is_open(datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("America/New_York")))


def test_a_range_past_midnight_belongs_to_the_day_it_began():
    night = office("fri 22:00-02:00")
    assert night.is_open(at("2026-03-06T23:00"))
    assert night.is_open(at("2026-03-07T01:59"))
    assert not night.is_open(at("2026-03-07T02:00"))
    assert not night.is_open(at("2026-03-06T01:00"))
    assert not night.is_open(at("2026-03-07T22:30"))


def test_a_closed_day_takes_its_night_with_it_but_not_the_night_before():
    night = office("daily 22:00-02:00", closed=("2026-03-06",))
    assert night.is_open(at("2026-03-06T01:00"))  # began on the 5th
    assert not night.is_open(at("2026-03-06T23:00"))
    assert not night.is_open(at("2026-03-07T01:00"))  # would have begun on the 6th
    assert night.is_open(at("2026-03-07T23:00"))


def test_holidays_close_and_worked_days_open():
    golden = office("mon-fri 09:00-18:00", closed=("2026-10-01..2026-10-07",), also=("2026-10-10 09:00-17:00",))
    assert golden.is_open(at("2026-09-30T12:00"))
    assert not any(golden.is_open(at(f"2026-10-0{day}T12:00")) for day in range(1, 8))
    assert golden.is_open(at("2026-10-08T12:00"))
    assert golden.is_open(at("2026-10-10T12:00"))  # a Saturday
    assert not golden.is_open(at("2026-10-10T17:00"))


def test_dates_without_a_year_come_every_year_and_may_pass_its_end():
    yearly = office("daily 00:00-24:00", closed=("12-31..01-02", "02-29"))
    assert not yearly.is_open(at("2026-12-31T12:00"))
    assert not yearly.is_open(at("2027-01-02T12:00"))
    assert yearly.is_open(at("2027-01-03T12:00"))
    assert not yearly.is_open(at("2028-02-29T12:00"))
    assert yearly.is_open(at("2027-02-28T12:00"))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"])
def test_nine_oclock_is_nine_oclock_on_every_day_of_the_year(zone):
    shop = office("daily 09:00-18:00", zone=zone)
    for day in range(366):
        noon = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)
        local = noon.astimezone(ZoneInfo(zone)).replace(hour=9, minute=0)
        assert shop.is_open(local.astimezone(UTC)) and not shop.is_open(local.astimezone(UTC) - timedelta(minutes=1))


def test_the_hour_that_comes_twice_is_open_twice_and_the_one_left_out_never_asked():
    night = office("sun 02:00-03:00", zone="Europe/Berlin")
    begun = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 02:00 summer time
    assert [night.is_open(begun + timedelta(minutes=30 * step)) for step in range(-1, 5)] == [
        False, True, True, True, True, False]  # fmt: skip
    spring = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 01:59 is followed by 03:00
    assert not any(night.is_open(spring + timedelta(minutes=minute)) for minute in range(-60, 60, 5))


@given(st.integers(0, 1439), st.integers(1, 1440), st.sampled_from(hours.WEEKDAYS), st.integers(0, 60 * 24 * 14))
def test_a_weekly_range_is_what_counting_minutes_says(start, end, day, minute):
    if start == end:
        return
    text = f"{day} {start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    moment = at("2026-03-02T00:00") + timedelta(minutes=minute)
    length = (end - start) % 1440 or 1440
    since = (minute - hours.WEEKDAYS.index(day) * 1440 - start) % (7 * 1440)
    assert office(text).is_open(moment) is (since < length)


@pytest.mark.parametrize("text", ["", "mon", "mon 9-18", "mon 09:00-09:00", "mon 24:00-25:00", "mon 09:60-10:00",
                                  "noday 09:00-10:00", "mon- 09:00-10:00", "mon 09:00", "mon 09:00-10:00 x"])  # fmt: skip
def test_weekly_hours_that_cannot_be_read_are_mistakes(text):
    with pytest.raises(HoursError):
        hours.weekly(text)


@pytest.mark.parametrize("text", ["", "2026-13-01", "2026-02-30", "2026-10-07..2026-10-01", "2026-10-01..10-07", "now",
                                  "26-10-01", "2026-10-01.."])  # fmt: skip
def test_dates_that_cannot_be_read_are_mistakes(text):
    with pytest.raises(HoursError):
        hours.days(text)


def test_days_over_the_weeks_end_are_understood():
    assert hours.weekly("sat-mon 09:00-10:00").days == {5, 6, 0}
    assert hours.weekly("mon,wed,fri 09:00-10:00").days == {0, 2, 4}
    assert hours.weekly("Mon-Fri 9:00-18:00").days == {0, 1, 2, 3, 4}
