"""What the centre promises, claim by claim."""

from __future__ import annotations

import pytest

from acd import events as ev
from acd.counts import Taken
from acd.effects import BookAgent, BookAlert, Connect, MovePosition, Release, StartAlert, StopAlert
from acd.settings import CentreSettings
from acd.words import Activity, AgentName, AlertId, AlertOutcome, CallerId, LeaveReason, Presence
from tests.acd.floor_of import House, agent, queue

ALICE, BOB, CAROL = AgentName("alice"), AgentName("bob"), AgentName("carol")
ONE = CentreSettings((queue("sales"),), (agent("alice", "sales"), agent("bob", "sales"), agent("carol", "sales")))


# who is chosen


def test_a_returning_caller_goes_to_the_agent_who_last_served_them_though_another_took_fewer_calls() -> None:
    house = House(ONE, log_in="alice bob")
    assert house.serve("c1") == "alice"
    house.join("c2", last_agent=ALICE)
    start = house.one(StartAlert)
    assert start.agent == "alice" and start.why == "served this caller last"


def test_a_last_agent_who_is_busy_is_not_waited_for() -> None:
    house = House(ONE, log_in="alice bob")
    house.join("c1")
    house.answer("c1")
    house.join("c2", last_agent=ALICE)
    assert house.one(StartAlert).agent == "bob"


def test_a_last_agent_of_another_queue_is_not_chosen() -> None:
    house = House(log_in="bob carol")
    house.join("c1", last_agent=CAROL)
    assert house.one(StartAlert).agent == "bob"


def test_a_queue_may_do_without_last_agents() -> None:
    settings = CentreSettings((queue("sales", last_agent=False),), ONE.agents)
    house = House(settings, log_in="alice bob")
    house.serve("c1")
    house.join("c2", last_agent=ALICE)
    assert house.one(StartAlert).agent == "bob"


def test_the_free_agent_with_the_fewest_calls_today_is_chosen() -> None:
    house = House(ONE, log_in="alice bob carol")
    house.step(ev.CountsLoaded({ALICE: Taken(3), BOB: Taken(1), CAROL: Taken(2)}))
    house.join("c1")
    assert house.one(StartAlert).agent == "bob"


def test_of_equally_many_calls_the_longest_idle_is_chosen() -> None:
    house = House(ONE, log_in="carol alice bob")
    house.join("c1")
    assert house.one(StartAlert).agent == "carol"


def test_calls_of_today_grow_with_each_connect_and_start_anew_with_the_day() -> None:
    house = House(ONE, log_in="alice")
    house.serve("c1")
    house.serve("c2")
    assert house.agent("alice").calls_today == 2
    house.step(ev.DayBegan())
    assert house.agent("alice").calls_today == 0


def test_new_counts_reorder_those_who_are_free() -> None:
    house = House(ONE, log_in="alice bob")
    house.step(ev.CountsLoaded({ALICE: Taken(5)}))
    house.join("c1")
    assert house.one(StartAlert).agent == "bob"


def test_callers_are_served_by_priority_and_then_by_arrival() -> None:
    house = House(ONE, log_in="alice")
    for caller, priority in (("c1", 0), ("c2", 0), ("c3", 5), ("c4", 5)):
        house.join(caller, priority=priority)
    order = ["c1"]
    house.answer("c1")
    for _ in range(3):
        alert = next(iter(house.centre._floor.alerts))
        house.step(ev.TalkEnded(alert))
        house.step(ev.BreakEnded(ALICE))  # no wrap-up
        order.append(house.one(StartAlert).caller)
        house.answer(order[-1])
    assert order == ["c1", "c3", "c4", "c2"]


def test_an_agent_of_two_queues_goes_to_whoever_came_first_in_either() -> None:
    house = House(log_in="alice")
    house.join("busy", "sales")
    house.answer("busy")
    house.join("first", "service")
    house.join("second", "sales")
    house.hang_up("busy")
    house.wait(10)
    assert house.one(StartAlert).caller == "first"


@pytest.mark.parametrize(
    "not_choosable",
    [
        ev.PhoneReachable("2001", reachable=False),
        ev.PhoneBusy("2001", busy=True),
        ev.BreakStarted(ALICE, "lunch"),
        ev.AgentLoggedOut(ALICE),
    ],
)
def test_an_agent_who_cannot_take_a_call_is_not_chosen(not_choosable: ev.Event) -> None:
    house = House(ONE, log_in="alice bob")
    house.step(not_choosable)
    house.join("c1")
    assert house.one(StartAlert).agent == "bob"


