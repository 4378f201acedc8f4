"""Every pair of the leg's table, and what must hold of it as a whole."""

from __future__ import annotations

import itertools

import pytest

from switch.leg import TABLE, Effect, Happening, LegState, step

PAIRS = list(itertools.product(LegState, Happening))


@pytest.mark.parametrize(("state", "what"), PAIRS)
def test_a_pair_is_in_the_table_or_changes_nothing(state: LegState, what: Happening) -> None:
    assert step(state, what) == TABLE.get((state, what), (state, ()))


@pytest.mark.parametrize("what", Happening)
def test_an_ended_leg_stays_ended_and_does_nothing(what: Happening) -> None:
    assert step(LegState.ENDED, what) == (LegState.ENDED, ())


@pytest.mark.parametrize(("state", "what"), PAIRS)
def test_the_end_is_told_with_the_step_into_it_and_only_then(state: LegState, what: Happening) -> None:
    after, effects = step(state, what)
    assert effects.count(Effect.TELL_ENDED) == (after is LegState.ENDED and state is not LegState.ENDED)
    if Effect.TELL_ENDED in effects:
        assert effects[-1] is Effect.TELL_ENDED


@pytest.mark.parametrize("state", [state for state in LegState if state is not LegState.ENDED])
def test_every_live_leg_can_be_ended_by_us_and_by_the_far_end(state: LegState) -> None:
    wire = {
        LegState.INVITED: Effect.REFUSE,
        LegState.CALLING: Effect.CANCEL,
        LegState.RINGING: Effect.CANCEL,
        LegState.ACCEPTED: Effect.BYE,
        LegState.TALKING: Effect.BYE,
    }[state]
    assert step(state, Happening.END_ASKED) == (LegState.ENDED, (wire, Effect.TELL_ENDED))
    assert step(state, Happening.GONE) == (LegState.ENDED, (Effect.TELL_ENDED,))


def test_an_incoming_leg_talks_after_answer_and_ack() -> None:
    state = LegState.INVITED
    for what, effects in (
        (Happening.RING_ASKED, (Effect.RING,)),
        (Happening.ANSWER_ASKED, (Effect.ANSWER,)),
        (Happening.ANSWER_ASKED, ()),
        (Happening.CONFIRMED, (Effect.TELL,)),
    ):
        state, done = step(state, what)
        assert done == effects
    assert state is LegState.TALKING


def test_ringing_is_told_once() -> None:
    state, first = step(LegState.CALLING, Happening.RANG)
    _, second = step(state, Happening.RANG)
    assert (first, second) == ((Effect.TELL,), ())


def test_every_state_can_be_reached() -> None:
    reached = {LegState.INVITED, LegState.CALLING}
    for _ in LegState:
        reached |= {after for (before, _), (after, _) in TABLE.items() if before in reached}
    assert reached == set(LegState)
