"""Who is chosen for a caller, and for whom an agent."""

from __future__ import annotations

import pytest

from acd import events as ev
from acd.counts import Taken
from acd.effects import StartAlert
from acd.settings import CentreSettings
from tests.acd.floor_of import ALICE, BOB, CAROL, ONE, House, queue


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
