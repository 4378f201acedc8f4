"""What happens to callers in queues, one function each: what an event says of them, and what is due.

An event about an unknown caller changes nothing. The key of what is due is taken out already. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acd import doors, events
from acd.effects import Release
from acd.floor import Floor
from acd.wait import Due
from acd.words import LeaveReason


def _caller_joined(floor: Floor, event: events.CallerJoined, now: float) -> None:
    before = floor.callers.get(event.caller)
    if before is not None:
        if before.queue == event.queue:
            return
        floor.release(before, LeaveReason.REMOVED, now)
    queue = floor.queues.get(event.queue)
    if queue is None:
        floor.effects.append(Release(event.caller, event.queue, LeaveReason.REMOVED, 0.0))
        return
    caller = floor.newcomer(event, queue, now)
    shut = doors.at_entry(floor, queue, caller, now)
    if shut is not None:
        reason = LeaveReason.TURNED_AWAY
        floor.effects.append(Release(event.caller, event.queue, reason, 0.0, shut.index, shut.why))
    elif not floor.surroundings.facts(queue.name).get("open", True):
        floor.effects.append(Release(event.caller, event.queue, LeaveReason.CLOSED, 0.0))
    elif queue.settings.max_callers is not None and len(queue.line) >= queue.settings.max_callers:
        floor.effects.append(Release(event.caller, event.queue, LeaveReason.FULL, 0.0))
    elif not queue.staff and not queue.settings.keep_without_agents:
        floor.effects.append(Release(event.caller, event.queue, LeaveReason.NO_AGENTS, 0.0))
    else:
        floor.add_caller(caller, queue, event.named_wait_s, now)


def _caller_left(floor: Floor, event: events.CallerLeft, now: float) -> None:
    caller = floor.callers.get(event.caller)
    if caller is not None:
        floor.release(caller, LeaveReason.ABANDONED if event.abandoned else LeaveReason.REMOVED, now)


def _caller_changed(floor: Floor, event: events.CallerChanged, now: float) -> None:
    caller = floor.callers.get(event.caller)
    if caller is not None:
        floor.change_claim(caller, event, now)


def _caller_moved(floor: Floor, event: events.CallerMoved, now: float) -> None:
    caller, queue = floor.callers.get(event.caller), floor.queues.get(event.queue)
    if caller is not None and queue is not None:
        floor.move_caller(caller, queue, event.first, now)


def _skip_due(floor: Floor, key: Any, now: float) -> None:
    caller = floor.callers[key[1]]
    del caller.skips[key[2]]
    floor.changed_callers[caller.id] = caller


def _max_wait_due(floor: Floor, key: Any, now: float) -> None:
    caller = floor.callers[key[1]]
    # While a phone rings for them the caller stays; `Floor` lets them go if nobody answers it.
    caller.overdue = True
    floor.reopen(caller)
    if not caller.alerts:
        floor.release(caller, LeaveReason.TIMED_OUT, now)


def _hold_due(floor: Floor, key: Any, now: float) -> None:
    floor.let_go(floor.callers[key[1]], now)


def _relax_due(floor: Floor, key: Any, now: float) -> None:
    floor.change_lane(floor.callers[key[1]], now)


def _leave_due(floor: Floor, key: Any, now: float) -> None:
    queue = floor.queues.get(key[1])
    if queue is not None:
        doors.look(floor, queue, now)


def _widen_due(floor: Floor, key: Any, now: float) -> None:
    caller = floor.callers[key[1]]
    caller.reach += 1
    floor.set_reach(caller, floor.queues[caller.queue])
    floor.widen_later(caller, now)
    floor.changed_callers[caller.id] = caller


# The key's type is that of the function's second parameter; a dict cannot say so to the type checker.
HAPPENED: dict[type[Any], Callable[[Floor, Any, float], None]] = {
    events.CallerJoined: _caller_joined,
    events.CallerLeft: _caller_left,
    events.CallerChanged: _caller_changed,
    events.CallerMoved: _caller_moved,
}
DUE: dict[Due, Callable[[Floor, Any, float], None]] = {
    Due.SKIP: _skip_due,
    Due.MAX_WAIT: _max_wait_due,
    Due.HOLD: _hold_due,
    Due.RELAX: _relax_due,
    Due.LEAVE: _leave_due,
    Due.WIDEN: _widen_due,
}
