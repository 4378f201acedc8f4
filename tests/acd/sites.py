"""Many small sites for random histories: every strategy meets every limit."""

from __future__ import annotations

from typing import Any

from acd.door import Door
from acd.settings import CentreSettings, Counted, Relaxation, Strategy, WrapUpRules
from acd.words import AgentName, AlertOutcome, QueueName
from tests.acd.floor_of import Least, Over, agent, queue

A, B, C, D = (AgentName(name) for name in "abcd")
NAMES = (A, B, C, D)
EXTENSIONS = ("2001", "2002", "2003", "2004")
STRATEGIES = tuple(Strategy)
LEAVES_AFTER_S = 15.0
ZH = Least("zh", 5)
RULES = WrapUpRules(extend_s=7.0, longest_s=12.0, codes=("1", "2"), required=True, within_s=9.0)


def site(number: int) -> CentreSettings:
    """One of many sites: every strategy meets every limit."""
    first, second = STRATEGIES[number % 10], STRATEGIES[(number * 7 + 3) % 10]
    counted = tuple(Counted)[number % 3]
    return CentreSettings(
        (
            queue(
                "q1",
                strategy=first,
                counted=counted,
                keep_without_agents=number % 2 == 0,
                need=ZH if number % 3 == 1 else None,
                relax=(Relaxation(4.0, Least("zh", 2)), Relaxation(20.0, None, own=False)) if number % 3 == 1 else (),
                max_talking=1 + number % 2 if number % 4 == 3 else None,
                last_agent_wait_s=5.0 if number % 5 == 2 else 0.0,
                ring_most=2 + number % 3,
                ring_more_s=1.0,
                ring_s=8.0,
                after_call=RULES if number % 2 else WrapUpRules(),
                enter=(Door(Over("waiting", 4)),) if number % 5 == 3 else (),
                leave=(Door(Over("waited", LEAVES_AFTER_S)),) if number % 5 in (1, 2) else (),
            ),
            queue(
                ("q2", "q3")[number % 2],
                strategy=second,
                max_wait_s=60.0 if number % 2 else None,
                max_callers=3 if number % 6 == 5 else None,
                last_agent=number % 2 == 1,
                wrap_up_s=3.0,
                skip_s=5.0 + 25.0 * (number % 2),
                weight=2.0 if number % 3 == 0 else 0.0,
                keep_without_agents=number % 4 == 0,
            ),
        ),
        tuple(
            agent(name, *queues, skills=skills, tiers=tiers, weight=weight, max_calls=most, wrap_up_s=wrap_up_s)
            for name, queues, skills, tiers, weight, most, wrap_up_s in _staff(number)
        ),
        ageing=(1.0, 0.0, 6.0)[number % 3],
    )


def _staff(number: int) -> list[tuple[str, tuple[str, ...], dict[str, int], dict[QueueName, int], float, Any, Any]]:
    other, tier = ("q2", "q3")[number % 2], {QueueName("q1"): 2} if number % 4 == 1 else {}
    staff: list[Any] = [
        ("a", ("q1", other), {"zh": 8, "en": 2}, {}, 2.0, None, None),
        ("b", ("q1",), {"zh": 3}, tier, 1.0, 2 if number % 5 == 4 else None, None),
        ("c", (other,), {"en": 9}, {}, 1.0, None, None),
        ("d", (other, "q1"), {"zh": 5, "en": 5}, {}, 0.5, None, 0.0),
    ]
    return [each for each in staff if not (number % 7 == 6 and each[0] == "d")]


SITES = tuple(site(number) for number in range(30))
OUTCOMES = (AlertOutcome.NO_ANSWER, AlertOutcome.DECLINED, AlertOutcome.BUSY, AlertOutcome.UNREACHABLE)
ADVANCES = (0.0, 0.0, 0.5, 1.0, 4.0, 5.0, 20.0, 31.0)
Action = tuple[int, int, int]
KINDS = 28
JOINS = (0, 1, 2, 3, 19)
