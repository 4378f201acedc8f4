"""A queue's doors at work: who is turned away on joining, and who is sent on while they wait.

On joining the doors are looked at once; while somebody waits, once a second, and only in a queue that has conditions of
leaving: never in the matching pass. A long line is looked at in parts, from its end, so that no step is long, and so
that of those whom `waiting > 10` is about the last to come are the first to go.

Time: `now` in seconds, monotonic. Pure.
"""

from __future__ import annotations

from acd import facts
from acd.caller import Caller, CallerState
from acd.door import Door, Facts, Shut, first_shut, names
from acd.expected import Hands
from acd.floor import Floor
from acd.queue import Queue
from acd.wait import Due
from acd.words import LeaveReason

PART = 250
"""Callers whom one step looks at."""
BETWEEN_S = 0.01
"""Between the parts."""


def at_entry(floor: Floor, queue: Queue, caller: Caller, now: float) -> Shut | None:
    """The condition of entry that this newcomer does not meet; None: they may wait."""
    enter = queue.settings.enter
    return first_shut(enter, of(floor, queue, caller, enter, now)) if enter else None


def of(floor: Floor, queue: Queue, caller: Caller, doors: tuple[Door, ...], now: float) -> Facts:
    """All facts that doors ask for about a caller."""
    asked = names(doors)
    return (
        facts.of_caller(floor, queue, caller, asked, now)
        | facts.of_queue(queue, asked, now)
        | dict(facts.outside(floor.surroundings, queue, asked))
    )


def look(floor: Floor, queue: Queue, now: float) -> None:
    """Send on who is to leave, of the next part of the line; whoever is being rung for is looked at later."""
    leave = queue.settings.leave
    if not leave:
        return
    end = max(0, len(queue.line) - queue.looked)
    begin = max(0, end - PART)
    stay = _send_on(floor, queue, leave, [caller for _, _, caller in queue.line[begin:end]], now)
    if begin and stay is not None:
        queue.looked += stay
        floor.deadlines.set((Due.LEAVE, queue.name), now + BETWEEN_S)
    else:
        queue.looked = 0
        if queue.line:
            floor.look_again(queue, now)


def _send_on(floor: Floor, queue: Queue, leave: tuple[Door, ...], part: list[Caller], now: float) -> int | None:
    """How many of the part stay; None: nobody else of the line leaves, either."""
    asked = names(leave)
    own = asked - set(facts.OF_QUEUE) - set(facts.OUTSIDE)
    outside = dict(facts.outside(floor.surroundings, queue, asked))
    shared = facts.of_queue(queue, asked, now) | outside
    stay = 0
    hands: Hands = {}
    for caller in reversed(part):
        if caller.state is not CallerState.WAITING:
            stay += 1
            continue
        known = shared | facts.of_caller(floor, queue, caller, own, now, hands) if own else shared
        shut = first_shut(leave, known)
        if shut is None:
            stay += 1
            if not own:
                return None
        else:
            floor.release(caller, LeaveReason.OVERFLOW, now, shut)
            shared = facts.of_queue(queue, asked, now) | outside  # the line is shorter
    return stay