def test_a_waiting_caller_is_given_to_an_agent_the_moment_the_phone_registers() -> None:
    house = House(ONE)
    house.log_in("alice", reachable=False)
    house.join("c1")
    assert not house.these(StartAlert)
    house.step(ev.PhoneReachable("2001", reachable=True))
    assert house.one(StartAlert).caller == "c1"


# alerts that come to nothing


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


# after the talk


def test_wrap_up_lasts_as_long_as_the_queue_says() -> None:
    house = House(ONE, log_in="alice")
    house.join("c1")
    house.answer("c1")
    house.now += 60
    house.hang_up("c1")
    assert house.agent("alice").activity is Activity.WRAPPING_UP
    assert house.agent("alice").wrap_up_left_s == 10
    house.wait(9.9)
    assert house.agent("alice").activity is Activity.WRAPPING_UP
    house.wait(0.1)
    assert house.agent("alice").activity is Activity.IDLE


def test_an_agents_own_wrap_up_comes_before_the_queues() -> None:
    house = House(CentreSettings((queue("sales"),), (agent("alice", "sales", wrap_up_s=0.0),)), log_in="alice")
    house.join("c1")
    house.answer("c1")
    house.hang_up("c1")
    assert [effect.activity for effect in house.these(BookAgent)] == [Activity.IDLE]


def test_being_ready_ends_wrap_up_early() -> None:
    house = House(ONE, log_in="alice")
    house.join("c1")
    house.answer("c1")
    house.hang_up("c1")
    house.step(ev.BreakEnded(ALICE))
    assert house.agent("alice").activity is Activity.IDLE
    assert house.centre.next_deadline() is None


def test_a_break_asked_for_while_talking_shows_at_once_and_holds_after_the_wrap_up() -> None:
    house = House(ONE, log_in="alice")
    house.join("c1")
    house.answer("c1")
    house.join("c2")
    house.step(ev.BreakStarted(ALICE, "lunch"))
    view = house.agent("alice")
    assert (view.presence, view.activity, view.reason) == (Presence.ON_BREAK, Activity.TALKING, "lunch")
    house.hang_up("c1")
    assert house.agent("alice").activity is Activity.WRAPPING_UP
    house.wait(60)
    assert not house.these(StartAlert)
    assert house.agent("alice").activity is Activity.IDLE
    house.step(ev.BreakEnded(ALICE))
    assert house.one(StartAlert).caller == "c2"


def test_logging_out_while_talking_leaves_the_talk_alone_and_there_is_no_wrap_up() -> None:
    house = House(CentreSettings((queue("sales", keep_without_agents=True),), ONE.agents), log_in="alice")
    house.join("c1")
    house.answer("c1")
    house.step(ev.AgentLoggedOut(ALICE))
    assert not house.these(StopAlert)
    assert house.agent("alice").activity is Activity.TALKING
    house.hang_up("c1")
    assert (house.agent("alice").presence, house.agent("alice").activity) == (Presence.LOGGED_OUT, Activity.IDLE)


def test_a_call_of_ones_own_after_the_talk_outlasts_the_wrap_up() -> None:
    house = House(ONE, log_in="alice")
    house.join("c1")
    house.answer("c1")
    house.hang_up("c1")
    house.step(ev.PhoneBusy("2001", busy=True))
    assert house.agent("alice").activity is Activity.WRAPPING_UP
    house.wait(10)
    assert house.agent("alice").activity is Activity.OTHER_CALL
    house.step(ev.PhoneBusy("2001", busy=False))
    assert house.agent("alice").activity is Activity.IDLE


# seats


def test_a_second_agent_on_an_extension_logs_out_the_first() -> None:
    house = House(ONE, log_in="alice")
    house.log_in("bob", "2001")
    assert house.agent("alice").presence is Presence.LOGGED_OUT
    assert (house.agent("bob").presence, house.agent("bob").extension) == (Presence.AVAILABLE, "2001")


def test_the_second_agent_at_a_phone_is_not_rung_while_the_first_still_talks_on_it() -> None:
    house = House(ONE, log_in="alice")
    house.join("c1")
    house.answer("c1")
    house.log_in("bob", "2001")
    house.join("c2")
    assert not house.these(StartAlert)
    house.hang_up("c1")
    assert house.one(StartAlert).agent == "bob"


def test_an_unknown_agent_is_nobody() -> None:
    house = House(ONE)
    assert house.step(ev.AgentLoggedIn(AgentName("mallory"), "2001", reachable=True)) == []


# coming in and going out


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
