"""The matching at scale: 10,000 callers waiting for 1,000 agents in 100 queues, on the pure core.

Every agent is in ten queues and always busy, as on the worst Monday: each talk that ends gives its agent the caller
with the best claim in ten lines, each new caller asks ten times as many agents as there are lines.
"""

from __future__ import annotations

import gc
import random
import time
from collections import deque

from acd.centre import Centre
from acd.effects import StartAlert
from acd.events import (
    AgentLoggedIn,
    AlertAnswered,
    AlertFailed,
    AlertRang,
    CallerJoined,
    CallerLeft,
    Event,
    TalkEnded,
)
from acd.settings import AgentSettings, CentreSettings, QueueSettings
from acd.words import AgentName, AlertId, AlertOutcome, CallerId, QueueName


def _centre(queues: int, agents: int, in_queues: int) -> tuple[Centre, list[QueueName]]:
    names = [QueueName(f"q{number}") for number in range(queues)]
    dice = random.Random(1)
    settings = CentreSettings(
        tuple(QueueSettings(name, wrap_up_s=0.0, keep_without_agents=True, max_wait_s=3600.0) for name in names),
        tuple(AgentSettings(AgentName(f"a{n}"), tuple(dice.sample(names, in_queues))) for n in range(agents)),
    )
    return Centre(settings), names


def run(callers: int = 10_000, agents: int = 1_000, queues: int = 100, events: int = 20_000) -> dict[str, float]:
    """Microseconds of one step, by percentile, and the CPU share of 1,000 events a second."""
    dice = random.Random(2)
    centre, names = _centre(queues, agents, 10)
    now = 0.0
    born = 0
    ringing: deque[AlertId] = deque()
    talking: list[AlertId] = []
    living: list[CallerId] = []
    took: list[float] = []

    def step(event: Event) -> None:
        nonlocal now
        now += 0.001
        start = time.perf_counter()
        effects = centre.step(event, now)
        took.append(time.perf_counter() - start)
        ringing.extend(effect.alert for effect in effects if isinstance(effect, StartAlert))

    def join() -> None:
        nonlocal born
        born += 1
        living.append(CallerId(f"c{born}"))
        last = AgentName(f"a{dice.randrange(agents)}")
        step(CallerJoined(living[-1], dice.choice(names), "1", dice.randrange(3), last))

    for number in range(agents):
        step(AgentLoggedIn(AgentName(f"a{number}"), f"{1000 + number}", reachable=True))
    for _ in range(callers + agents):
        join()
    took.clear()
    gc.collect()
    gc.freeze()
    while len(took) < events:
        if ringing and dice.random() < 0.1:
            step(AlertFailed(ringing.popleft(), AlertOutcome.DECLINED))
        elif ringing:
            step(AlertRang(ringing[0]))
            talking.append(ringing.popleft())
            step(AlertAnswered(talking[-1]))
            join()
        elif dice.random() < 0.1:
            step(CallerLeft(living.pop(dice.randrange(len(living)))))
        else:
            step(TalkEnded(talking.pop(dice.randrange(len(talking)))))
    gc.unfreeze()
    took.sort()
    waiting = sum(view.waiting for view in centre.snapshot(now).queues)
    return {
        "acd_waiting_callers": float(waiting),
        "acd_step_p50_us": took[len(took) // 2] * 1e6,
        "acd_step_p99_us": took[len(took) * 99 // 100] * 1e6,
        "acd_step_max_us": took[-1] * 1e6,
        "acd_1000_events_a_second_percent": sum(took) / len(took) * 1000 * 100,
        **_one_queue(),
    }


def _one_queue(callers: int = 10_000) -> dict[str, float]:
    """The longest single line: its head leaves, everybody moves up."""
    centre = Centre(CentreSettings((QueueSettings(QueueName("q"), keep_without_agents=True),)))
    for number in range(callers):
        centre.step(CallerJoined(CallerId(f"c{number}"), QueueName("q"), "1"), float(number))
    took = []
    for number in range(200):
        start = time.perf_counter()
        centre.step(CallerLeft(CallerId(f"c{number}")), float(callers))
        took.append(time.perf_counter() - start)
    took.sort()
    return {"acd_head_of_10000_leaves_p50_us": took[100] * 1e6, "acd_head_of_10000_leaves_max_us": took[-1] * 1e6}


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name:40} {value:10.1f}")
