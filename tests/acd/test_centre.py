"""Callers coming into queues and going out of them, claim by claim."""

from __future__ import annotations

from acd import events as ev
from acd.effects import BookAlert, MovePosition, Release, StartAlert
from acd.settings import CentreSettings
from acd.words import AlertOutcome, CallerId, LeaveReason
from tests.acd.floor_of import ALICE, BOB, ONE, House, queue


def test_nobody_logged_in_is_said_at_once() -> None:
    house = House(ONE)
    house.join("c1")
    assert house.one(Release).reason is LeaveReason.NO_AGENTS


def test_an_agent_on_break_counts_as_logged_in() -> None:
    house = House(ONE, log_in="alice")
    house.step(ev.BreakStarted(ALICE, "lunch"))
    house.join("c1")
    assert not house.these(Release)


def test_when_the_last_agent_logs_out_those_who_wait_are_let_go() -> None:
    house = House(ONE, log_in="alice")
    house.join("c1")
    house.join("c2")
    house.step(ev.AgentLoggedOut(ALICE))
    assert [(out.caller, out.reason) for out in house.these(Release)] == [
        ("c1", LeaveReason.NO_AGENTS),
        ("c2", LeaveReason.NO_AGENTS),
    ]
    assert len(house.these(BookAlert)) == 1


def test_a_queue_may_keep_callers_without_agents() -> None:
    house = House(CentreSettings((queue("sales", keep_without_agents=True),), ONE.agents))
    house.join("c1")
    assert not house.these(Release)
    house.log_in("alice")
    assert house.one(StartAlert).caller == "c1"


def test_a_full_queue_turns_the_next_away() -> None:
    house = House(CentreSettings((queue("sales", max_callers=1),), ONE.agents), log_in="alice")
    house.join("c1")
    house.join("c2")
    assert house.one(Release).reason is LeaveReason.FULL


def test_an_unknown_queue_lets_the_caller_go_at_once() -> None:
    house = House(ONE)
    house.join("c1", "nowhere")
    assert house.one(Release).reason is LeaveReason.REMOVED


def test_the_longest_wait_ends_in_timed_out() -> None:
    house = House(CentreSettings((queue("sales", max_wait_s=30.0),), ONE.agents), log_in="alice")
    house.join("c1")
    house.answer("c1")
    house.join("c2")
    house.wait(29.9)
    assert not house.these(Release)
    house.wait(0.2)
    out = house.one(Release)
    assert (out.caller, out.reason, out.waited_s) == ("c2", LeaveReason.TIMED_OUT, 30.0)


def test_a_phone_that_rings_when_the_wait_is_over_is_let_ring() -> None:
    house = House(CentreSettings((queue("sales", max_wait_s=30.0),), ONE.agents), log_in="alice")
    house.step(ev.BreakStarted(ALICE, ""))
    house.join("c1")
    house.now += 25
    house.step(ev.BreakEnded(ALICE))
    house.rang("c1")
    house.wait(15)
    assert not house.these(Release)
    house.wait(10)
    assert house.one(BookAlert).outcome is AlertOutcome.NO_ANSWER
    assert house.one(Release).reason is LeaveReason.TIMED_OUT


def test_a_caller_who_joins_another_queue_leaves_the_first() -> None:
    house = House(log_in="bob carol")
    house.step(ev.BreakStarted(BOB, ""))
    house.join("c1", "sales")
    house.join("c1", "service")
    assert house.one(Release).reason is LeaveReason.REMOVED
    assert house.one(StartAlert).agent == "carol"


def test_positions_are_told_when_they_change_and_only_then() -> None:
    house = House(ONE, log_in="alice")
    house.step(ev.BreakStarted(ALICE, ""))
    for caller in ("c1", "c2", "c3"):
        house.join(caller)
        assert [m.caller for m in house.these(MovePosition)] == [caller]
    house.join("vip", priority=9)
    assert [(m.caller, m.position) for m in house.these(MovePosition)] == [
        ("vip", 1),
        ("c1", 2),
        ("c2", 3),
        ("c3", 4),
    ]
    house.step(ev.CallerLeft(CallerId("c2")))
    assert [(m.caller, m.position) for m in house.these(MovePosition)] == [("c3", 3)]


def test_far_back_in_a_long_line_the_place_is_told_on_joining_and_answered_on_asking() -> None:
    house = House(CentreSettings((queue("sales", keep_without_agents=True),)))
    for number in range(200):
        house.join(f"c{number}")
        assert [m.position for m in house.these(MovePosition)] == [number + 1]
    house.step(ev.CallerLeft(CallerId("c0")))
    assert len(house.these(MovePosition)) == 50
    assert house.centre.position(CallerId("c199")) == 199
    assert house.centre.position(CallerId("c0")) is None


def test_the_centre_shows_its_state() -> None:
    house = House(ONE, log_in="alice bob")
    house.join("c1")
    assert repr(house.centre) == "<Centre 1 in queues, 1 alerts, 0 talking, 1 of 3 agents free>"
