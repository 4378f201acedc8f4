"""The joint table of a caller and its callees."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.call import TABLE, Act, Kind, begin, kind_of, step
from switch.call_words import (
    After,
    AnswerCaller,
    CallState,
    Connect,
    Finished,
    HangUp,
    Outcome,
    RingCaller,
    TimedOut,
)
from switch.events import Answered, Ended, Progressed, Rang
from switch.words import Cause, LegId, Party

A, B, C = LegId("x.1"), LegId("x.2"), LegId("x.3")


def ended(leg, cause=Cause.NORMAL, by=Party.CALLEE, status=0):
    return Ended(leg, cause, by, status, "", 0.0)


def run(call, *events):
    effects = []
    for event in events:
        call, more = step(call, event)
        effects += more
    return call, effects


def test_the_table_has_a_row_for_every_state_and_rows_lead_to_states():
    assert set(TABLE) == set(CallState)
    for row in TABLE.values():
        for kind, (state, act) in row.items():
            assert isinstance(kind, Kind) and isinstance(state, CallState) and isinstance(act, Act)


@pytest.mark.parametrize("state", CallState)
@pytest.mark.parametrize("kind", Kind)
def test_every_pair_of_state_and_kind_is_meant(state, kind):
    """What has no row cannot happen there, or must change nothing."""
    impossible = {
        CallState.PLACED: {Kind.PEER_ENDED, Kind.LAST_LEG_ENDED, Kind.STRANGE},
        CallState.RINGING: {Kind.PEER_ENDED, Kind.LAST_LEG_ENDED, Kind.STRANGE},
        CallState.CONNECTED: {Kind.LAST_CALLEE_ENDED, Kind.LAST_LEG_ENDED, Kind.STRANGE},
        CallState.CLOSING: {Kind.LAST_CALLEE_ENDED, Kind.STRANGE},
        CallState.OVER: set(Kind),
    }
    assert (kind in TABLE[state]) is (kind not in impossible[state])


def test_a_plain_call_rings_answers_connects_and_parts():
    call, effects = run(begin(A, [B]), Rang(B, 0), Rang(B, 0), Answered(B, b"", 0), ended(B))
    assert effects == [
        RingCaller(A),
        AnswerCaller(A),
        Connect(A, B),
        HangUp(A, Cause.NORMAL),
        Finished(Outcome.ANSWERED, Cause.NORMAL, Party.CALLEE, 0),
    ]
    assert call.state is CallState.CLOSING and call.open == {A}
    call, effects = run(call, ended(A))
    assert call.state is CallState.OVER and not call.open and not effects


def test_a_caller_answered_by_a_script_is_not_answered_again_and_is_left_to_it():
    call, effects = run(begin(A, [B], After.RETURN, caller_answered=True), Answered(B, b"", 0), ended(B))
    assert effects == [Connect(A, B), Finished(Outcome.ANSWERED, Cause.NORMAL, Party.CALLEE, 0)]
    assert call.state is CallState.OVER


def test_the_first_answer_wins_and_the_others_are_told_so():
    call, effects = run(begin(A, [B, C]), Rang(B, 0), Rang(C, 0), Answered(C, b"", 0))
    assert effects[-1] == HangUp(B, Cause.ANSWERED_ELSEWHERE)
    call, effects = run(call, Answered(B, b"", 0))
    assert effects == [HangUp(B, Cause.ANSWERED_ELSEWHERE)]
    call, effects = run(call, ended(B))
    assert effects == [] and call.state is CallState.CONNECTED and call.answered == C


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (Cause.UNREACHABLE, Cause.BUSY, Cause.BUSY),
        (Cause.BUSY, Cause.UNREACHABLE, Cause.BUSY),
        (Cause.DECLINED, Cause.TIMEOUT, Cause.DECLINED),
        (Cause.ERROR, Cause.NOT_FOUND, Cause.NOT_FOUND),
    ],
)
def test_the_caller_hears_the_failure_that_tells_most(first, second, told):
    _, effects = run(begin(A, [B, C]), ended(B, first, status=1), ended(C, second, status=2))
    assert effects[0] == HangUp(A, told)
    assert isinstance(effects[1], Finished) and effects[1].cause is told


def test_a_caller_who_gives_up_stops_every_phone():
    call, effects = run(begin(A, [B, C]), Rang(B, 0), ended(A, Cause.CANCELLED, Party.CALLER, 487))
    assert effects[1:] == [
        HangUp(B, Cause.CANCELLED),
        HangUp(C, Cause.CANCELLED),
        Finished(Outcome.CANCELLED, Cause.CANCELLED, Party.CALLER, 487),
    ]
    # CANCEL and 200 cross: the late answer is hung up.
    call, effects = run(call, Answered(B, b"", 0))
    assert effects == [HangUp(B, Cause.CANCELLED)]


def test_ringing_too_long_is_no_answer_and_not_our_caller_s_doing():
    call, effects = run(begin(A, [B], After.RETURN), Progressed(B, b"", 0), TimedOut(0))
    assert effects[1:] == [
        HangUp(B, Cause.NO_ANSWER),
        Finished(Outcome.NO_ANSWER, Cause.NO_ANSWER, Party.SWITCH, 408),
    ]
    assert call.open == {B}


def test_the_time_to_ring_means_nothing_once_they_talk():
    call, _ = run(begin(A, [B]), Answered(B, b"", 0))
    assert step(call, TimedOut(0)) == (call, [])


def test_a_call_without_callees_is_refused():
    with pytest.raises(ValueError):
        begin(A, [])


def test_repr_says_who_talks_with_whom():
    call, _ = run(begin(A, [B]), Answered(B, b"", 0))
    assert repr(call) == "<Call x.1 CONNECTED with x.2 open=['x.1', 'x.2']>"


LEGS = [LegId(f"x.{n}") for n in range(1, 5)]
EVENTS = st.one_of(
    st.builds(Rang, st.sampled_from(LEGS), st.just(0.0)),
    st.builds(Progressed, st.sampled_from(LEGS), st.just(b""), st.just(0.0)),
    st.builds(Answered, st.sampled_from(LEGS), st.just(b""), st.just(0.0)),
    st.builds(ended, st.sampled_from(LEGS), st.sampled_from(Cause), st.sampled_from(Party)),
    st.builds(TimedOut, st.just(0.0)),
)


@settings(max_examples=600, deadline=None)
@given(st.integers(1, 3), st.sampled_from(After), st.booleans(), st.lists(EVENTS, max_size=30))
def test_whatever_happens_no_leg_stays_open_and_the_end_is_told_once(callees, after, answered, events):
    call = begin(LEGS[0], LEGS[1 : callees + 1], after, caller_answered=answered)
    ours, alive, told, hung = set(call.open), set(call.open), [], Counter()

    def happen(event):
        nonlocal call
        kind_of(call, event)
        call, effects = step(call, event)
        for effect in effects:
            if isinstance(effect, Finished):
                told.append(effect)
            if isinstance(effect, HangUp):
                assert effect.leg in alive, "an ended leg is not hung up"
                hung[effect.leg] += 1
            if isinstance(effect, Connect):
                assert effect.callee in alive and not told

    for event in events:
        if isinstance(event, Ended):
            if event.leg not in alive:
                continue  # the driver tells Ended once
            alive.discard(event.leg)
        happen(event)
    # Now the network does what it was told: every leg hung up ends; what still rings runs out of time; they part.
    happen(TimedOut(0.0))
    for leg in [call.answered, *sorted(ours)]:
        if leg in alive and (leg in hung or leg == call.answered):
            alive.discard(leg)
            happen(ended(leg))
    assert len(told) == 1
    assert call.state is CallState.OVER and not call.open
    assert alive <= ({LEGS[0]} if after is After.RETURN else set())
