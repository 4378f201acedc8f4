"""Whose turn it is among those who wait: points that age, weights, needs that relax, one agent waited for alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from acd import events as ev
from acd.effects import MovePosition, Release, StartAlert
from acd.settings import CentreSettings, Relaxation
from acd.words import AgentName, AlertOutcome, CallerId
from tests.acd.floor_of import House, Least, agent, queue

ALICE, BOB = AgentName("alice"), AgentName("bob")


def busy(settings: CentreSettings, log_in: str = "alice") -> House:
    """Everybody logged in, and alice's next call to be given at the end of her break."""
    house = House(settings, log_in=log_in)
    house.step(ev.BreakStarted(ALICE, ""))
    return house


def first(house: House) -> str:
    house.step(ev.BreakEnded(ALICE))
    return house.one(StartAlert).caller


def one(**more: object) -> tuple[object, ...]:
    return (queue("sales", keep_without_agents=True, **more),)


def test_a_minute_of_waiting_makes_up_for_a_point() -> None:
    for waits, served in ((61.0, "early"), (59.0, "late")):
        house = busy(CentreSettings(one(), (agent("alice", "sales"),)))  # type: ignore[arg-type]
        house.join("early")
        house.wait(waits)
        house.join("late", priority=1)
        assert first(house) == served


def test_without_ageing_priority_is_never_made_up_for() -> None:
    house = busy(CentreSettings(one(), (agent("alice", "sales"),), ageing=0.0))  # type: ignore[arg-type]
    house.join("early")
    house.wait(86_400)
    house.join("late", priority=1)
    assert first(house) == "late"


def test_a_queues_weight_is_points_for_its_callers() -> None:
    settings = CentreSettings((queue("sales"), queue("service", weight=2.0)), (agent("alice", "sales", "service"),))
    house = busy(settings)
    house.join("plain", "sales")
    house.wait(100)
    house.join("weighty", "service")
    assert first(house) == "weighty"


def test_a_reload_moves_those_who_wait_to_where_the_new_weights_put_them() -> None:
    def settings(weight: float) -> CentreSettings:
        return CentreSettings((queue("sales"), queue("service", weight=weight)), (agent("alice", "sales", "service"),))

    house = busy(settings(0.0))
    house.join("plain", "sales")
    house.wait(100)
    house.join("weighty", "service")
    house.step(ev.Reconfigured(settings(2.0)))
    assert first(house) == "weighty"


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(-5, 5), st.floats(0.0, 90.0)), min_size=2, max_size=30),
    st.floats(0.1, 10.0),
)
def test_nobody_starves(joins: list[tuple[int, int, float]], ageing: float) -> None:
    """Whoever has waited longer than their points are behind is served before whoever came later, in any queue."""
    names, weights = ("q1", "q2", "q3"), (0.0, 3.0, -2.0)
    queues = tuple(queue(name, weight=weight) for name, weight in zip(names, weights, strict=True))
    house = busy(CentreSettings(queues, (agent("alice", *names, wrap_up_s=0.0),), ageing=ageing))
    came: dict[str, tuple[float, float]] = {}
    for number, (which, priority, gap) in enumerate(joins):
        house.wait(gap)
        house.join(f"c{number}", names[which], priority=priority)
        came[f"c{number}"] = (house.now, priority + weights[which])
    served = [first(house)]
    while len(served) < len(joins):
        house.answer(served[-1])
        house.hang_up(served[-1])
        served.append(house.one(StartAlert).caller)
    for index, later in enumerate(served):
        for earlier in served[index + 1 :]:  # waited in vain while `later` was served
            (came_first, points), (came_then, more) = came[earlier], came[later]
            assert (came_then - came_first) * ageing / 60 <= more - points + 1e-6


def test_a_queue_has_no_more_calls_than_it_may_and_goes_on_when_one_ends() -> None:
    settings = CentreSettings((queue("sales", max_talking=1),), (agent("alice", "sales"), agent("bob", "sales")))
    house = House(settings, log_in="alice bob")
    house.join("c1")
    house.join("c2")
    house.join("c3")
    assert not house.these(StartAlert)
    house.answer("c1")
    assert not house.these(StartAlert)
    house.hang_up("c1")
    assert house.one(StartAlert).caller == "c2"
    house.step(ev.CallerLeft(CallerId("c2")))
    assert house.one(StartAlert).caller == "c3"


def test_agents_kept_from_a_full_queue_serve_another() -> None:
    settings = CentreSettings(
        (queue("sales", max_talking=1), queue("service")), (agent("alice", "sales"), agent("bob", "sales", "service"))
    )
    house = House(settings, log_in="alice bob")
    house.join("c1")
    house.join("c2")
    house.join("c3", "service")
    assert (house.one(StartAlert).caller, house.one(StartAlert).agent) == ("c3", "bob")


SKILLED = CentreSettings(
    (queue("sales", need=Least("zh", 5), relax=(Relaxation(30.0, Least("zh", 2)), Relaxation(60.0, None, own=False))),),
    (agent("alice", "sales", skills={"zh": 3}), agent("bob", "sales", skills={"zh": 9, "vip": 1})),
)


