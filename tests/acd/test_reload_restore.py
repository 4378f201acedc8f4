"""Settings change under a running floor; a floor comes back after a restart."""

from __future__ import annotations

from acd import events as ev
from acd.centre import Centre
from acd.effects import BookAlert, Release, StartAlert, StopAlert
from acd.restore import Restored
from acd.settings import CentreSettings
from acd.words import Activity, AgentName, AlertOutcome, CallerId, LeaveReason, Presence
from tests.acd.floor_of import SETTINGS, House, agent, queue

ALICE, BOB = AgentName("alice"), AgentName("bob")


def test_a_removed_queue_lets_its_callers_go_and_its_ringing_stop_and_its_talks_last() -> None:
    house = House(log_in="alice bob carol")
    for caller in ("c1", "c2", "c3"):
        house.join(caller, "sales")
    house.answer("c1")
    house.step(ev.Reconfigured(CentreSettings(SETTINGS.queues[1:], (agent("alice", "service"), agent("bob")))))
    assert [(out.caller, out.reason) for out in house.these(Release)] == [
        ("c2", LeaveReason.REMOVED),
        ("c3", LeaveReason.REMOVED),
    ]
    assert house.one(StopAlert).outcome is house.one(BookAlert).outcome is AlertOutcome.WITHDRAWN
    assert house.agent("alice").activity is Activity.TALKING
    house.hang_up("c1")
    assert house.agent("alice").activity is Activity.WRAPPING_UP


def test_an_agent_who_is_given_a_queue_serves_it_at_once() -> None:
    house = House(log_in="bob carol")
    house.join("c1", "service")
    house.answer("c1")
    house.join("c2", "service")
    house.step(ev.Reconfigured(CentreSettings(SETTINGS.queues, (*SETTINGS.agents[::2], agent("bob", "service")))))
    assert house.one(StartAlert).agent == "bob"


def test_an_agent_whose_queue_is_taken_away_is_no_longer_counted_by_it() -> None:
    house = House(log_in="bob")
    house.step(ev.BreakStarted(BOB, ""))
    house.join("c1", "sales")
    house.step(ev.Reconfigured(CentreSettings(SETTINGS.queues, (agent("bob", "service"),))))
    assert house.one(Release).reason is LeaveReason.NO_AGENTS


def test_a_shorter_longest_wait_holds_for_those_who_wait_already() -> None:
    house = House(log_in="bob")
    house.step(ev.BreakStarted(BOB, ""))
    house.join("c1")
    house.wait(100)
    house.step(ev.Reconfigured(CentreSettings((queue("sales", max_wait_s=60.0),), SETTINGS.agents[1:2])))
    assert house.one(Release).reason is LeaveReason.TIMED_OUT


def test_the_same_settings_change_nothing() -> None:
    house = House(log_in="alice bob")
    house.join("c1")
    house.rang("c1")
    house.join("c2")
    house.answer("c2")
    before = house.centre.snapshot(house.now)
    assert house.step(ev.Reconfigured(SETTINGS)) == []
    assert house.centre.snapshot(house.now) == before


def test_an_agent_who_comes_back_before_the_call_is_over_stays() -> None:
    house = House(log_in="alice")
    house.join("c1")
    house.answer("c1")
    house.step(ev.Reconfigured(CentreSettings(SETTINGS.queues, ())))
    house.step(ev.Reconfigured(SETTINGS))
    house.hang_up("c1")
    assert house.agent("alice").presence is Presence.LOGGED_OUT
    house.log_in("alice")
    assert house.agent("alice").presence is Presence.AVAILABLE


def test_an_agent_who_is_removed_and_comes_back_has_taken_the_calls_of_the_morning() -> None:
    house = House(log_in="alice")
    house.serve("c1")
    house.step(ev.Reconfigured(CentreSettings(SETTINGS.queues, ())))
    house.step(ev.Reconfigured(SETTINGS))
    assert house.agent("alice").calls_today == 1


def test_agents_come_back_from_a_restart_as_they_were() -> None:
    centre = Centre(SETTINGS)
    effects = centre.restore(
        [
            Restored(ALICE, Presence.AVAILABLE, "2001", reachable=True, wrap_up_left_s=4.0),
            Restored(BOB, Presence.ON_BREAK, "2002", reachable=True, reason="lunch"),
            Restored(AgentName("carol"), Presence.AVAILABLE, "2001", reachable=True),  # taken
            Restored(AgentName("gone"), Presence.AVAILABLE, "2009", reachable=True),
        ],
        50.0,
    )
    assert len(effects) == 2
    alice, bob, carol = centre.snapshot(50.0).agents
    assert (alice.presence, alice.activity, alice.wrap_up_left_s) == (Presence.AVAILABLE, Activity.WRAPPING_UP, 4.0)
    assert (bob.presence, bob.activity, bob.reason) == (Presence.ON_BREAK, Activity.IDLE, "lunch")
    assert carol.presence is Presence.LOGGED_OUT
    assert centre.next_deadline() == 54.0
    centre.step(ev.CallerJoined(CallerId("c1"), SETTINGS.queues[0].name, "1"), 51.0)
    started = centre.step(ev.TimePassed(), 54.0)
    assert any(isinstance(effect, StartAlert) for effect in started)
