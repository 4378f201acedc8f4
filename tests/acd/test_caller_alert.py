"""The tables of caller and alert, pair by pair."""

from __future__ import annotations

import itertools

from acd.alert import STATES as ALERT_STATES
from acd.alert import Alert, AlertHappening, AlertState
from acd.caller import STATES as CALLER_STATES
from acd.caller import Caller, CallerHappening, CallerState
from acd.words import AgentName, AlertId, CallerId, QueueName

C, CH, S, H = CallerState, CallerHappening, AlertState, AlertHappening

CALLER_MOVES = {
    (C.WAITING, CH.CHOSEN): C.ALERTING,
    (C.WAITING, CH.LEFT): C.GONE,
    (C.ALERTING, CH.ALERT_ENDED): C.WAITING,
    (C.ALERTING, CH.CONNECTED): C.GONE,
    (C.ALERTING, CH.LEFT): C.GONE,
}
ALERT_MOVES = {
    (S.RESERVED, H.RANG): S.RINGING,
    (S.RESERVED, H.ANSWERED): S.TALKING,
    (S.RESERVED, H.FAILED): S.OVER,
    (S.RESERVED, H.WITHDRAWN): S.OVER,
    (S.RINGING, H.ANSWERED): S.TALKING,
    (S.RINGING, H.FAILED): S.OVER,
    (S.RINGING, H.WITHDRAWN): S.OVER,
    (S.TALKING, H.TALK_ENDED): S.OVER,
    (S.TALKING, H.FAILED): S.OVER,
}


def test_a_caller_moves_as_the_table_says_and_otherwise_stays() -> None:
    for state, happening in itertools.product(CallerState, CallerHappening):
        caller = Caller(CallerId("c"), QueueName("q"), "1", 0, 1, 0.0, None, state=state)
        caller.happen(happening)
        assert caller.state is CALLER_MOVES.get((state, happening), state)


def test_an_alert_moves_as_the_table_says_and_otherwise_stays() -> None:
    for state, happening in itertools.product(AlertState, AlertHappening):
        alert = Alert(AlertId(1), CallerId("c"), QueueName("q"), AgentName("a"), "2001", 0.0, "", state=state)
        moved = alert.happen(happening)
        assert moved == ((state, happening) in ALERT_MOVES)
        assert alert.state is ALERT_MOVES.get((state, happening), state)


def test_ending_states_have_empty_rows() -> None:
    assert CALLER_STATES[CallerState.GONE] == {}
    assert ALERT_STATES[AlertState.OVER] == {}
    assert set(CALLER_STATES) == set(CallerState) and set(ALERT_STATES) == set(AlertState)