def test_a_need_is_relaxed_in_steps_as_the_caller_waits() -> None:
    house = House(SKILLED, log_in="alice")
    house.join("c1")
    house.wait(29.9)
    assert not house.these(StartAlert)
    house.wait(0.2)
    assert house.one(StartAlert).agent == "alice"


def test_the_skilled_agent_serves_the_one_behind_when_the_first_is_not_theirs() -> None:
    house = House(SKILLED, log_in="bob")
    house.step(ev.BreakStarted(BOB, ""))
    house.join("c1", need=Least("en", 1))
    house.join("c2")
    house.step(ev.BreakEnded(BOB))
    assert house.one(StartAlert).caller == "c2"


def test_what_the_caller_brought_is_dropped_when_the_queue_says_so() -> None:
    house = House(SKILLED, log_in="alice")
    house.join("c1", need=Least("vip", 1))
    house.wait(59.9)
    assert not house.these(StartAlert)
    house.wait(0.2)
    assert house.one(StartAlert).agent == "alice"


def test_new_skills_hold_at_once_for_those_who_wait() -> None:
    house = House(SKILLED, log_in="alice")
    house.join("c1")
    better = (agent("alice", "sales", skills={"zh": 5}), SKILLED.agents[1])
    house.step(ev.Reconfigured(CentreSettings(SKILLED.queues, better)))
    assert house.one(StartAlert).agent == "alice"


TWO = CentreSettings((queue("sales", last_agent_wait_s=20.0),), (agent("alice", "sales"), agent("bob", "sales")))


def test_a_caller_may_wait_for_the_last_agent_alone_for_a_while() -> None:
    house = House(TWO, log_in="alice bob")
    house.serve("c0", named=ALICE)
    house.join("c1", named=ALICE)
    house.answer("c1")
    house.join("c2", last_agent=ALICE)
    assert not house.these(StartAlert), "bob is free, but alice is waited for"
    house.hang_up("c1")
    house.wait(10)
    assert house.one(StartAlert).agent == "alice"


def test_the_wait_for_one_agent_ends_when_its_time_is_over_or_the_agent_goes() -> None:
    for ends in ("time", "break", "decline"):
        house = House(TWO, log_in="alice bob")
        house.join("c1", named=ALICE)
        if ends != "decline":
            house.answer("c1")
            house.join("c2", last_agent=ALICE)
        if ends == "time":
            house.wait(19)
            assert not house.these(StartAlert)
            house.wait(2)
        elif ends == "break":
            house.step(ev.BreakStarted(ALICE, ""))
        else:
            house.step(ev.AlertFailed(house.alert_of("c1"), AlertOutcome.DECLINED))
        assert house.one(StartAlert).agent == "bob"


def test_an_agent_who_is_not_there_is_not_waited_for() -> None:
    house = House(TWO, log_in="bob")
    house.join("c1", named=ALICE, named_wait_s=60.0)
    assert house.one(StartAlert).agent == "bob"


def test_the_named_agent_comes_before_the_last_one() -> None:
    house = House(TWO, log_in="alice bob")
    house.join("c1", named=BOB, last_agent=ALICE)
    start = house.one(StartAlert)
    assert (start.agent, start.why) == ("bob", "is the agent whom this caller is to be given to")


def test_a_caller_waiting_for_one_agent_keeps_the_longest_wait() -> None:
    settings = CentreSettings((queue("sales", last_agent_wait_s=60.0, max_wait_s=30.0),), TWO.agents)
    house = House(settings, log_in="alice")
    house.join("c1")
    house.answer("c1")
    house.join("c2", last_agent=ALICE)
    house.wait(31)
    assert house.one(Release).caller == "c2"


def test_a_claim_is_changed_while_the_caller_waits() -> None:
    house = busy(CentreSettings(one(), (agent("alice", "sales"),)))  # type: ignore[arg-type]
    house.join("c1")
    house.join("c2")
    house.step(ev.CallerChanged(CallerId("c2"), priority=5))
    assert [(moved.caller, moved.position) for moved in house.these(MovePosition)] == [("c2", 1), ("c1", 2)]
    assert first(house) == "c2"


def test_a_need_is_taken_back_or_another_while_the_caller_waits() -> None:
    house = House(SKILLED, log_in="bob")
    house.join("c1", need=Least("en", 1))
    assert not house.these(StartAlert)
    house.step(ev.CallerChanged(CallerId("c1"), priority=1))
    assert not house.these(StartAlert), "the need is kept"
    house.step(ev.CallerChanged(CallerId("c1"), keep_need=False))
    assert house.one(StartAlert).agent == "bob"


def test_a_waiting_caller_is_kept_for_an_agent() -> None:
    house = House(TWO, log_in="alice bob")
    for caller in ("c1", "c2"):
        house.join(caller)
        house.answer(caller)
    house.join("c3")
    house.step(ev.CallerChanged(CallerId("c3"), named=ALICE, named_wait_s=60.0, keep_named=False))
    house.hang_up("c2")
    house.wait(15)
    assert not house.these(StartAlert), "bob is free, but alice is waited for"
    house.step(ev.CallerChanged(CallerId("c3"), keep_named=False))
    assert house.one(StartAlert).agent == "bob"
