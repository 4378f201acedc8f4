"""Alerts that come to nothing: declined, failed, too late, the caller or the agent gone."""

from __future__ import annotations

import pytest

from acd import events as ev
from acd.effects import BookAlert, Connect, Release, StartAlert, StopAlert
from acd.words import (
    Activity,
    AlertId,
    AlertOutcome,
    CallerId,
    LeaveReason,
)
from tests.acd.floor_of import ALICE, CAROL, ONE, House


@pytest.mark.parametrize(
    "outcome", [AlertOutcome.NO_ANSWER, AlertOutcome.DECLINED, AlertOutcome.BUSY, AlertOutcome.UNREACHABLE]
)
def test_a_failed_alert_goes_to_another_agent_and_the_caller_keeps_the_place(outcome: AlertOutcome) -> None:
    house = House(ONE, log_in="alice bob")
    house.join("c1")
    house.rang("c1")
    house.join("c2")
    house.rang("c2")
    house.join("c3")
    house.step(ev.AlertFailed(house.alert_of("c1"), outcome))
    assert house.one(BookAlert).outcome is outcome
    assert not house.these(StopAlert)  # the leg is over already
    assert house.centre.position(CallerId("c1")) == 1
    # The agent, if the phone works, goes to the next who has not been declined by them.
    phone_works = outcome in (AlertOutcome.NO_ANSWER, AlertOutcome.DECLINED)
    assert [(s.caller, s.agent) for s in house.these(StartAlert)] == ([("c3", "alice")] if phone_works else [])


def test_a_caller_whom_the_only_agent_declined_waits_and_is_tried_again() -> None:
    house = House(ONE, log_in="alice")
    house.join("c1")
    house.rang("c1")
    house.step(ev.AlertFailed(house.alert_of("c1"), AlertOutcome.DECLINED))
    assert not house.wait(29.9)
    house.wait(0.2)
    assert house.one(StartAlert).caller == "c1"


def test_a_last_agent_who_declined_is_passed_over_like_any_other() -> None:
    house = House(ONE, log_in="alice bob")
    house.join("c1", last_agent=ALICE)
    house.rang("c1")
    house.step(ev.AlertFailed(house.alert_of("c1"), AlertOutcome.DECLINED))
    assert house.one(StartAlert).agent == "bob"


def test_an_agent_who_declined_comes_after_those_who_were_idle_meanwhile() -> None:
    house = House(ONE, log_in="alice bob carol")
    house.join("c1")
    house.rang("c1")
    house.now += 3
    house.step(ev.AlertFailed(house.alert_of("c1"), AlertOutcome.DECLINED))  # bob rings
    house.join("c2")
    assert house.one(StartAlert).agent == "carol"


def test_an_agent_whose_caller_hung_up_while_ringing_is_still_the_longest_idle() -> None:
    house = House(ONE, log_in="alice bob")
    house.join("c1")
    house.rang("c1")
    house.now += 3
    house.step(ev.CallerLeft(CallerId("c1")))
    house.join("c2")
    assert house.one(StartAlert).agent == "alice"


def test_a_phone_that_refused_rests_before_the_next_caller() -> None:
    house = House(ONE, log_in="alice")
    house.join("c1")
    house.join("c2")
    house.step(ev.AlertFailed(house.alert_of("c1"), AlertOutcome.UNREACHABLE))
    assert not house.these(StartAlert)
    house.wait(5)
    assert house.one(StartAlert).caller == "c2"


def test_a_phone_that_never_rings_is_given_up_after_five_seconds() -> None:
    house = House(ONE, log_in="alice bob")
    house.join("c1")
    house.wait(5)
    assert house.one(StopAlert).outcome is AlertOutcome.WITHDRAWN
    assert house.one(StartAlert).agent == "bob"


def test_a_ringing_phone_is_given_up_after_the_queues_ring_time() -> None:
    house = House(ONE, log_in="alice bob")
    house.join("c1")
    house.wait(2)
    house.rang("c1")
    house.wait(19.9)
    assert not house.last
    house.wait(0.2)
    assert house.one(StopAlert).outcome is AlertOutcome.NO_ANSWER
    assert house.one(BookAlert).rang_s == pytest.approx(20)
    assert house.one(StartAlert).agent == "bob"


def test_a_caller_who_hangs_up_stops_the_ringing_at_once_and_frees_the_agent_without_wrap_up() -> None:
    house = House(ONE, log_in="alice")
    house.join("c1")
    house.rang("c1")
    house.step(ev.CallerLeft(CallerId("c1")))
    assert isinstance(house.last[0], StopAlert) and house.last[0].outcome is AlertOutcome.CALLER_LEFT
    assert house.one(Release).reason is LeaveReason.ABANDONED
    assert house.agent("alice").activity is Activity.IDLE
    house.join("c2")
    assert house.one(StartAlert).agent == "alice"


def test_an_answer_that_comes_after_the_caller_left_is_stopped() -> None:
    house = House(ONE, log_in="alice")
    house.join("c1")
    alert = house.alert_of("c1")
    house.step(ev.CallerLeft(CallerId("c1")))
    assert house.step(ev.AlertAnswered(alert)) == [StopAlert(alert, AlertOutcome.CALLER_LEFT)]
    assert house.agent("alice").activity is Activity.IDLE


def test_an_answer_to_an_alert_that_never_was_is_stopped() -> None:
    house = House(ONE)
    assert house.step(ev.AlertAnswered(AlertId(7))) == [StopAlert(AlertId(7), AlertOutcome.WITHDRAWN)]


def test_an_answer_a_moment_after_the_deadline_still_counts() -> None:
    house = House(ONE, log_in="alice")
    house.join("c1")
    house.rang("c1")
    house.now += 20.01  # the loop was late: TimePassed has not been sent
    house.step(ev.AlertAnswered(house.alert_of("c1")))
    assert house.one(Connect).agent == "alice"


@pytest.mark.parametrize(
    ("gone", "outcome"),
    [
        (ev.AgentLoggedOut(ALICE), AlertOutcome.WITHDRAWN),
        (ev.BreakStarted(ALICE, "lunch"), AlertOutcome.WITHDRAWN),
        (ev.PhoneReachable("2001", reachable=False), AlertOutcome.UNREACHABLE),
        (ev.PhoneBusy("2001", busy=True), AlertOutcome.BUSY),
        (ev.AgentLoggedIn(CAROL, "2001", reachable=True), AlertOutcome.WITHDRAWN),
    ],
)
def test_an_agent_who_goes_while_ringing_has_the_alert_withdrawn(gone: ev.Event, outcome: AlertOutcome) -> None:
    house = House(ONE, log_in="alice bob")
    house.join("c1")
    house.rang("c1")
    house.step(gone)
    assert house.one(StopAlert).outcome is outcome
    assert house.one(StartAlert).agent == "bob"


def test_an_agent_who_moves_to_another_phone_while_ringing_is_rung_there() -> None:
    house = House(ONE, log_in="alice")
    house.join("c1")
    house.rang("c1")
    house.log_in("alice", "2009")
    assert house.one(StopAlert).outcome is AlertOutcome.WITHDRAWN
    assert house.one(StartAlert).extension == "2009"
