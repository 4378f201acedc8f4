"""Where a number leads."""

from __future__ import annotations

import pytest

from switch.number import PatternError
from switch.route import OutboundRule, Routes, Way
from switch.words import ToPhone, ToTrunk

RULES = [
    OutboundRule("00*", ()),
    OutboundRule("110", ("a", "b")),
    OutboundRule("9.", ("b", "a"), strip=1, prepend="86", caller_id="4001"),
    OutboundRule("1XXX", ("a",)),
]
ROUTES = Routes(["1001"], RULES)


def test_an_extension_wins_over_every_rule():
    assert ROUTES.ways("1001") == [Way(ToPhone("1001"))]
    assert ROUTES.ways("1002") == [Way(ToTrunk("a", "1002"))]


def test_the_first_rule_that_matches_says_trunks_number_and_caller():
    assert ROUTES.ways("9139") == [Way(ToTrunk("b", "86139"), "4001"), Way(ToTrunk("a", "86139"), "4001")]


@pytest.mark.parametrize("number", ["0044123", "7", "", "9"])
def test_a_number_that_is_forbidden_or_unknown_leads_nowhere(number):
    assert ROUTES.ways(number) == [] and ROUTES.choose(number, lambda trunk: True) is None


def test_a_full_trunk_is_passed_over():
    assert ROUTES.choose("110", {"a": False, "b": True}.__getitem__) == Way(ToTrunk("b", "110"))
    assert ROUTES.choose("110", lambda trunk: False) is None
    assert ROUTES.choose("1001", lambda trunk: False) == Way(ToPhone("1001"))


def test_a_wrong_pattern_is_found_when_the_rules_are_read():
    with pytest.raises(PatternError):
        Routes([], [OutboundRule("[", ("a",))])
