"""Which trunk an address is, and how many calls it carries."""

from __future__ import annotations

import pytest

from switch.settings import Trunk
from switch.trunk import AddressBook, Channels, TrunkError

TRUNKS = [
    Trunk("wide", addresses=("198.51.100.0/24", "192.0.2.1")),
    Trunk("narrow", addresses=("198.51.100.128/25", "198.51.100.7"), max_calls=2),
    Trunk("none"),
]


@pytest.mark.parametrize(
    ("ip", "trunk"),
    [
        ("192.0.2.1", "wide"),
        ("198.51.100.1", "wide"),
        ("198.51.100.200", "narrow"),
        ("198.51.100.7", "narrow"),
        ("203.0.113.1", None),
        ("rubbish", None),
        ("::1", None),
    ],
)
def test_the_longest_match_wins(ip, trunk):
    assert AddressBook(TRUNKS).trunk_of(ip) == trunk


def test_no_trunk_means_no_trunk():
    assert AddressBook([]).trunk_of("192.0.2.1") is None


def test_a_wrong_address_names_trunk_and_address():
    with pytest.raises(TrunkError, match=r"trunk t: 'sip\.example' is neither"):
        AddressBook([Trunk("t", addresses=("sip.example",))])


def test_channels_are_counted_and_limited():
    channels = Channels(TRUNKS)
    assert [channels.take("narrow") for _ in range(3)] == [True, True, False]
    channels.give_back("narrow")
    assert channels.busy("narrow") == 1 and channels.take("narrow")
    assert all(channels.take("wide") for _ in range(100)), "0 is no limit"
    assert not channels.take("unknown")


def test_more_returns_than_calls_are_ignored_and_calls_survive_new_settings():
    channels = Channels(TRUNKS)
    channels.give_back("narrow")
    assert channels.busy("narrow") == 0
    channels.take("narrow")
    channels.reconfigure([Trunk("narrow", max_calls=1)])
    assert channels.busy("narrow") == 1 and not channels.has_room("narrow")
