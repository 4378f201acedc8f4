"""Why a route takes a call: the reasons are those by which calls are routed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.why import summary, why
from tests.ivr.stage import ENGLISH, plan

PLAN = plan("""
    routes:
      - {to: ["110", "119"], phone: true, dial: "{called}"}
      - {to: "2XXX", from: "139*", do: main}
      - {trunk: carrier, hours: not office, reject: busy}
      - {extension: "2001", to: "9*", dial: "{rest}"}
      - {phone: false, hours: office, do: main}
    hours:
      office: {open: "mon-fri 09:00-17:00", zone: UTC}
    scripts:
      main: [hangup]
""")
MONDAY, SUNDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC), datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def refusals(called, caller, trunk, extension, at=MONDAY):
    return [tried.refusal for tried in why(PLAN, called, caller, trunk, extension, at)]


def test_every_refusal_has_its_sentence():
    assert refusals("110", "1380", "carrier", "") == [
        "the call is not from a phone",
        "110 is not 2XXX",
        "office is open on Mon 2026-03-02 at 10:00",
        "110 is not 9*",
        "",
    ]
    assert refusals("2001", "1380", "", "2002", SUNDAY) == [
        "2001 is not 110 or 119",
        "the caller is 1380, not 139*",
        "the call is from a phone, not by carrier",
        "2001 is not 9*",
        "the call is from a phone",
    ]
    assert refusals("91", "2002", "", "2002")[3] == "the call is from extension 2002, not 2001"
    assert refusals("1", "2", "other", "")[2] == "the call comes by other, not by carrier"
    assert refusals("5", "", "other", "", SUNDAY)[-1] == "office is closed on Sun 2026-03-01 at 10:00"


def test_a_route_is_summed_up():
    assert [summary(entry) for entry in PLAN.routes] == [
        "to 110 or 119, from a phone: dial {called}",
        "to 2XXX, from 139*: script main",
        "by carrier, office closed: refused, busy",
        "to 9*, from extension 2001: dial {rest}",
        "not from a phone, office open: script main",
    ]


@given(
    st.sampled_from(["110", "2001", "91", "9", "5", ""]),
    st.sampled_from(["1391", "2001", ""]),
    st.sampled_from([("carrier", ""), ("other", ""), ("", "2001"), ("", "2002")]),
    st.sampled_from([MONDAY, SUNDAY]),
)
def test_the_one_told_is_the_one_taken(called, caller, way, at):
    trunk, extension = way
    tried = why(PLAN, called, caller, trunk, extension, at)
    routed = PLAN.route(called, caller, trunk, extension, at)
    assert all(each.refusal for each in tried[:-1])
    if routed is None:
        assert tried[-1].refusal and len(tried) == len(PLAN.routes)
    else:
        assert tried[-1].route is routed.route and not tried[-1].refusal


def test_many_patterns_are_named_in_part():
    many = plan("routes:\n  - {to: ['1', '2', '3', '4', '5', '6'], reject: busy}\n", ENGLISH)
    assert summary(many.routes[0]) == "to 1 or 2 or 3 or any of 3 more: refused, busy"


@pytest.mark.parametrize("at", [MONDAY, SUNDAY])
def test_no_routes_are_no_reasons(at):
    assert why(plan("routes: []", ENGLISH), "1", "2", "", "", at) == []
