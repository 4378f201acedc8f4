"""The expected wait, held against simulated days and the formula of Erlang."""

from __future__ import annotations

from math import factorial
from random import Random

import pytest

from acd import events as ev
from acd.caller import Caller
from acd.effects import Connect, StartAlert
from acd.expected import Average
from acd.settings import CentreSettings
from acd.words import AgentName, CallerId, QueueName
from tests.acd.floor_of import EXTENSIONS, House, Least, agent, queue

SALES = QueueName("sales")


def erlang_wait(load: float, servers: int, mean_s: float) -> float:
    """Mean wait of all callers of M/M/c (Erlang C)."""
    busy = load**servers / factorial(servers) * servers / (servers - load)
    waits = busy / (sum(load**k / factorial(k) for k in range(servers)) + busy)
    return waits * mean_s / (servers - load)


def simulate(servers: int, load: float, mean_s: float, calls: int, seed: int) -> tuple[list[float], list[float], House]:
    """A queue whose calls last as long as dice say: what each was told on joining, and how long each waited."""
    dice = Random(seed)
    names = tuple(EXTENSIONS)[:servers]
    staff = tuple(agent(name, "sales", wrap_up_s=0.0) for name in names)
    house = House(CentreSettings((queue("sales", handling_s=mean_s),), staff), log_in=" ".join(names))
    told: dict[str, float] = {}
    real: dict[str, float] = {}
    ends: list[tuple[float, int]] = []
    arrival, number = house.now, 0
    while len(real) < calls:
        if not ends or arrival < min(ends)[0]:
            house.now = arrival
            number += 1
            house.join(str(number))
            caller = house.centre._floor.callers[CallerId(str(number))]
            told[str(number)] = caller.predicted_s or 0.0
            arrival += dice.expovariate(load / mean_s)
        else:
            house.now, alert = min(ends)
            ends.remove((house.now, alert))
            house.step(ev.TalkEnded(alert))  # type: ignore[arg-type]
        for start in house.these(StartAlert):
            house.step(ev.AlertAnswered(start.alert))
            real[start.caller] = house.one(Connect).waited_s
            ends.append((house.now + dice.expovariate(1 / mean_s), start.alert))
    return [told[name] for name in real], list(real.values()), house


