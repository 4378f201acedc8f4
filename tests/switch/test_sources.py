"""Rates, offences and bans by source."""

from __future__ import annotations

import pytest

from switch.sources import Limits, Offence, Sources


def test_a_burst_is_admitted_and_then_the_rate():
    sources = Sources(Limits(rate_per_s=10, burst=20))
    assert [sources.admits("a", 0.0) for _ in range(25)].count(True) == 20
    assert not sources.admits("a", 0.05)
    assert [sources.admits("a", 1.05) for _ in range(25)].count(True) == 10
    assert sources.admits("b", 1.0), "another address has its own bucket"
    assert sources.counters["rate"] == 5 + 1 + 15


def test_failures_end_in_a_ban_that_ends():
    sources = Sources()
    bans = [sources.offend("a", Offence.FAILED_AUTH, 0.0) for n in range(10)]
    assert bans[:9] == [None] * 9 and bans[9].why == "failed auth" and bans[9].until == 300.0
    assert not sources.admits("a", 1.0) and sources.admits("a", 400.0)


def test_offences_leak_away():
    sources = Sources()
    assert not any(sources.offend("a", Offence.FAILED_AUTH, n * 60.0) for n in range(100))


def test_each_further_ban_is_twice_as_long_up_to_a_limit():
    sources = Sources(Limits(ban_s=10, longest_ban_s=30))
    now, lengths = 0.0, []
    for _ in range(4):
        ban = sources.ban("a", now)
        lengths.append(ban.until - now)
        now = ban.until + 1
    assert lengths == [10, 20, 30, 30]


def test_a_ban_can_be_listed_and_lifted():
    sources = Sources()
    sources.ban("a", 0.0, 60.0)
    sources.ban("b", 0.0, 5.0)
    assert [ban.ip for ban in sources.bans(10.0)] == ["a"] and sources.bans(10.0)[0].why == "by hand"
    assert sources.lift("a") and not sources.lift("a")
    assert sources.admits("a", 10.0)


def test_memory_is_bounded_and_bans_outlast_the_crowd():
    sources = Sources(Limits(max_sources=100))
    sources.ban("evil", 0.0, 1000.0)
    for n in range(5000):
        sources.admits(f"10.0.{n // 256}.{n % 256}", 1.0)
    assert repr(sources) == "<Sources known=100 banned=1>" and not sources.admits("evil", 2.0)
    for n in range(500):
        sources.ban(f"10.1.{n // 256}.{n % 256}", 3.0)
    assert len(sources.bans(4.0)) == 100


@pytest.mark.parametrize("offence", Offence)
def test_every_offence_is_counted_by_name(offence):
    sources = Sources()
    sources.offend("a", offence, 0.0)
    assert sources.counters[offence.name.lower()] == 1
