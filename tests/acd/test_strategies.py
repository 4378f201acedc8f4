"""Each strategy chooses whom its name says, and tells why."""

from __future__ import annotations

from random import Random

import pytest

from acd import events as ev
from acd.centre import Centre
from acd.counts import Taken
from acd.effects import BookAlert, Connect, StartAlert, StopAlert
from acd.settings import CentreSettings, Counted, Strategy
from acd.words import AgentName, AlertOutcome, CallerId, QueueName
from tests.acd.floor_of import House, Least, agent, queue

ALICE, BOB, CAROL = AgentName("alice"), AgentName("bob"), AgentName("carol")
SALES = QueueName("sales")


def site(strategy: Strategy, *agents: object, **more: object) -> CentreSettings:
    staff = agents or tuple(agent(name, "sales") for name in ("alice", "bob", "carol"))
    return CentreSettings((queue("sales", strategy=strategy, last_agent=False, **more),), staff)  # type: ignore[arg-type]


def told(house: House, **taken: Taken) -> House:
    house.step(ev.CountsLoaded({AgentName(name): counts for name, counts in taken.items()}))
    return house


def chosen(house: House, caller: str = "c1", **more: object) -> tuple[str, str]:
    house.join(caller, **more)
    start = house.one(StartAlert)
    return start.agent, start.why


@pytest.mark.parametrize(
    ("counted", "first", "words"),
    [
        (Counted.DAY, "bob", "the free agent with the fewest calls today (2), idle for 0 s"),
        (Counted.QUEUE, "carol", "the free agent with the fewest calls of queue sales today (0), idle for 0 s"),
        (Counted.ALL, "alice", "the free agent with the fewest calls ever (10), idle for 0 s"),
    ],
)
def test_fewest_calls_counts_what_it_is_told_to(counted: Counted, first: str, words: str) -> None:
    house = House(site(Strategy.FEWEST_CALLS, counted=counted), log_in="carol bob alice")
    told(
        house,
        alice=Taken(4, 10, by_queue={SALES: 1}),
        bob=Taken(2, 20, by_queue={SALES: 2}),
        carol=Taken(3, 30, by_queue={QueueName("service"): 3}),
    )
    name, why = chosen(house)
    assert name == first and why.split(", idle")[0] == words.split(", idle")[0]


def test_calls_are_counted_by_queue_and_ever_as_they_are_taken_and_the_day_ends_all_but_ever() -> None:
    house = House(site(Strategy.FEWEST_CALLS), log_in="alice")
    house.serve("c1")
    house.serve("c2")
    counts = house.centre._floor.agents[ALICE].counts
    assert (counts.today, counts.ever, counts.by_queue, counts.talk_s) == (2, 2, {SALES: 2}, 120.0)
    house.step(ev.DayBegan())
    assert (counts.today, counts.ever, counts.by_queue, counts.talk_s) == (0, 2, {}, 0.0)


def test_least_talk_time() -> None:
    house = House(site(Strategy.LEAST_TALK_TIME), log_in="alice bob carol")
    told(house, alice=Taken(talk_s=90), bob=Taken(9, talk_s=30), carol=Taken(talk_s=60))
    assert chosen(house) == ("bob", "the free agent who has talked least today (30 s), idle for 1 s")


def test_talk_makes_an_agent_come_later() -> None:
    house = House(site(Strategy.LEAST_TALK_TIME), log_in="alice bob")
    assert house.serve("c1") == "alice"
    assert chosen(house, "c2")[0] == "bob"


def test_longest_idle_whatever_the_counts() -> None:
    house = House(site(Strategy.LONGEST_IDLE), log_in="carol alice bob")
    told(house, carol=Taken(9))
    assert chosen(house) == ("carol", "the agent free for longest, idle for 2 s")


def test_round_robin_remembers_whose_turn_it_is_also_from_the_books() -> None:
    house = House(site(Strategy.ROUND_ROBIN), log_in="carol bob alice")
    assert [house.serve(f"c{number}") for number in range(5)] == ["alice", "bob", "carol", "alice", "bob"]
    told(house, alice=Taken(turns={SALES: 7.0}), bob=Taken(turns={SALES: 5.0}), carol=Taken(turns={SALES: 6.0}))
    assert [house.serve(f"d{number}") for number in range(4)] == ["bob", "carol", "alice", "bob"]


def test_an_agent_who_was_away_in_their_turn_is_next() -> None:
    house = House(site(Strategy.ROUND_ROBIN), log_in="alice bob carol")
    house.step(ev.BreakStarted(ALICE, ""))
    assert house.serve("c1") == "bob"
    house.step(ev.BreakEnded(ALICE))
    assert house.serve("c2") == "alice"


def test_random_is_fair_and_repeats_with_its_seed() -> None:
    def order(seed: int) -> list[str]:
        house = House(site(Strategy.RANDOM, wrap_up_s=0.0))
        house.centre = Centre(site(Strategy.RANDOM, wrap_up_s=0.0), dice=Random(seed))
        for name in ("alice", "bob", "carol"):
            house.log_in(name)
        return [house.serve(f"c{number}") for number in range(300)]

    assert order(1) == order(1) != order(2)
    taken = order(3)
    assert all(70 < taken.count(name) < 130 for name in ("alice", "bob", "carol"))


def test_weighted_gives_two_calls_to_who_weighs_two() -> None:
    staff = (agent("alice", "sales", weight=2.0), agent("bob", "sales"))
    house = House(site(Strategy.WEIGHTED, *staff), log_in="alice bob")
    taken = [house.serve(f"c{number}") for number in range(30)]
    assert (taken.count("alice"), taken.count("bob")) == (20, 10)


