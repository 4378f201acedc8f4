"""Thousands of days at the centre, none of them reasonable: the rules hold in all of them."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acd import events as ev
from tests.acd.sites import EXTENSIONS, JOINS, KINDS, NAMES, SITES, Action
from tests.acd.world import World

ACTIONS = st.lists(
    st.tuples(st.integers(0, KINDS - 1), st.integers(0, 34), st.integers(0, 39)), min_size=1, max_size=60
)


def opened(number: int) -> World:
    """A world of that site in which the agents have come to work."""
    world = World(site=SITES[number % len(SITES)])
    for name, extension in zip(NAMES, EXTENSIONS, strict=False):
        world.step(ev.AgentLoggedIn(name, extension, reachable=True))
        world.advance(1.0)
    return world


def lived(number: int, actions: list[Action]) -> None:
    world = opened(number)
    for action in actions:
        world.do(action)
    world.finish()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(SITES) - 1), ACTIONS)
def test_no_history_breaks_a_rule(number: int, actions: list[Action]) -> None:
    lived(number, actions)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(SITES) - 1), ACTIONS)
def test_none_of_ten_thousand_histories_breaks_a_rule(number: int, actions: list[Action]) -> None:
    lived(number, actions)


def live(seed: int, steps: int) -> World:
    """A random history; the seed alone decides it."""
    dice = random.Random(seed)
    world = opened(seed) if seed % 4 else World(site=SITES[seed % len(SITES)])
    for _ in range(steps):
        kind = dice.randrange(KINDS)
        if kind in JOINS and seed % 3 and dice.random() < 0.5:  # a quiet day: several agents are free at once
            kind = 21
        world.do((kind, dice.randrange(1000), dice.randrange(1000)))
    world.finish()
    return world


def test_hundreds_of_random_days_break_no_rule() -> None:
    talks = alerts = 0
    for seed in range(600):
        world = live(seed, 40)
        alerts += len(world.started)
        talks += sum(seat.ever for seat in world.seats.values())
    # The days must have been busy enough to prove something.
    assert alerts > 2_000 and talks > 600


@pytest.mark.slow
def test_ten_thousand_long_days_break_no_rule() -> None:
    for seed in range(10_000, 20_000):
        live(seed, 80)
