"""Wrapping up: the countdown, longer and shorter, dispositions that are owed, and breaks with a planned length."""

from __future__ import annotations

import pytest

from acd import events as ev
from acd.centre import Centre
from acd.effects import BookAgent, BookDisposition
from acd.restore import Restored
from acd.settings import CentreSettings, WrapUpRules
from acd.words import Activity, AgentName, CallerId, Presence, QueueName
from tests.acd.floor_of import House, agent, queue

ALICE = AgentName("alice")
RULES = WrapUpRules(extend_s=30.0, longest_s=100.0, codes=("1", "2"), required=True, within_s=50.0)
FREE = WrapUpRules(extend_s=30.0, longest_s=100.0, codes=("1",))


def talked(rules: WrapUpRules = FREE, wrap_up_s: float = 10.0) -> House:
    """Alice has just talked with c1."""
    site = CentreSettings((queue("sales", after_call=rules, wrap_up_s=wrap_up_s),), (agent("alice", "sales"),))
    house = House(site, log_in="alice")
    house.join("c1")
    house.answer("c1")
    house.now += 60
    house.hang_up("c1")
    return house


def state(house: House) -> tuple[str, float]:
    view = house.agent("alice")
    return view.activity.value, view.wrap_up_left_s


def codes(house: House) -> list[tuple[str, str]]:
    return [(effect.caller, effect.code) for effect in house.done if isinstance(effect, BookDisposition)]


def test_the_countdown_is_told_and_ends() -> None:
    house = talked()
    assert house.one(BookAgent).until == house.now + 10
    house.wait(4)
    assert state(house) == ("wrapping up", 6.0)
    house.wait(6)
    assert state(house) == ("idle", 0.0) and codes(house) == []


def test_extending_moves_the_countdown_and_is_told_but_never_beyond_the_longest() -> None:
    house = talked()
    house.step(ev.WrapUpExtended(ALICE))
    assert house.one(BookAgent).until == house.now + 40
    house.step(ev.WrapUpExtended(ALICE, 5.0))
    assert state(house) == ("wrapping up", 45.0)
    for _ in range(5):
        house.step(ev.WrapUpExtended(ALICE))
    assert state(house) == ("wrapping up", 100.0)
    house.wait(99.9)
    assert house.agent("alice").activity is Activity.WRAPPING_UP
    house.wait(0.2)
    assert house.agent("alice").activity is Activity.IDLE


def test_nobody_extends_what_does_not_run() -> None:
    house = talked()
    house.wait(11)
    assert house.step(ev.WrapUpExtended(ALICE)) == []
    assert state(house) == ("idle", 0.0)


def test_ready_ends_it_at_once_when_nothing_is_owed() -> None:
    house = talked()
    house.step(ev.BreakEnded(ALICE))
    assert state(house) == ("idle", 0.0)


def test_who_owes_a_disposition_stays_until_it_is_given() -> None:
    house = talked(RULES)
    house.step(ev.BreakEnded(ALICE))
    house.wait(20)
    assert state(house) == ("wrapping up", 30.0) and house.agent("alice").owed
    house.step(ev.DispositionGiven(ALICE, "9"))
    assert house.agent("alice").owed
    house.step(ev.DispositionGiven(ALICE, "2"))
    assert state(house) == ("idle", 0.0) and codes(house) == [("c1", "2")]


def test_given_within_the_ordinary_time_the_rest_of_it_stays_the_agents() -> None:
    house = talked(RULES)
    house.wait(4)
    house.step(ev.DispositionGiven(ALICE, "1"))
    house.step(ev.DispositionGiven(ALICE, "2"))
    assert state(house) == ("wrapping up", 6.0)
    house.step(ev.BreakEnded(ALICE))
    assert state(house) == ("idle", 0.0) and codes(house) == [("c1", "1"), ("c1", "2")]


def test_extended_while_it_waits_and_then_given_it_ends_when_the_extension_does() -> None:
    house = talked(RULES)
    house.wait(15)
    house.step(ev.WrapUpExtended(ALICE, 10.0))
    assert state(house) == ("wrapping up", 45.0)
    house.step(ev.DispositionGiven(ALICE, "1"))
    assert state(house) == ("wrapping up", 45.0)
    house.wait(45)
    assert state(house) == ("idle", 0.0)


def test_not_given_in_time_is_booked_once() -> None:
    house = talked(RULES)
    house.wait(200)
    assert state(house) == ("idle", 0.0) and codes(house) == [("c1", "")]


