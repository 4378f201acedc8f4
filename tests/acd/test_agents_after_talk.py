"""Agents after the talk: wrap-up, breaks, logging out; and who sits at which phone."""

from __future__ import annotations

from acd import events as ev
from acd.effects import BookAgent, StartAlert, StopAlert
from acd.settings import CentreSettings
from acd.words import Activity, AgentName, Presence
from tests.acd.floor_of import ALICE, ONE, House, agent, queue


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
