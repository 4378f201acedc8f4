"""What people change about callers who wait already: their claim, their queue.

Time: `now` in seconds, monotonic. Pure.
"""

from __future__ import annotations

from acd.caller import Caller, rank_of
from acd.events import CallerChanged
from acd.lines import Lines
from acd.order import place_caller, take_caller
from acd.queue import Queue
from acd.wait import Due


class Claims(Lines):
    """Lines, and what is changed in them by hand."""

    def change_claim(self, caller: Caller, changed: CallerChanged, now: float) -> None:
        """The caller's priority, need or named agent is another; the place in line follows at once."""
        queue = self.queues[caller.queue]
        if not changed.keep_need:
            caller.need = changed.need
        if not changed.keep_named:
            self._unhold(caller)
            caller.named = changed.named
            self._hold_for(caller, queue, changed.named, changed.named_wait_s, now)
        self.leave_lane(caller)
        if changed.priority is not None:
            caller.priority = changed.priority
            take_caller(queue.open, caller.entry)
            self._moved(queue, take_caller(queue.line, caller.entry))
            caller.rank = rank_of(caller.priority + queue.settings.weight, caller.joined_at, self.ageing)
            self._moved(queue, place_caller(queue.line, caller.entry))
            self.reopen(caller)
        caller.predicted_s = None  # what was told on joining was of another place
        self.settle_lane(caller, now)
        self.changed_callers[caller.id] = caller

    def change_queue(self, caller: Caller, queue: Queue, first: bool, now: float) -> None:
        """The caller, for whom nothing rings, stands in this queue now: by their rank, or before everybody."""
        before = self.queues[caller.queue]
        self._moved(before, take_caller(before.line, caller.entry))
        self.leave_lane(caller)
        self._unhold(caller)
        self.deadlines.drop((Due.WIDEN, caller.id))
        caller.told_position = caller.told_position if queue is before else 0
        caller.queue, caller.reach = queue.name, 1
        caller.rank = rank_of(caller.priority + queue.settings.weight, caller.joined_at, self.ageing)
        if first:
            self._firsts -= 1
            caller.arrival = self._firsts
            caller.rank = min((rank for rank, _, _ in queue.line[:1]), default=caller.rank)
        self._moved(queue, place_caller(queue.line, caller.entry))
        self.settle_lane(caller, now)
        self.changed_callers[caller.id] = caller
        self.set_max_wait(caller, queue)
        self.set_reach(caller, queue)
        caller.predicted_s = None
        self.look_later(queue, now)
