"""The floor: runs the pure centre (acd) and does what it says with real lines and real audio.

    a caller waits      `waiting.wait`: music, announcements, until Connect or Release
    StartAlert          an agent's phone is called; it rings, answers or not: told back to the centre (agent_call.py)
    Connect             the two are bridged in the same turn of the loop, whatever plays to the caller then

One inbox: an effect that causes an event at once (a phone that cannot be reached) is served after the effects of
the event before, so that the centre's order is kept.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from acd.centre import Centre
from acd.effects import (
    BookAgent,
    BookAlert,
    BookDisposition,
    Connect,
    Effect,
    MovePosition,
    Release,
    StartAlert,
    StopAlert,
)
from acd.events import CallerMoved, Event, TimePassed
from acd.restore import Restored
from acd.words import AgentName, AlertId, AlertOutcome, CallerId, LeaveReason, QueueName
from apps import explanations, floor_views
from apps.agent_call import AgentCall
from apps.api.events import AgentChanged, AlertEnded, AlertStarted, CallDisposed
from apps.journal_rows import AgentStateRow, AlertRow
from apps.journal_story import SegmentKind
from apps.queue_news import QueueNews
from apps.waiting import Stay, Waiting
from switch.words import Cause, Identity, ToPhone

if TYPE_CHECKING:
    from apps.house import House

log = logging.getLogger("floor")

MOST_REMEMBERED = 200_000
"""Callers whose last agent is kept in memory: about 20 MB; the oldest is forgotten first."""
ANSWERED = "answered"
"""The outcome of an alert that no `AlertOutcome` names."""
RING_S = 20.0
"""For an alert of a queue that a reload has removed meanwhile."""


class Floor:
    """All queues at work. `tell` is the only way in for events."""

    def __init__(self, house: House, centre: Centre) -> None:
        self._house = house
        self.centre = centre
        self.waiting: dict[CallerId, Waiting] = {}
        """Every caller in a queue or in a talk that a queue gave; written by waiting.py alone."""
        self.alerts: dict[AlertId, AgentCall] = {}
        """Every alert that rings, and every talk."""
        self._loop = asyncio.get_running_loop()
        self._inbox: deque[Event] = deque()
        self._busy = False
        self._timer: asyncio.TimerHandle | None = None
        self._served_by: dict[str, tuple[AgentName, float]] = {}
        """By number; when, in UTC seconds."""
        self._news = QueueNews(house)

    def last_agent(self, number: str, holds_s: float) -> AgentName | None:
        """Who served this number last, if that is remembered and no longer ago than this."""
        agent, at = self._served_by.get(number, (None, 0.0))
        return agent if time.time() - at <= holds_s else None

    def remember(self, served_by: Mapping[str, tuple[AgentName, float]]) -> None:
        """Who last served which number, and when, from the books; oldest first."""
        self._served_by.update(served_by)

    def restore(self, agents: Sequence[Restored]) -> None:
        """Agents as they were before a restart; once, before the first event."""
        for effect in self.centre.restore(agents, self._loop.time()):
            self._try(effect)
        self._arm()

    # ---- the centre's shell -------------------------------------------------------------------------------------

    def changed(self, queue: str) -> None:
        """Something about the queue is other than listeners were told."""
        self._news.touch(queue)

    def tell(self, event: Event) -> None:
        """Give an event to the centre and do what it says."""
        self._inbox.append(event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._inbox:
                for effect in self.centre.step(self._inbox.popleft(), self._loop.time()):
                    self._try(effect)
        finally:
            self._busy = False
        self._arm()

    def _arm(self) -> None:
        deadline = self.centre.next_deadline()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            self._timer = self._loop.call_at(deadline, self._time)

    def _time(self) -> None:
        self._timer = None
        self.tell(TimePassed())

    def _try(self, effect: Effect) -> None:
        """Do it; a failure is that effect's alone, or the shell would lose track of what the centre believes."""
        try:
            self._do(effect)
        except Exception:
            log.exception("the floor could not do %s", effect)
        self._news.effect(effect)

    def _do(self, effect: Effect) -> None:
        match effect:
            case StartAlert():
                self._start_alert(effect)
            case StopAlert():
                self._stop_alert(effect)
            case Connect():
                self._connect(effect)
            case Release():
                waiting = self.waiting.get(effect.caller)
                if waiting is not None and waiting.stay is Stay.WAITING:
                    waiting.waited_s = effect.waited_s
                    waiting.finish(effect.reason, door=effect.door, why=effect.why)
            case MovePosition():
                waiting = self.waiting.get(effect.caller)
                if waiting is not None:
                    waiting.announcer.position = effect.position
            case BookAgent():
                self._book_agent(effect)
            case BookDisposition():
                self._book_disposition(effect)
            case BookAlert():
                self._book_alert(effect)

    def move(self, caller: CallerId, queue: str, first: bool) -> bool:
        """A waiting caller stands in this queue now (empty: their own), or first in it. False when they do not wait."""
        waiting = self.waiting.get(caller)
        if waiting is None or waiting.stay is not Stay.WAITING:
            return False
        before, name = waiting.queue, QueueName(queue or waiting.queue)
        waiting.queue = name  # what the centre then says of the caller is about the new queue
        if name != before:
            waiting.left_queue(before, LeaveReason.REMOVED)
        self.tell(CallerMoved(caller, name, first))
        self._news.touch(before, name)
        if waiting.stay is Stay.WAITING and name != before:
            waiting.stands_in_another_queue()
        return True

    # ---- effects ------------------------------------------------------------------------------------------------

    def _start_alert(self, effect: StartAlert) -> None:
        waiting = self.waiting.get(effect.caller)
        if waiting is None:
            return  # gone; `CallerLeft` is in the inbox
        call, first = waiting.call, not waiting.ringing
        agent_call = AgentCall(self, effect, waiting, self._loop.time())
        agent_call.line = call.called_line(agent_call)
        waiting.ringing[effect.alert] = self.alerts[effect.alert] = agent_call
        queue = self._house.site.queues.get(effect.queue)
        if first and queue is not None and queue.strategy.rings_many:
            call.enter(SegmentKind.RING, queue=effect.queue)  # the alerts' own rows say whose phones
        elif first:
            call.enter(SegmentKind.RING, queue=effect.queue, agent=effect.agent, extension=effect.extension)
        self._house.hub.publish(AlertStarted(call.id, effect.queue, effect.agent, effect.extension, effect.why))
        log.info("call=%s alerts %s on %s: %s", call.id, effect.agent, effect.extension, effect.why)
        ring_s = queue.ring_s if queue is not None else RING_S
        self._house.spawn(
            agent_call.line.place(
                ToPhone(effect.extension),
                Identity(call.caller.number, call.caller.name),
                timeout_s=ring_s + 5.0,  # the centre's own deadline comes first; this one is for a centre that failed
            ),
            f"alert {effect.alert}",
        )
        if first and queue is not None and queue.record == "ring":
            self._record(waiting, None)

    def _stop_alert(self, effect: StopAlert) -> None:
        agent_call = self.alerts.get(effect.alert)
        if agent_call is not None:
            self.back_to_queue(agent_call, effect.outcome)
            taken = effect.outcome is AlertOutcome.TAKEN
            agent_call.line.hang_up(Cause.ANSWERED_ELSEWHERE if taken else Cause.CANCELLED)

    def back_to_queue(self, agent_call: AgentCall, outcome: AlertOutcome) -> None:
        """The alert is over without an answer: its caller, if still there and no other phone rings, waits on."""
        self.alerts.pop(agent_call.alert.alert, None)
        waiting = agent_call.waiting
        rang = waiting.ringing.pop(agent_call.alert.alert, None) is not None
        if rang and not waiting.ringing and waiting.caller in self.waiting and waiting.stay is Stay.WAITING:
            waiting.call.leave(outcome.value)
            waiting.call.enter(SegmentKind.QUEUE, queue=waiting.queue)

    def _connect(self, effect: Connect) -> None:
        waiting, agent_call = self.waiting.get(effect.caller), self.alerts[effect.alert]
        if waiting is None:
            agent_call.line.hang_up(Cause.NORMAL)
            return
        waiting.stay, waiting.waited_s = Stay.TALKING, effect.waited_s
        waiting.agent_call = waiting.ringing.pop(effect.alert)
        waiting.announcer.stop()
        waiting.call.line.stop_play()
        alert = agent_call.alert
        self._house.journal.stay_left(
            waiting.call.id, waiting.call.at(), LeaveReason.CONNECTED.value, alert.agent, alert.extension
        )
        agent_call.connect()
        self._served(waiting.call.caller.number, effect.agent)
        queue = self._house.site.queues.get(effect.queue)
        if queue is not None and queue.record == "never":
            self._house.recorder.rest(waiting.call, keep=False)
        elif queue is not None:
            self._record(waiting, agent_call)
        self._book_outcome(alert, ANSWERED, self._loop.time() - agent_call.began)
        today = self._house.today.queue(effect.queue)
        today.answered += 1
        today.in_time += queue is not None and self._loop.time() - waiting.entered <= queue.service_level_s
        self._house.tally.served(effect.queue, effect.waited_s)
        waiting.call.changed()

    def _served(self, number: str, agent: AgentName) -> None:
        if not number:  # all who withhold theirs are not one person
            return
        self._served_by.pop(number, None)
        self._served_by[number] = (agent, time.time())
        while len(self._served_by) > MOST_REMEMBERED:
            del self._served_by[next(iter(self._served_by))]

    def _record(self, waiting: Waiting, agent_call: AgentCall | None) -> None:
        right = agent_call.line.stream if agent_call is not None else None
        agent = agent_call.alert.agent if agent_call is not None else ""
        self._house.recorder.follow(waiting.call, right, queue=waiting.queue, agent=agent)

    # ---- the books ----------------------------------------------------------------------------------------------

    def _book_agent(self, effect: BookAgent) -> None:
        self._house.journal.agent_state(
            AgentStateRow(
                effect.agent,
                time.time(),
                effect.presence.value,
                effect.activity.value,
                effect.reason,
                effect.extension,
                effect.caller or "",
                self._utc(effect.until),
                self._utc(effect.break_until),
            )
        )
        info = floor_views.agent(self._house, effect.agent)
        if info is not None:
            self._house.hub.publish(AgentChanged(info))

    def _utc(self, at: float | None) -> float | None:
        """UTC of an instant on the loop's clock."""
        return None if at is None else time.time() + at - self._loop.time()

    def _book_disposition(self, effect: BookDisposition) -> None:
        name = self._house.site.disposition(effect.queue, effect.code)
        self._house.journal.disposed(effect.agent, effect.caller, effect.code, name)
        log.info("call=%s disposition by %s: %s", effect.caller, effect.agent, effect.code or "not given")
        self._house.hub.publish(CallDisposed(effect.caller, effect.queue, effect.agent, effect.code, name))

    def _book_alert(self, effect: BookAlert) -> None:
        self._book_outcome(effect, effect.outcome.value, effect.rang_s)

    def _book_outcome(self, alert: StartAlert | BookAlert, outcome: str, lasted_s: float) -> None:
        at = time.time()
        decision = explanations.kept(alert.decision)
        began, about = at - lasted_s, (alert.caller, alert.queue, alert.agent, alert.extension)
        self._house.journal.alert(AlertRow(*about, began, at, outcome, alert.why, decision))
        self._house.hub.publish(AlertEnded(alert.caller, alert.queue, alert.agent, outcome, round(lasted_s * 1000)))
