"""Every event meets an agent in every state that can stand: the centre feeds the tables the right happening."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from acd import events as ev
from acd.agent import JOINT, Happening, state_after
from acd.settings import CentreSettings
from acd.words import Activity, AgentName, AlertId, AlertOutcome, CallerId, Presence
from tests.acd.floor_of import House, agent, queue

ALICE = AgentName("alice")
P, A, H = Presence, Activity, Happening
SITE = CentreSettings((queue("sales", keep_without_agents=True),), (agent("alice", "sales"), agent("bob", "sales")))
PAIRS = [pair for pair in itertools.product(Presence, Activity) if pair not in JOINT]

# How an agent comes into each activity, being available.
WAYS: dict[Activity, Callable[[House], object]] = {
    A.IDLE: lambda house: None,
    A.RESERVED: lambda house: house.join("c1"),
    A.RINGING: lambda house: (house.join("c1"), house.rang("c1")),
    A.TALKING: lambda house: (house.join("c1"), house.answer("c1")),
    A.WRAPPING_UP: lambda house: (house.join("c1"), house.answer("c1"), house.hang_up("c1")),
    A.OTHER_CALL: lambda house: house.step(ev.PhoneBusy("2001", busy=True)),
}
TURNS: dict[Presence, list[ev.Event]] = {
    P.AVAILABLE: [],
    P.ON_BREAK: [ev.BreakStarted(ALICE, "lunch")],
    P.LOGGED_OUT: [ev.AgentLoggedOut(ALICE)],
}
RUNG = (A.RESERVED, A.RINGING)

# What each event means to the agent; a function of the activity where it depends on it.
EVENTS: list[tuple[str, Callable[[AlertId], ev.Event], Callable[[Activity], Happening | None]]] = [
    ("joined", lambda a: ev.CallerJoined(CallerId("c1"), SITE.queues[0].name, "1"), lambda a: None),
    ("changed", lambda a: ev.CallerChanged(CallerId("c1"), priority=3), lambda a: None),
    ("left", lambda a: ev.CallerLeft(CallerId("c1")), lambda a: H.ALERT_ENDED),
    ("logged in", lambda a: ev.AgentLoggedIn(ALICE, "2001", reachable=True), lambda a: H.LOGGED_IN),
    ("logged out", lambda a: ev.AgentLoggedOut(ALICE), lambda a: H.LOGGED_OUT),
    ("evicted", lambda a: ev.AgentLoggedIn(AgentName("bob"), "2001", reachable=True), lambda a: H.LOGGED_OUT),
    ("break started", lambda a: ev.BreakStarted(ALICE, "tea"), lambda a: H.BREAK_STARTED),
    ("break ended", lambda a: ev.BreakEnded(ALICE), lambda a: H.BREAK_ENDED),
    ("extended", lambda a: ev.WrapUpExtended(ALICE), lambda a: None),
    ("disposed", lambda a: ev.DispositionGiven(ALICE, "1"), lambda a: None),
    ("reachable", lambda a: ev.PhoneReachable("2001", reachable=True), lambda a: None),
    ("unreachable", lambda a: ev.PhoneReachable("2001", reachable=False), lambda a: H.ALERT_ENDED),
    ("quiet", lambda a: ev.PhoneBusy("2001", busy=False), lambda a: H.OTHER_ENDED),
    ("rang", ev.AlertRang, lambda a: H.RANG),
    ("answered", ev.AlertAnswered, lambda a: H.ANSWERED),
    (
        "failed",
        lambda a: ev.AlertFailed(a, AlertOutcome.DECLINED),
        lambda a: H.TALK_ENDED if a is A.TALKING else H.ALERT_ENDED,
    ),
    ("talk ended", ev.TalkEnded, lambda a: H.TALK_ENDED),
    ("reconfigured", lambda a: ev.Reconfigured(SITE), lambda a: None),
    ("day", lambda a: ev.DayBegan(), lambda a: None),
    ("counted", lambda a: ev.CountsLoaded({}), lambda a: None),
    ("time", lambda a: ev.TimePassed(), lambda a: None),
]


def put(pair: tuple[Presence, Activity]) -> tuple[House, AlertId]:
    """A house with alice in that pair of states, and her alert, if any."""
    house = House(SITE, log_in="alice")
    WAYS[pair[1]](house)
    alert = next(iter(house.centre._floor.alerts), AlertId(99))
    for event in TURNS[pair[0]]:
        house.step(event)
    view = house.agent("alice")
    assert (view.presence, view.activity) == pair
    return house, alert


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0].value}, {pair[1].value}")
@pytest.mark.parametrize("row", EVENTS, ids=lambda row: row[0])
def test_every_event_in_every_state(
    pair: tuple[Presence, Activity],
    row: tuple[str, Callable[[AlertId], ev.Event], Callable[[Activity], Happening | None]],
) -> None:
    _, event, means = row
    if pair == (P.LOGGED_OUT, A.TALKING) and row[0] == "evicted":
        pytest.skip("there is no seat left to be evicted from")
    house, alert = put(pair)
    house.step(event(alert))
    happening = means(pair[1])
    expected = pair if happening is None else state_after(*pair, happening)
    if row[0] == "break ended":  # nothing is owed here: it ends the wrap-up, too
        expected = state_after(*expected, H.WRAP_UP_ENDED)
    # The caller whose alert came to nothing, or who joins, may be given to the same agent at once.
    at_once = expected == (P.AVAILABLE, A.IDLE) and row[0] == "joined"
    view = house.agent("alice")
    assert (view.presence, view.activity) == ((P.AVAILABLE, A.RESERVED) if at_once else expected)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0].value}, {pair[1].value}")
def test_another_call_on_the_phone_in_every_state(pair: tuple[Presence, Activity]) -> None:
    house, _ = put(pair)
    house.step(ev.PhoneBusy("2001", busy=True))
    expected = state_after(*pair, H.ALERT_ENDED) if pair[1] in RUNG else pair
    if pair[0] is not P.LOGGED_OUT and expected[1] is A.IDLE:
        expected = (expected[0], A.OTHER_CALL)
    view = house.agent("alice")
    assert (view.presence, view.activity) == expected


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0].value}, {pair[1].value}")
def test_a_removed_agent_goes_when_the_call_is_over(pair: tuple[Presence, Activity]) -> None:
    house, alert = put(pair)
    house.step(ev.Reconfigured(CentreSettings(SITE.queues, SITE.agents[1:])))
    names = [view.name for view in house.centre.snapshot(house.now).agents]
    assert ("alice" in names) == (pair[1] is A.TALKING)
    house.step(ev.TalkEnded(alert))
    assert [view.name for view in house.centre.snapshot(house.now).agents] == ["bob"]