@pytest.mark.parametrize(("servers", "load"), [(1, 0.8), (2, 1.7), (4, 3.4)])
def test_what_is_told_is_what_the_queue_does_and_what_erlang_says(servers: int, load: float) -> None:
    told, real, _ = simulate(servers, load, 120.0, 6000, seed=servers)
    mean = erlang_wait(load, servers, 120.0)
    assert sum(told) / len(told) == pytest.approx(sum(real) / len(real), rel=0.1)
    assert sum(told) / len(told) == pytest.approx(mean, rel=0.3)  # a day of dice is not the mean of all days
    # Told before it is known: of those to whom a long wait was told, the wait was long.
    pairs = sorted(zip(told, real, strict=True))
    longest = pairs[-len(pairs) // 10 :]
    assert sum(t for t, _ in longest) == pytest.approx(sum(r for _, r in longest), rel=0.2)


def test_the_published_error_is_that_of_the_last_predictions() -> None:
    told, real, house = simulate(2, 1.7, 120.0, 3000, seed=5)
    view = house.centre.queue(SALES, house.now)
    assert view is not None and view.error_s is not None
    off = [abs(r - t) for t, r in zip(told, real, strict=True) if t > 0]
    assert view.error_s == pytest.approx(sum(off[-100:]) / 100, rel=0.6)
    assert abs(view.bias_s) < view.error_s
    assert view.handling_s == pytest.approx(120.0, rel=0.5)


def settled(handling_s: float = 60.0, **more: object) -> House:
    """Two agents of sales, both talking."""
    agents = (agent("alice", "sales", skills={"zh": 8}), agent("bob", "sales"))
    house = House(CentreSettings((queue("sales", handling_s=handling_s, **more),), agents), log_in="alice bob")
    for name in ("a", "b"):
        house.join(name)
        house.answer(name)
    return house


def expected(house: House, name: str) -> float | None:
    return house.centre.expected_s(CallerId(name))


def test_position_times_handling_time_over_staffing() -> None:
    house = settled()
    for place in range(1, 5):
        house.join(str(place))
        assert expected(house, str(place)) == pytest.approx(place * 60 / 2)


def test_priority_goes_before() -> None:
    house = settled()
    house.join("plain")
    house.join("vip", priority=5)
    assert (expected(house, "vip"), expected(house, "plain")) == (30.0, 60.0)


def test_agents_on_break_do_not_count_and_nobody_at_work_is_no_number() -> None:
    house = settled()
    house.join("one")
    house.step(ev.BreakStarted(AgentName("bob"), ""))
    assert expected(house, "one") == 60.0
    house.step(ev.BreakStarted(AgentName("alice"), ""))
    assert expected(house, "one") is None
    house.step(ev.BreakEnded(AgentName("bob")))
    assert expected(house, "one") == 60.0


def test_who_asks_for_a_skill_waits_for_those_who_have_it() -> None:
    house = settled()
    house.join("plain")
    house.join("chinese", need=Least("zh", 5))
    assert expected(house, "chinese") == 60.0
    house.join("more chinese", need=Least("zh", 5))
    assert expected(house, "more chinese") == 120.0


def test_no_more_calls_than_the_queue_may_have_at_once() -> None:
    agents = (agent("alice", "sales"), agent("bob", "sales"))
    house = House(CentreSettings((queue("sales", handling_s=60.0, max_talking=1),), agents), log_in="alice bob")
    house.join("a")
    house.answer("a")
    house.join("one")
    house.join("two")
    assert (expected(house, "one"), expected(house, "two")) == (60.0, 120.0)


def test_an_agent_of_two_queues_is_half_of_one_where_others_wait_as_long() -> None:
    both = tuple(agent(name, "sales", "service") for name in ("alice", "bob"))
    house = House(CentreSettings((queue("sales", handling_s=60.0), queue("service")), both), log_in="alice bob")
    for name in ("a", "b"):
        house.join(name)
        house.answer(name)
    house.join("elsewhere", "service")
    house.join("one")
    assert expected(house, "one") == pytest.approx(60.0)
    house.join("later", "service")
    assert expected(house, "one") == pytest.approx(60.0), "who comes later does not stand before"


def test_being_rung_for_or_served_at_once_is_no_wait() -> None:
    house = House(CentreSettings((queue("sales"),), (agent("alice", "sales"),)), log_in="alice")
    house.join("one")
    assert expected(house, "one") == 0.0
    assert expected(house, "nobody") is None


def test_handling_time_is_from_ringing_to_the_end_of_the_wrap_up() -> None:
    house = House(
        CentreSettings((queue("sales", handling_s=0.0, wrap_up_s=10.0),), (agent("alice", "sales"),)), log_in="alice"
    )
    for number in range(200):
        house.join(str(number))
        house.now += 2
        house.answer(str(number))
        house.now += 30
        house.hang_up(str(number))
        house.wait(10)
    view = house.centre.queue(SALES, house.now)
    assert view is not None and view.handling_s == pytest.approx(42.0, rel=0.05)


def test_one_odd_call_does_not_decide() -> None:
    average = Average(180.0, prior=5)
    average.add(3600.0)
    assert average.value == pytest.approx(750.0)
    for _ in range(300):
        average.add(60.0)
    assert average.value == pytest.approx(60.0, rel=0.1)


def test_a_reload_says_what_a_call_takes_only_while_there_was_none() -> None:
    house = settled(handling_s=60.0)
    house.step(ev.Reconfigured(CentreSettings((queue("sales", handling_s=90.0),), (agent("alice", "sales"),))))
    house.join("one")
    assert expected(house, "one") == 90.0
    assert isinstance(house.centre._floor.callers[CallerId("one")], Caller)
