"""The agent's two tables and their couplings, pair by pair."""

from __future__ import annotations

import itertools

import pytest

from acd.agent import ACTIVITIES, JOINT, PRESENCES, Happening, state_after
from acd.words import Activity, Presence

P, A, H = Presence, Activity, Happening
PAIRS = [pair for pair in itertools.product(Presence, Activity) if pair not in JOINT]
# Not available: neither chosen nor rung, so these pairs come only from a withdrawal.

EXPECTED: dict[tuple[Presence, Activity], dict[Happening, tuple[Presence, Activity]]] = {
    (P.LOGGED_OUT, A.IDLE): {
        H.LOGGED_IN: (P.AVAILABLE, A.IDLE),
        H.WRAP_UP_RESUMED: (P.LOGGED_OUT, A.IDLE),
    },
    (P.LOGGED_OUT, A.TALKING): {
        H.LOGGED_IN: (P.AVAILABLE, A.TALKING),
        H.TALK_ENDED: (P.LOGGED_OUT, A.IDLE),
    },
    (P.AVAILABLE, A.IDLE): {
        H.LOGGED_OUT: (P.LOGGED_OUT, A.IDLE),
        H.BREAK_STARTED: (P.ON_BREAK, A.IDLE),
        H.CHOSEN: (P.AVAILABLE, A.RESERVED),
        H.OTHER_BEGAN: (P.AVAILABLE, A.OTHER_CALL),
        H.WRAP_UP_RESUMED: (P.AVAILABLE, A.WRAPPING_UP),
    },
    (P.AVAILABLE, A.RESERVED): {
        H.LOGGED_OUT: (P.LOGGED_OUT, A.IDLE),
        H.BREAK_STARTED: (P.ON_BREAK, A.IDLE),
        H.RANG: (P.AVAILABLE, A.RINGING),
        H.ANSWERED: (P.AVAILABLE, A.TALKING),
        H.ALERT_ENDED: (P.AVAILABLE, A.IDLE),
    },
    (P.AVAILABLE, A.RINGING): {
        H.LOGGED_OUT: (P.LOGGED_OUT, A.IDLE),
        H.BREAK_STARTED: (P.ON_BREAK, A.IDLE),
        H.ANSWERED: (P.AVAILABLE, A.TALKING),
        H.ALERT_ENDED: (P.AVAILABLE, A.IDLE),
    },
    (P.AVAILABLE, A.TALKING): {
        H.LOGGED_OUT: (P.LOGGED_OUT, A.TALKING),
        H.BREAK_STARTED: (P.ON_BREAK, A.TALKING),
        H.TALK_ENDED: (P.AVAILABLE, A.WRAPPING_UP),
    },
    (P.AVAILABLE, A.WRAPPING_UP): {
        H.LOGGED_OUT: (P.LOGGED_OUT, A.IDLE),
        H.BREAK_STARTED: (P.ON_BREAK, A.WRAPPING_UP),
        H.WRAP_UP_ENDED: (P.AVAILABLE, A.IDLE),
    },
    (P.AVAILABLE, A.OTHER_CALL): {
        H.LOGGED_OUT: (P.LOGGED_OUT, A.IDLE),
        H.BREAK_STARTED: (P.ON_BREAK, A.OTHER_CALL),
        H.OTHER_ENDED: (P.AVAILABLE, A.IDLE),
    },
    (P.ON_BREAK, A.IDLE): {
        H.LOGGED_IN: (P.AVAILABLE, A.IDLE),
        H.LOGGED_OUT: (P.LOGGED_OUT, A.IDLE),
        H.BREAK_ENDED: (P.AVAILABLE, A.IDLE),
        H.OTHER_BEGAN: (P.ON_BREAK, A.OTHER_CALL),
        H.WRAP_UP_RESUMED: (P.ON_BREAK, A.WRAPPING_UP),
    },
    (P.ON_BREAK, A.TALKING): {
        H.LOGGED_IN: (P.AVAILABLE, A.TALKING),
        H.LOGGED_OUT: (P.LOGGED_OUT, A.TALKING),
        H.BREAK_ENDED: (P.AVAILABLE, A.TALKING),
        H.TALK_ENDED: (P.ON_BREAK, A.WRAPPING_UP),
    },
    (P.ON_BREAK, A.WRAPPING_UP): {
        H.LOGGED_IN: (P.AVAILABLE, A.WRAPPING_UP),
        H.LOGGED_OUT: (P.LOGGED_OUT, A.IDLE),
        H.BREAK_ENDED: (P.AVAILABLE, A.WRAPPING_UP),
        H.WRAP_UP_ENDED: (P.ON_BREAK, A.IDLE),
    },
    (P.ON_BREAK, A.OTHER_CALL): {
        H.LOGGED_IN: (P.AVAILABLE, A.OTHER_CALL),
        H.LOGGED_OUT: (P.LOGGED_OUT, A.IDLE),
        H.BREAK_ENDED: (P.AVAILABLE, A.OTHER_CALL),
        H.OTHER_ENDED: (P.ON_BREAK, A.IDLE),
    },
}
"""What is expected, by hand; whatever is missing changes nothing."""


@pytest.mark.parametrize(
    ("pair", "happening"), list(itertools.product(PAIRS, Happening)), ids=lambda x: getattr(x, "value", None) or str(x)
)
def test_every_pair_of_states_meets_every_happening(pair: tuple[Presence, Activity], happening: Happening) -> None:
    assert state_after(*pair, happening) == EXPECTED[pair].get(happening, pair)


def test_the_expected_table_has_every_pair_that_can_stand() -> None:
    assert set(EXPECTED) == set(PAIRS)
    assert len(PAIRS) + len(JOINT) == len(Presence) * len(Activity)


def test_a_pair_that_cannot_stand_is_never_reached() -> None:
    for presence, activity, happening in itertools.product(Presence, Activity, Happening):
        assert state_after(presence, activity, happening) not in JOINT


def test_every_state_has_a_row_and_a_way_out() -> None:
    assert set(PRESENCES) == set(Presence) and all(PRESENCES.values())
    assert set(ACTIVITIES) == set(Activity)
    for activity, row in ACTIVITIES.items():
        assert any(after is not activity for after in row.values())


def test_every_pair_leads_home() -> None:
    """From any pair, some chain of happenings leads to logged out and idle."""
    home = {(P.LOGGED_OUT, A.IDLE)}
    while True:
        more = {pair for pair in PAIRS for happening in Happening if state_after(*pair, happening) in home} | home
        if more == home:
            break
        home = more
    assert home == set(PAIRS)
