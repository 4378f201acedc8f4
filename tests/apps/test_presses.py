"""One press, told once, by whatever ways it comes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from apps.presses import WINDOW_S, Presses, Way


def test_the_same_digit_by_another_way_is_the_same_press() -> None:
    presses = Presses()
    assert presses.take("5", Way.EVENT, 0.0)
    assert not presses.take("5", Way.INFO, 0.4)
    assert not presses.take("5", Way.SOUND, 0.5)
    assert presses.doubled == 2


def test_the_same_digit_by_the_same_way_is_another_press() -> None:
    presses = Presses()
    assert presses.take("5", Way.INFO, 0.0) and presses.take("5", Way.INFO, 0.2)


def test_much_later_it_is_another_press() -> None:
    presses = Presses()
    assert presses.take("5", Way.EVENT, 0.0) and presses.take("5", Way.INFO, WINDOW_S + 0.1)


@given(
    st.lists(st.tuples(st.sampled_from("0123*#"), st.floats(0, 2.5)), max_size=15),
    st.lists(st.sampled_from(Way), min_size=1, max_size=3, unique=True),
    st.randoms(use_true_random=False),
)
def test_however_late_each_way_tells_every_press_is_taken_once(
    keyed: list[tuple[str, float]], ways: list[Way], chance: object
) -> None:
    """Presses are 300 ms apart, and each way tells them in order, late by less than the window."""
    told = []
    for way in ways:
        late = 0.0
        for n, (digit, delay) in enumerate(keyed):
            late = max(late, n * 0.3 + delay)
            told.append((late, n, digit, way))
    presses = Presses()
    taken = [digit for at, _, digit, way in sorted(told, key=lambda item: item[:2]) if presses.take(digit, way, at)]
    assert sorted(taken) == sorted(digit for digit, _ in keyed)
