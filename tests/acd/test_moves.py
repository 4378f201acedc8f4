"""Supervisors move callers: up, and between queues."""

from __future__ import annotations

import pytest

from acd import events as ev
from acd.centre import Centre
from acd.effects import Release, StartAlert, StopAlert
from acd.settings import AgentSettings, CentreSettings, QueueSettings
from acd.words import AgentName, CallerId, LeaveReason, QueueName

A, B = QueueName("a"), QueueName("b")


def centre() -> Centre:
    queues = (
        QueueSettings(A, keep_without_agents=True, max_wait_s=100.0),
        QueueSettings(B, keep_without_agents=True, max_wait_s=50.0),
    )
    return Centre(CentreSettings(queues, (AgentSettings(AgentName("mei"), (B,)),)))


def join(made: Centre, name: str, queue: QueueName, now: float, priority: int = 0) -> None:
    made.step(ev.CallerJoined(CallerId(name), queue, "1", priority=priority), now)


def line(made: Centre, queue: QueueName) -> list[str]:
    return [view.caller for view in made.callers(queue, 0.0)]


def test_first_is_before_everybody_also_before_a_higher_priority_and_one_put_first_before() -> None:
    made = centre()
    for number, name in enumerate(("w", "x", "y", "z")):
        join(made, name, A, float(number), priority=5 if name == "w" else 0)
    assert line(made, A) == ["w", "x", "y", "z"]
    made.step(ev.CallerMoved(CallerId("y"), A, first=True), 9.0)
    made.step(ev.CallerMoved(CallerId("z"), A, first=True), 9.0)
    assert line(made, A) == ["z", "y", "w", "x"]
    join(made, "v", A, 10.0)
    assert line(made, A) == ["z", "y", "w", "x", "v"]


def test_in_another_queue_the_time_waited_counts() -> None:
    made = centre()
    join(made, "x", A, 0.0)
    join(made, "y", B, 10.0)
    made.step(ev.CallerMoved(CallerId("x"), B), 20.0)
    assert line(made, B) == ["x", "y"] and line(made, A) == []
    released = [effect for effect in made.step(ev.TimePassed(), 50.0) if isinstance(effect, Release)]
    assert [(effect.caller, effect.queue, effect.reason) for effect in released] == [("x", B, LeaveReason.TIMED_OUT)]


def test_what_rings_stops_and_the_other_queues_agent_is_rung_at_once() -> None:
    made = centre()
    made.step(ev.AgentLoggedIn(AgentName("mei"), "2001", True), 0.0)
    join(made, "x", A, 1.0)
    (start,) = [e for e in made.step(ev.CallerMoved(CallerId("x"), B), 2.0) if isinstance(e, StartAlert)]
    assert (start.queue, start.agent) == (B, "mei")
    effects = made.step(ev.CallerMoved(CallerId("x"), A), 3.0)
    assert [type(effect) for effect in effects if isinstance(effect, StopAlert | StartAlert)] == [StopAlert]
    assert line(made, A) == ["x"]


@pytest.mark.parametrize(("caller", "queue"), [("nobody", A), ("x", QueueName("none"))])
def test_who_or_what_is_not_there_changes_nothing(caller: str, queue: QueueName) -> None:
    made = centre()
    join(made, "x", A, 0.0)
    assert made.step(ev.CallerMoved(CallerId(caller), queue, first=True), 1.0) == []
    assert line(made, A) == ["x"]
