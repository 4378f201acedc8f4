"""How long a caller will wait: position x handling time / staffing, and how far off that was.

    wait = (callers ahead + 1 - free agents) x handling time / agents at work

Callers ahead are those of the line, by its order of priority, for whom no phone rings yet. An agent at work is logged
in, on no break, has calls left, and meets what is asked for; one who serves other queues counts here for the part that
the callers ahead there leave. For a line that one kind of agents serves it is the mean wait of the M/M/c queue.
Handling time is from the phone's first ring to the end of the wrap-up, a moving average of the queue's last calls.

Pure; reads the floor, changes nothing but the averages.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acd.caller import CallerState
from acd.settings import HANDLING_S
from acd.words import AgentName, QueueName

if TYPE_CHECKING:
    from acd.caller import Caller
    from acd.lines import Lines
    from acd.queue import Queue

Admits = frozenset[AgentName] | None
"""Who is admitted by what is asked of an agent; None: all of the queue."""
Hands = dict[Admits, float]
"""Agents at work, by the same."""
KINDS_LOOKED_AT = 64
"""Of agents who serve different sets of queues: of more kinds, some stand for all."""
STAFFS_KEPT = 64
WINDOW = 50
"""Calls that the moving averages are about: an older one counts less and less."""
PRIOR = 5
"""The configured handling time counts as so many calls, so that one odd call does not decide."""


@dataclass(slots=True, eq=False)
class Average:
    """A moving average: of all until there are `WINDOW`, from then on with the newest counting 1/`WINDOW`."""

    value: float = 0.0
    count: int = 0
    prior: int = 0
    """How many the first value counts for."""

    def add(self, value: float) -> None:
        self.count += 1
        self.value += (value - self.value) / min(self.count + self.prior, WINDOW)


@dataclass(slots=True, eq=False)
class Outlook:
    """What one queue's past says of its future. Seconds."""

    handling: Average = field(default_factory=lambda: Average(HANDLING_S, prior=PRIOR))
    error: Average = field(default_factory=Average)
    """How far predictions at joining were off, whichever way."""
    bias: Average = field(default_factory=Average)
    """Real less predicted: above 0, callers wait longer than they were told."""
    at_work: dict[Admits, Counter[tuple[QueueName, ...]]] = field(default_factory=dict)
    """By what is asked of an agent: see `_at_work`."""

    def configured(self, handling_s: float) -> None:
        """What the site says, until there are calls."""
        if not self.handling.count:
            self.handling.value = handling_s

    def came_true(self, predicted_s: float | None, real_s: float) -> None:
        """A caller was connected for whom this was predicted on joining; nothing is told of no wait at all."""
        if predicted_s:
            self.error.add(abs(real_s - predicted_s))
            self.bias.add(real_s - predicted_s)


def expected_s(floor: Lines, queue: Queue, caller: Caller, hands: Hands | None = None) -> float | None:
    """How long this caller has still to wait; a newcomer: were they to join now. None: nobody is at work.

    `hands`: keeps what was worked out for one caller, for others who stand near.
    """
    hands = {} if hands is None else hands
    if caller.state is CallerState.ALERTING:
        return 0.0
    place = bisect_left(queue.line, caller.entry)
    wait = _wait_s(floor, queue, caller, place - queue.alerting, None, hands)
    if wait is None or caller.id not in floor.callers or caller.lane.admits is None:
        return wait
    # Who asks for more waits for fewer, behind those who ask for the same; at least as long as the whole line does.
    own = _wait_s(floor, queue, caller, bisect_left(caller.lane.entries, caller.entry), caller.lane.admits, hands)
    return None if own is None else max(wait, own)


def _wait_s(floor: Lines, queue: Queue, caller: Caller, ahead: int, admits: Admits, kept: Hands) -> float | None:
    ahead = max(0, ahead)
    free = 0
    if queue.room_for_more:
        free = len(queue.free) if admits is None else sum(agent.name in admits for *_, agent in queue.free)
    if free > ahead:
        return 0.0
    if admits not in kept:
        kept[admits] = _hands(floor, queue, caller, ahead, admits)
    hands = kept[admits]
    if queue.settings.max_talking is not None:
        hands = min(hands, queue.settings.max_talking)
    return (ahead + 1 - min(free, ahead)) * queue.outlook.handling.value / hands if hands > 0 else None


def _hands(floor: Lines, queue: Queue, caller: Caller, ahead: int, admits: Admits) -> float:
    """Agents at work for those of the line up to this caller."""
    kinds = _at_work(floor, queue, admits)
    others = {name for kind in kinds for name in kind if name != queue.name and name in floor.queues}
    counts = {name: bisect_left(floor.queues[name].line, caller.entry) for name in others}
    before = {name: count for name, count in counts.items() if count}
    if not before:
        return float(sum(kinds.values()))
    looked = list(kinds.items())[:: 1 + len(kinds) // KINDS_LOOKED_AT]
    hands = sum(count * (ahead + 1) / (ahead + 1 + sum(before.get(name, 0) for name in kind)) for kind, count in looked)
    return hands * sum(kinds.values()) / sum(count for _, count in looked)


def _at_work(floor: Lines, queue: Queue, admits: Admits) -> Counter[tuple[QueueName, ...]]:
    """How many agents are at work for the queue, by the queues they serve; remembered until one comes or goes."""
    kept = queue.outlook.at_work
    if admits not in kept:
        if len(kept) >= STAFFS_KEPT:
            kept.clear()
        staff = (floor.agents[name] for name in queue.staff if admits is None or name in admits)
        kept[admits] = Counter(agent.settings.queues for agent in staff if agent.at_work)
    return kept[admits]
