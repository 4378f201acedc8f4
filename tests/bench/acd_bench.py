"""The matching at scale: 10,000 callers waiting for 1,000 agents of 20 skills in 100 queues, on the pure core.

Every queue asks for two skills and for less by and by, has a strategy of its own, and every tenth caller brings a need
of their own. Agents are always busy, as on the worst Monday: each talk that ends gives its agent the caller with the
best claim in all the lines that admit them, each new caller asks as many agents as the queue has. Once with every agent
in ten queues, once in all hundred.

Times are CPU times of the one thread: what else the machine does is left out.
"""

from __future__ import annotations

import gc
import random
import time
from collections import deque

from acd.centre import Centre
from acd.effects import Connect, StartAlert
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
from acd.settings import AgentSettings, CentreSettings, QueueSettings, Relaxation, Strategy
from acd.words import AgentName, AlertId, AlertOutcome, CallerId, QueueName
from apps.needs import Need, need

SKILLS = tuple(f"s{number}" for number in range(40))
STRATEGIES = tuple(Strategy)


def _need(dice: random.Random, least: int) -> Need:
    one, other = dice.sample(SKILLS, 2)
    return need(f"{one} >= {least} and {other} >= {least}")


def _centre(queues: int, agents: int, in_queues: int) -> tuple[Centre, list[QueueName]]:
    names = [QueueName(f"q{number}") for number in range(queues)]
    dice = random.Random(1)
    settings = CentreSettings(
        tuple(
            QueueSettings(
                name,
                strategy=STRATEGIES[number % len(STRATEGIES)],
                ring_most=3,
                need=_need(dice, 3),
                relax=(Relaxation(5.0, _need(dice, 1)), Relaxation(15.0, None)),
                wrap_up_s=0.0,
                keep_without_agents=True,
                max_wait_s=3600.0,
                weight=float(number % 3),
            )
            for number, name in enumerate(names)
        ),
        tuple(
            AgentSettings(
                AgentName(f"a{number}"),
                tuple(dice.sample(names, in_queues)),
                skills={skill: dice.randint(1, 10) for skill in dice.sample(SKILLS, 20)},
                tiers={names[number % queues]: 2},
            )
            for number in range(agents)
        ),
    )
    return Centre(settings), names


def run(callers: int = 10_000, agents: int = 1_000, queues: int = 100, events: int = 20_000) -> dict[str, float]:
    """Microseconds of one step, by percentile, and the CPU share of 1,000 events a second."""
    few = _day(callers, agents, queues, min(10, queues), events)
    many = _day(callers, agents, queues, queues, events // 4)
    return few | {name.replace("acd_", "acd_all_queues_"): value for name, value in many.items()} | _one_queue(callers)


def _day(callers: int, agents: int, queues: int, in_queues: int, events: int) -> dict[str, float]:
    dice = random.Random(2)
    centre, names = _centre(queues, agents, in_queues)
    brought = [_need(dice, least) for least in (1, 2, 4, 6)]
    now = 0.0
    born = 0
    ringing: deque[AlertId] = deque()
    talking: list[AlertId] = []
    living: list[CallerId] = []
    took: list[float] = []

    def step(event: Event) -> None:
        nonlocal now
        now += 0.001
        start = time.thread_time()
        effects = centre.step(event, now)
        took.append(time.thread_time() - start)
        ringing.extend(effect.alert for effect in effects if isinstance(effect, StartAlert))
        talking.extend(effect.alert for effect in effects if isinstance(effect, Connect))

    def join() -> None:
        nonlocal born
        born += 1
        living.append(CallerId(f"c{born}"))
        last = AgentName(f"a{dice.randrange(agents)}")
        own = dice.choice(brought) if born % 10 == 0 else None
        step(CallerJoined(living[-1], dice.choice(names), "1", dice.randrange(3), last, need=own))

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
            step(AlertAnswered(ringing.popleft()))
            join()
        elif dice.random() < 0.1:
            step(CallerLeft(living.pop(dice.randrange(len(living)))))
        elif talking:
            step(TalkEnded(talking.pop(dice.randrange(len(talking)))))
        else:
            join()
    gc.unfreeze()
    took.sort()
    waiting = sum(view.waiting for view in centre.snapshot(now).queues)
    return {
        "acd_waiting_callers": float(waiting),
        "acd_step_p50_us": took[len(took) // 2] * 1e6,
        "acd_step_p99_us": took[len(took) * 99 // 100] * 1e6,
        "acd_step_max_us": took[-1] * 1e6,
        "acd_1000_events_a_second_percent": sum(took) / len(took) * 1000 * 100,
    }


def _one_queue(callers: int) -> dict[str, float]:
    """The longest single line: its head leaves, everybody moves up."""
    centre = Centre(CentreSettings((QueueSettings(QueueName("q"), keep_without_agents=True),)))
    for number in range(callers):
        centre.step(CallerJoined(CallerId(f"c{number}"), QueueName("q"), "1"), float(number))
    took = []
    for number in range(200):
        start = time.thread_time()
        centre.step(CallerLeft(CallerId(f"c{number}")), float(callers))
        took.append(time.thread_time() - start)
    took.sort()
    return {"acd_head_of_10000_leaves_p50_us": took[100] * 1e6, "acd_head_of_10000_leaves_max_us": took[-1] * 1e6}


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name:45} {value:10.1f}")
