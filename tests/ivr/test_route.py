"""Which route a call takes."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from ivr.route import DialDirect, Reject, RunScript
from tests.ivr.stage import plan, warned, wrong

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PLAN = plan("""
    routes:
      - {to: "4001", hours: office, do: hotline, language: en}
      - {to: "4001", reject: busy}
      - {to: "[2]XXX", dial: {to: ["{called}", "2001"], timeout: 20, caller_id: "{caller}"}}
      - {to: "9*", phone: true, dial: "{rest}"}
      - {to: "8*", extension: "2001", dial: "{rest}@carrier"}
      - {from: "139*", trunk: carrier, reject: declined}
      - {phone: false, do: hotline}
    hours:
      office: {zone: UTC, open: "mon-fri 09:00-18:00"}
    scripts:
      hotline: [hangup]
""")


def routed(called="4001", caller="13800138000", trunk="carrier", extension="", at=NOON):
    found = PLAN.route(called, caller, trunk, extension, at)
    return found.action if found else None


def test_the_first_route_whose_conditions_hold_takes_the_call():
    assert routed() == RunScript("hotline")
    assert routed(at=NOON.replace(hour=20)) == Reject("busy")
    assert routed(called="55", caller="13912345678") == Reject("declined")
    assert routed(called="55") == RunScript("hotline")


def test_variables_are_filled_into_numbers():
    assert routed(called="2345") == DialDirect(("2345", "2001"), 20.0, "13800138000")
    assert routed(called="9013800", trunk="", extension="2002") == DialDirect(("013800",), 60.0, None)


def test_an_outside_line_is_for_phones_alone():
    assert routed(called="9013800") == RunScript("hotline")


def test_an_extensions_own_route_is_for_it_alone():
    assert routed(called="8123", trunk="", extension="2001") == DialDirect(("123@carrier",), 60.0, None)
    assert routed(called="8123", trunk="", extension="2002") is None


def test_a_prefix_with_nothing_after_it_dials_nothing():
    assert routed(called="9", trunk="", extension="2001") == DialDirect((), 60.0, None)


def test_an_unknown_number_has_no_route():
    assert routed(called="77", trunk="", extension="2001") is None


def test_the_route_gives_the_script_its_language_and_rest():
    found = PLAN.route("4001", "1", "carrier", "", NOON)
    assert found.language == "en" and found.variables == {"rest": ""}


@pytest.mark.parametrize("called", ["", "\0", "x" * 5000, "' OR 1=1", "{caller}", "\u0662\u0660\u0660\u0661", "../.."])
def test_hostile_numbers_find_the_way_of_all_others(called):
    assert routed(called=called, trunk="", extension="2001") is None
    assert routed(called=called) == RunScript("hotline")


@pytest.mark.parametrize(
    ("first", "second", "hidden"),
    [
        ('{to: "2XXX"', '{to: "2001"', True),
        ('{to: "2001"', '{to: "2XXX"', False),
        ('{to: "2001"', '{to: "2001"', True),
        ('{to: ["2001", "2002"]', '{to: ["2001", "2002"]', True),
        ('{to: "2001"', '{to: ["2001", "2002"]', False),
        ('{phone: true, to: "2001"', '{to: "2001"', False),
        ('{to: "2001"', '{phone: true, to: "2001"', True),
        ('{phone: true', '{extension: "2001"', True),
        ('{phone: false', '{trunk: carrier', True),
        ('{hours: office', '{hours: not office', False),
        ('{hours: office', '{hours: office, to: "1"', True),
        ('{from: "139*"', '{from: "1391"', True),
        ('{from: "1391"', '{from: "139*"', False),
        ('{trunk: carrier', '{to: "1"', False),
    ],
)  # fmt: skip
def test_a_route_that_is_never_taken_is_told(first, second, hidden):
    found = warned(f"""
        routes:
          - {first}, reject: busy}}
          - {second}, reject: busy}}
        hours:
          office: {{open: "daily 09:00-10:00"}}
    """)
    assert [line[:2] for line in found] == (["4:"] if hidden else [])
    assert not hidden or ("never taken" in found[0] and "line 3" in found[0])


def test_an_unknown_extension_in_a_condition_is_a_mistake():
    (only,) = wrong("routes:\n  - {extension: '2009', reject: busy}\n")
    assert "no extension 2009" in only


def test_a_directory_of_thousands_of_numbers_is_checked_in_a_moment():
    for condition in ("", ", phone: true"):
        lines = "".join(f'  - {{to: "{number}", reject: busy{condition}}}\n' for number in range(100000, 106000))
        begun = time.perf_counter()
        found = warned("routes:\n" + lines + '  - {to: "103000", extension: "2001", reject: busy}\n')
        assert len(found) == 1 and "line 3002" in found[0]
        assert time.perf_counter() - begun < 15
