"""Conditions of entry and of leaving: who is turned away, who is sent on and when, and the place that is kept."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd import events as ev
from acd.door import Door, Facts
from acd.doors import PART
from acd.effects import Release, StartAlert
from acd.settings import CentreSettings
from acd.words import AgentName, CallerId, LeaveReason, QueueName
from ivr.expression import condition
from tests.acd.floor_of import House, agent, queue

ALICE = AgentName("alice")


class Wall:
    """A clock on the wall that a test sets."""

    def __init__(self, **facts: object) -> None:
        self.now: dict[str, object] = {"open": True, "time": "10:00", "date": "2026-11-25", "weekday": "wed"} | facts
        self.asked = 0

    def facts(self, queue: QueueName) -> Facts:
        self.asked += 1
        return self.now  # type: ignore[return-value]


def door(text: str, *, unless: bool = False) -> Door:
    return Door(condition(text), unless)


def house(*, enter: tuple[Door, ...] = (), leave: tuple[Door, ...] = (), log_in: str = "", **more: object) -> House:
    sales = queue("sales", enter=enter, leave=leave, keep_without_agents=True, **more)
    return House(
        CentreSettings((sales, queue("spare", keep_without_agents=True)), (agent("alice", "sales"),)), log_in=log_in
    )


def left(house: House) -> list[tuple[str, str, int]]:
    return [(each.caller, each.reason.value, each.door) for each in house.these(Release)]


@pytest.mark.parametrize(
    ("text", "facts", "priority", "away"),
    [
        ("agents_logged_in == 0", {}, 0, True),
        ("agents_idle > 0", {}, 0, False),
        ("waiting >= 1", {}, 0, False),
        ("priority < 5", {}, 5, False),
        ('caller in ["666"]', {"caller": "666"}, 0, True),
        ('called == "4001" and level != "gold"', {"called": "4001", "level": "gold"}, 0, False),
        ('called == "4001" and level != "gold"', {"called": "4001", "level": "tin"}, 0, True),
        ('weekday in ["wed"] and time >= "09:30"', {}, 0, True),
        ('date == "2026-11-26"', {}, 0, False),
        ("expected_wait > 60", {}, 0, False),  # nobody is at work: it is not known
        ("nothing_of_the_kind == 1", {}, 0, False),
    ],
)
def test_who_meets_a_condition_of_entry_is_turned_away_and_told_why(
    text: str, facts: dict[str, str], priority: int, away: bool
) -> None:
    for unless in (False, True):
        calls = house(enter=(door(text, unless=unless),))
        calls.centre.surrounded_by(Wall())
        calls.join("one", facts=facts, priority=priority)
        assert left(calls) == ([("one", "turned away", 0)] if away != unless else [])
        assert all(text in each.why and (text.split()[0] in each.why) for each in calls.these(Release))


def test_the_first_condition_that_is_met_decides_and_says_what_the_facts_were() -> None:
    calls = house(enter=(door("waiting > 5"), door("waiting == 1 and agents_idle == 0"), door("waiting > 0")))
    calls.join("one")
    calls.join("two")
    assert left(calls) == [("two", "turned away", 1)]
    assert calls.one(Release).why == "if waiting == 1 and agents_idle == 0 (agents_idle 0, waiting 1)"


def test_the_expected_wait_is_a_condition_of_entry() -> None:
    calls = house(enter=(door("expected_wait > 300"),), log_in="alice", handling_s=100.0)
    calls.join("zero")
    calls.answer("zero")
    for name in ("one", "two", "three"):
        calls.join(name)
        assert left(calls) == []
    calls.join("four")
    assert left(calls) == [("four", "turned away", 0)]


def test_a_closed_queue_takes_nobody_and_keeps_who_waits() -> None:
    calls = house()
    wall = Wall()
    calls.centre.surrounded_by(wall)
    calls.join("early")
    wall.now["open"] = False
    calls.join("late")
    assert left(calls) == [("late", "closed", -1)]
    calls.wait(100)
    assert left(calls) == [] and calls.centre.position(CallerId("early")) == 1


def test_who_has_waited_too_long_is_sent_on_within_a_second() -> None:
    calls = house(leave=(door("waited > 120 and agents_idle == 0"),))
    calls.join("one")
    calls.wait(60)
    calls.join("two")
    calls.wait(60)
    assert left(calls) == []
    calls.wait(1.01)
    assert left(calls) == [("one", "overflow", 0)]
    assert calls.these(Release)[0].why == "if waited > 120 and agents_idle == 0 (agents_idle 0, waited 121)"
    calls.wait(58)
    assert left(calls) == []
    calls.wait(2)
    assert left(calls) == [("two", "overflow", 0)]
    assert calls.centre.next_deadline() is None, "an empty queue is not looked at"


def test_of_too_many_the_last_to_come_goes_first() -> None:
    calls = house(leave=(door("waiting > 2"),))
    for number in range(5):
        calls.join(str(number))
    calls.wait(1)
    assert [name for name, _, _ in left(calls)] == ["4", "3", "2"]
    calls.wait(10)
    assert left(calls) == []


def test_whoever_is_being_rung_for_stays_until_that_is_over() -> None:
    calls = house(leave=(door("waited > 5"),), log_in="alice", ring_s=20.0)
    calls.join("one")
    calls.rang("one")
    calls.wait(19)
    assert left(calls) == []
    calls.wait(3)
    assert left(calls) == [("one", "overflow", 0)]


def test_closing_sends_on_who_waits_where_a_condition_says_so() -> None:
    calls = house(leave=(door("open", unless=True),))
    wall = Wall()
    calls.centre.surrounded_by(wall)
    calls.join("one")
    calls.wait(10)
    assert left(calls) == []
    wall.now["open"] = False
    calls.wait(1)
    assert left(calls) == [("one", "overflow", 0)]


def test_a_kept_place_is_that_of_the_first_arrival() -> None:
    calls = house()
    calls.now += 100
    calls.join("here", "spare")
    calls.now += 50
    calls.join("kept", "spare", since=calls.now - 120)
    calls.join("given up", "spare")
    line = calls.centre.callers(QueueName("spare"), calls.now)
    assert [view.caller for view in line] == ["kept", "here", "given up"]
    assert [round(view.waited_s) for view in line] == [120, 50, 0]


def test_no_condition_of_leaving_means_no_deadline_and_a_reload_brings_one() -> None:
    calls = house()
    calls.join("one")
    assert calls.centre.next_deadline() is None
    calls.step(
        ev.Reconfigured(CentreSettings((queue("sales", leave=(door("waited > 3"),), keep_without_agents=True),)))
    )
    calls.wait(5)
    assert left(calls) == [("one", "overflow", 0)]


def test_the_clock_on_the_wall_is_not_asked_while_nothing_asks_for_it() -> None:
    calls = house(leave=(door("waited > 1000"),))
    wall = Wall()
    calls.centre.surrounded_by(wall)
    calls.join("one")
    asked = wall.asked
    calls.wait(100)
    assert wall.asked == asked


def test_no_two_queues_are_looked_at_in_one_step() -> None:
    names = ("sales", "service", "spare")
    leave = (door("waited > 5"),)
    queues = tuple(queue(name, leave=leave, keep_without_agents=True) for name in names)
    calls = House(CentreSettings(queues))
    for name in names:
        calls.join(f"of {name}", name)
    calls.wait(5.0)
    gone = []
    while (due := calls.centre.next_deadline()) is not None and len(gone) < 30:
        calls.now = due
        calls.step(ev.TimePassed())
        gone.append(len(left(calls)))
    assert max(gone) == 1 and sum(gone) == 3 and calls.now < 1006.2


def test_explain_says_what_would_send_the_caller_on() -> None:
    calls = house(leave=(door("waited > 120 and agents_idle == 0"),))
    calls.join("one")
    calls.wait(30)
    said = " ".join(calls.centre.explain(CallerId("one"), calls.now).sentences)
    assert 'Sent on "if waited > 120 and agents_idle == 0": now agents_idle 0, waited 30.' in said
    assert "Nobody is at work, so no wait can be expected." in said


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 3 * PART), st.integers(0, 40))
def test_a_long_line_is_looked_at_in_parts_and_nobody_is_forgotten(waiting: int, gold: int) -> None:
    calls = house(leave=(door('waited > 10 and level != "gold"'),))
    for number in range(waiting):
        calls.join(str(number), facts={"level": "gold" if number % 41 < gold else ""})
    calls.wait(9.9)
    assert left(calls) == []
    calls.wait(2)
    assert len(left(calls)) == sum(number % 41 >= gold for number in range(waiting))
    assert {reason for _, reason, _ in left(calls)} <= {LeaveReason.OVERFLOW.value}
    assert all(each.waited_s < 12.1 for each in calls.these(Release))


def test_an_agent_takes_who_waits_before_the_second_is_over() -> None:
    calls = house(leave=(door("waited > 0"),))
    calls.join("one")
    calls.now += 0.5
    calls.step(ev.AgentLoggedIn(ALICE, "2001", True))
    assert calls.one(StartAlert).caller == "one"