def test_linear_is_the_order_of_the_settings() -> None:
    house = House(site(Strategy.LINEAR), log_in="carol bob alice")
    assert [house.serve(f"c{number}") for number in range(3)] == ["alice"] * 3
    house.step(ev.BreakStarted(ALICE, ""))
    assert chosen(house, "c9")[0] == "bob"


def test_skill_level_goes_by_what_the_queue_asks_for() -> None:
    staff = (agent("alice", "sales", skills={"zh": 6, "en": 9}), agent("bob", "sales", skills={"zh": 8}))
    house = House(site(Strategy.SKILL_LEVEL, *staff, need=Least("zh", 1)), log_in="alice bob")
    name, why = chosen(house)
    assert name == "bob" and why.startswith("the free agent with the highest level (8) in what the queue asks for")


def test_skill_level_goes_by_what_the_caller_asks_for_before_that() -> None:
    staff = (agent("alice", "sales", skills={"zh": 6, "en": 9}), agent("bob", "sales", skills={"zh": 8, "en": 3}))
    house = House(site(Strategy.SKILL_LEVEL, *staff, need=Least("zh", 1)), log_in="alice bob")
    assert chosen(house, need=Least("en", 2))[0] == "alice"


def test_a_lower_tier_comes_before_every_strategy() -> None:
    staff = (agent("alice", "sales", tiers={SALES: 2}), agent("bob", "sales"))
    house = told(House(site(Strategy.FEWEST_CALLS, *staff), log_in="alice bob"), bob=Taken(9))
    assert chosen(house)[0] == "bob"
    name, why = chosen(house, "c2")
    assert name == "alice" and "of tier 2" in why


def test_an_agent_takes_no_more_calls_than_they_may_until_the_day_ends() -> None:
    house = House(site(Strategy.LINEAR, agent("alice", "sales", max_calls=1)), log_in="alice")
    house.serve("c1")
    house.join("c2")
    assert not house.these(StartAlert)
    house.step(ev.DayBegan())
    assert house.one(StartAlert).agent == "alice"


# several phones for one caller


def rung(house: House) -> list[str]:
    return [alert.agent for alert in house.centre._floor.alerts.values()]


def test_ring_all_rings_all_and_one_answers_and_the_others_stop_in_that_step() -> None:
    house = House(site(Strategy.RING_ALL), log_in="alice bob carol")
    house.join("c1")
    alerts = {start.agent: start.alert for start in house.these(StartAlert)}
    assert list(alerts) == ["alice", "bob", "carol"]
    house.step(ev.AlertAnswered(alerts[BOB]))
    assert house.one(Connect).agent == "bob"
    assert {(stop.alert, stop.outcome) for stop in house.these(StopAlert)} == {
        (alerts[ALICE], AlertOutcome.TAKEN),
        (alerts[CAROL], AlertOutcome.TAKEN),
    }
    # An answer that crossed is stopped, and nobody is to blame.
    assert house.step(ev.AlertAnswered(alerts[CAROL])) == [StopAlert(alerts[CAROL], AlertOutcome.TAKEN)]
    house.join("c2")
    assert {start.agent for start in house.these(StartAlert)} == {"alice", "carol"}


def test_every_caller_has_one_phone_before_any_has_two() -> None:
    house = House(site(Strategy.RING_ALL), log_in="alice bob")
    house.join("c1")
    house.join("c2")
    assert not house.these(StartAlert)
    house.log_in("carol")
    assert house.one(StartAlert).caller == "c2"


def test_an_agent_who_comes_free_rings_too() -> None:
    house = House(site(Strategy.RING_ALL), log_in="alice")
    house.join("c1")
    house.log_in("bob")
    assert (house.one(StartAlert).caller, house.one(StartAlert).agent) == ("c1", "bob")


def test_no_more_phones_than_the_queue_allows() -> None:
    house = House(site(Strategy.RING_ALL, ring_most=2), log_in="alice bob carol")
    house.join("c1")
    assert rung(house) == ["alice", "bob"]
    house.step(ev.AlertFailed(house.these(StartAlert)[0].alert, AlertOutcome.DECLINED))
    assert rung(house) == ["bob", "carol"]


def test_the_caller_who_leaves_stops_them_all() -> None:
    house = House(site(Strategy.RING_ALL), log_in="alice bob carol")
    house.join("c1")
    house.step(ev.CallerLeft(CallerId("c1")))
    assert len(house.these(StopAlert)) == len(house.these(BookAlert)) == 3
    assert {effect.outcome for effect in house.these(BookAlert)} == {AlertOutcome.CALLER_LEFT}


def test_a_caller_whose_time_is_over_stays_while_something_rings_and_nothing_more_does() -> None:
    house = House(site(Strategy.RING_ALL, max_wait_s=30.0), log_in="alice")
    house.now += 1
    house.join("c1")
    house.rang("c1")
    house.wait(15)
    house.log_in("bob")
    house.wait(25)
    house.log_in("carol")
    assert not house.these(StartAlert), "no new phone after the longest wait"


def test_progressive_rings_one_and_then_more() -> None:
    house = House(site(Strategy.PROGRESSIVE, ring_more_s=5.0), log_in="carol bob alice")
    house.join("c1")
    assert rung(house) == ["alice"]
    house.rang("c1")
    house.wait(4.9)
    assert rung(house) == ["alice"]
    house.wait(0.2)
    assert rung(house) == ["alice", "bob"]
    house.step(ev.AlertRang(house.one(StartAlert).alert))
    house.wait(5)
    assert rung(house) == ["alice", "bob", "carol"]