def test_required_without_any_wrap_up_time_still_waits_for_it() -> None:
    house = talked(RULES, wrap_up_s=0.0)
    assert state(house) == ("wrapping up", 50.0)
    house.step(ev.DispositionGiven(ALICE, "1"))
    assert state(house) == ("idle", 0.0)


def test_given_while_they_talk_nothing_is_owed_after() -> None:
    site = CentreSettings((queue("sales", after_call=RULES, wrap_up_s=0.0),), (agent("alice", "sales"),))
    house = House(site, log_in="alice")
    house.join("c1")
    house.answer("c1")
    house.step(ev.DispositionGiven(ALICE, "1"))
    house.hang_up("c1")
    assert state(house) == ("idle", 0.0) and codes(house) == [("c1", "1")]


def test_who_logs_out_owing_is_booked_as_not_given() -> None:
    house = talked(RULES)
    house.step(ev.AgentLoggedOut(ALICE))
    assert codes(house) == [("c1", "")]


def test_a_reload_changes_no_wrap_up_that_runs() -> None:
    house = talked(RULES)
    house.step(ev.Reconfigured(CentreSettings((queue("sales", wrap_up_s=1.0),), (agent("alice", "sales"),))))
    house.wait(20)
    assert state(house) == ("wrapping up", 30.0)
    house.step(ev.Reconfigured(CentreSettings((queue("other"),), (agent("alice", "other"),))))
    house.step(ev.DispositionGiven(ALICE, "1"))
    assert codes(house) == [("c1", "1")]


def test_a_caller_who_is_passed_on_leaves_the_wrap_up_to_whom_they_left() -> None:
    site = CentreSettings(
        (queue("sales", after_call=RULES), queue("service")), (agent("alice", "sales"), agent("carol", "service"))
    )
    house = House(site, log_in="alice carol")
    house.join("c1")
    house.answer("c1")
    house.hang_up("c1")  # the talk with alice is over; the caller is not
    house.join("c1", "service")
    house.answer("c1")
    house.step(ev.DispositionGiven(AgentName("carol"), "1"))  # carol's queue has none
    house.step(ev.DispositionGiven(ALICE, "2"))
    assert codes(house) == [("c1", "2")] and house.these(BookDisposition)[0].agent == ALICE


@pytest.mark.parametrize(("ago", "left", "expected"), [(4.0, 6.0, 6.0), (20.0, 0.0, 30.0), (60.0, 0.0, None)])
def test_a_restart_goes_on_with_what_is_left_and_what_is_owed(ago: float, left: float, expected: float | None) -> None:
    centre = Centre(CentreSettings((queue("sales", after_call=RULES),), (agent("alice", "sales"),)))
    was = Restored(
        ALICE, Presence.AVAILABLE, "2001", reachable=True, wrap_up_left_s=left, caller=CallerId("c1"),
        queue=QueueName("sales"), talked_ago_s=ago,
    )  # fmt: skip
    effects = centre.restore([was], 500.0)
    view = centre.snapshot(500.0).agents[0]
    if expected is None:
        assert view.activity is Activity.IDLE
        assert [effect.code for effect in effects if isinstance(effect, BookDisposition)] == [""]
    else:
        assert (view.activity, view.wrap_up_left_s) == (Activity.WRAPPING_UP, expected)
        assert view.owed and view.caller == "c1"


def test_a_break_that_is_longer_than_planned_shows_and_is_told_once() -> None:
    house = House(log_in="alice")
    house.step(ev.BreakStarted(ALICE, "lunch", 600.0))
    assert house.one(BookAgent).break_until == house.now + 600
    house.wait(599)
    assert not house.these(BookAgent) and house.agent("alice").break_left_s == 1.0
    house.wait(100)
    assert house.one(BookAgent).overdue and house.agent("alice").break_left_s == -99.0
    house.step(ev.BreakStarted(ALICE, "tea", None))
    assert not house.one(BookAgent).overdue and house.agent("alice").break_left_s is None
    house.step(ev.BreakEnded(ALICE))
    assert len(house.centre._floor.deadlines) == 0


def test_a_break_keeps_its_limit_over_a_restart() -> None:
    centre = Centre(CentreSettings((queue("sales"),), (agent("alice", "sales"),)))
    was = Restored(ALICE, Presence.ON_BREAK, "2001", reachable=True, reason="lunch", break_left_s=-5.0)
    effects = centre.restore([was], 500.0)
    assert effects[-1].overdue and centre.snapshot(500.0).agents[0].break_left_s == -5.0  # type: ignore[union-attr]
