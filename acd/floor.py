"""The floor: callers and the alerts that join them to agents, and the few moves that change them.

With the roster below it, all writing of state is here: whoever waits stands in the line, each alert joins one
caller and one agent, one phone rings for one alert. Each move adds its effects, in the order they are to be
done, and notes who changed, for the matching (assign.py).

Time: `now` in seconds, monotonic. Pure.
Deliberately absent: which event leads to which move (centre.py), who is chosen (assign.py).
"""

from __future__ import annotations

from collections import OrderedDict

from acd import wrap_up
from acd.agent import Agent, Happening
from acd.alert import BLAMED, RESERVE_S, REST_S, RESTED, Alert, AlertHappening, AlertState
from acd.assign import Match
from acd.caller import Caller, CallerHappening, Skip
from acd.effects import BookAlert, Connect, MovePosition, Release, StartAlert, StopAlert
from acd.events import CallerJoined
from acd.order import index_of, place_caller, take_caller
from acd.queue import Queue
from acd.roster import Roster
from acd.wait import Due
from acd.words import Activity, AgentName, AlertId, AlertOutcome, CallerId, LeaveReason, QueueName

POSITIONS_TOLD = 50
"""`MovePosition` follows every move of the first so many in a line. Behind them a caller is told on joining only:
when the first of 10,000 leaves, nobody needs 9,999 effects; `Centre.position` answers for any."""
ALERTS_REMEMBERED = 1000
"""Ended alerts whose outcome a late answer is told."""


class Floor(Roster):
    """Everything alive in the centre."""

    def __init__(self) -> None:
        super().__init__()
        self.callers: dict[CallerId, Caller] = {}
        self.alerts: dict[AlertId, Alert] = {}
        self.ended: OrderedDict[AlertId, AlertOutcome] = OrderedDict()
        """Outcomes of the last alerts that nobody answered in time."""
        self.changed_callers: dict[CallerId, Caller] = {}
        """Callers who want an agent and have not been matched since, for the matching."""
        self.moved: dict[QueueName, int] = {}
        """Lines that moved: from which index on."""
        self._alert_number = 0
        self._arrivals = 0
        self._firsts = 0
        """Arrival numbers of those who were put first: below all others."""

    # callers

    def add_caller(self, joined: CallerJoined, queue: Queue, now: float) -> None:
        """A caller takes a place in the line."""
        self._arrivals += 1
        caller = Caller(
            joined.caller, queue.name, joined.number, joined.priority, self._arrivals, now, joined.last_agent
        )
        self.callers[caller.id] = caller
        index = place_caller(queue.line, caller.entry)
        self._moved(queue, index)
        place_caller(queue.waiting, caller.entry)
        self.changed_callers[caller.id] = caller
        if index >= POSITIONS_TOLD:
            caller.told_position = index + 1
            self.effects.append(MovePosition(caller.id, queue.name, index + 1))
        self.set_max_wait(caller, queue)

    def set_max_wait(self, caller: Caller, queue: Queue) -> None:
        """The caller's patience, as the queue has it now."""
        if queue.settings.max_wait_s is None:
            self.deadlines.drop((Due.MAX_WAIT, caller.id))
        else:
            self.deadlines.set((Due.MAX_WAIT, caller.id), caller.joined_at + queue.settings.max_wait_s)

    def release(self, caller: Caller, reason: LeaveReason, now: float) -> None:
        """The caller is out, without an agent; a phone that rings for them stops first."""
        alert = self.alerts.get(caller.alert) if caller.alert is not None else None
        self._leave_line(caller, CallerHappening.LEFT)
        if alert is not None:
            # A queue that is no more, or a desertion, is our doing; the rest is the caller's.
            ours = reason in (LeaveReason.REMOVED, LeaveReason.NO_AGENTS)
            self.withdraw(alert, AlertOutcome.WITHDRAWN if ours else AlertOutcome.CALLER_LEFT, now)
        self.effects.append(Release(caller.id, caller.queue, reason, now - caller.joined_at))

    def move_caller(self, caller: Caller, queue: Queue, first: bool, now: float) -> None:
        """The caller stands in this queue now, behind who has waited longer there, or before everybody."""
        alert = self.alerts.get(caller.alert) if caller.alert is not None else None
        if alert is not None:
            self.withdraw(alert, AlertOutcome.WITHDRAWN, now)
            if caller.id not in self.callers:
                return  # their patience was over, and only the phone that rang had kept them
        before = self.queues[caller.queue]
        self._moved(before, take_caller(before.line, caller.entry))
        take_caller(before.waiting, caller.entry)
        caller.queue = queue.name
        if first:
            caller.priority = max((head.priority for _, _, head in queue.line[:1]), default=caller.priority)
            self._firsts -= 1
            caller.arrival = self._firsts
        self._moved(queue, place_caller(queue.line, caller.entry))
        place_caller(queue.waiting, caller.entry)
        caller.told_position = 0
        self.changed_callers[caller.id] = caller
        self.set_max_wait(caller, queue)

    def _leave_line(self, caller: Caller, happening: CallerHappening) -> None:
        caller.happen(happening)
        queue = self.queues[caller.queue]
        self._moved(queue, take_caller(queue.line, caller.entry))
        take_caller(queue.waiting, caller.entry)
        del self.callers[caller.id]
        self.changed_callers.pop(caller.id, None)
        self.deadlines.drop((Due.MAX_WAIT, caller.id))
        for agent in caller.skips:
            self.deadlines.drop((Due.SKIP, caller.id, agent))

    def _moved(self, queue: Queue, index: int | None) -> None:
        if index is not None:
            self.moved[queue.name] = min(index, self.moved.get(queue.name, index))

    def position(self, caller: Caller) -> int:
        """The caller's place in the queue, from 1."""
        index = index_of(self.queues[caller.queue].line, caller.entry)
        assert index is not None
        return index + 1

    def tell_positions(self) -> None:
        """Say who moved up, or down, since last told."""
        for name, start in self.moved.items():
            queue = self.queues.get(name)
            for position, (_, _, caller) in enumerate(queue.line[start:POSITIONS_TOLD] if queue else (), start + 1):
                if caller.told_position != position:
                    caller.told_position = position
                    self.effects.append(MovePosition(caller.id, name, position))
        self.moved.clear()

    # alerts

    def start_alert(self, match: Match, now: float) -> None:
        """Reserve the agent for the caller and ring."""
        caller, agent = match.caller, match.agent
        self._alert_number += 1
        alert = Alert(AlertId(self._alert_number), caller.id, caller.queue, agent.name, agent.extension, now, match.why)
        self.alerts[alert.id] = alert
        self.phones[alert.extension].alert = alert.id
        self.deadlines.set((Due.ALERT, alert.id), now + RESERVE_S)
        caller.happen(CallerHappening.CHOSEN)
        caller.alert = alert.id
        take_caller(self.queues[caller.queue].waiting, caller.entry)
        agent.alert, agent.caller, agent.queue = alert.id, caller.id, caller.queue
        self.move(agent, Happening.CHOSEN, now)
        self.effects.append(StartAlert(alert.id, alert.caller, alert.queue, alert.agent, alert.extension, alert.why))
        self.refresh(agent, now)

    def alert_rang(self, alert: Alert, now: float) -> None:
        if not alert.happen(AlertHappening.RANG):
            return
        alert.rang_at = now
        self.deadlines.set((Due.ALERT, alert.id), now + self.queues[alert.queue].settings.ring_s)
        agent = self.agents[alert.agent]
        self.move(agent, Happening.RANG, now)
        self.refresh(agent, now)

    def connect(self, alert: Alert, now: float) -> None:
        """The agent answered: they talk."""
        if not alert.happen(AlertHappening.ANSWERED):
            return
        caller, agent, queue = self.callers[alert.caller], self.agents[alert.agent], self.queues[alert.queue]
        self.deadlines.drop((Due.ALERT, alert.id))
        self._leave_line(caller, CallerHappening.CONNECTED)
        queue.talking += 1
        own = agent.settings.wrap_up_s
        seconds = queue.settings.wrap_up_s if own is None else own
        agent.wrap_up = wrap_up.WrapUp(caller.id, queue.name, seconds, queue.settings.after_call)
        agent.calls_today += 1
        self.move(agent, Happening.ANSWERED, now)
        self.effects.append(Connect(alert.id, caller.id, alert.queue, agent.name, now - caller.joined_at))
        self.refresh(agent, now)

    def end_talk(self, alert: Alert, now: float, happening: AlertHappening = AlertHappening.TALK_ENDED) -> None:
        """The talk is over; the agent wraps up."""
        if not alert.happen(happening):
            return
        agent = self.agents[alert.agent]
        self._forget(alert)
        queue = self.queues.get(alert.queue)
        if queue is not None:
            queue.talking = max(0, queue.talking - 1)  # 0: the queue was removed and came back meanwhile
        self.move(agent, Happening.TALK_ENDED, now)
        if agent.activity is Activity.WRAPPING_UP:
            wrap_up.begin(self, agent, now)
        self.refresh_phone(alert.extension, now, agent)

    def withdraw(self, alert: Alert, outcome: AlertOutcome, now: float) -> None:
        """Take an unanswered alert back: the phone stops ringing."""
        self._end_alert(alert, AlertHappening.WITHDRAWN, outcome, now)

    def withdraw_if_idle(self, agent: Agent, now: float) -> None:
        """Stop the phone of an agent who no longer stands for a call."""
        alert = self.alerts.get(agent.alert) if agent.alert is not None else None
        if alert is not None and agent.activity not in (Activity.RESERVED, Activity.RINGING, Activity.TALKING):
            self.withdraw(alert, AlertOutcome.WITHDRAWN, now)

    def withdraw_from_phone(self, extension: str, outcome: AlertOutcome, now: float) -> None:
        """Stop what rings a phone that is gone, or taken."""
        phone = self.phones.get(extension)
        alert = self.alerts.get(phone.alert) if phone is not None and phone.alert is not None else None
        if alert is not None and alert.state is not AlertState.TALKING:
            self.withdraw(alert, outcome, now)

    # agents come and go

    def sit(self, agent: Agent, extension: str, now: float) -> None:
        """The agent is at this extension from now on; `refresh` must follow."""
        if agent.extension == extension and self.seats.get(extension) is agent:
            return
        if self.seats.get(agent.extension) is agent:
            del self.seats[agent.extension]
        self.seats[extension] = agent
        agent.extension = extension
        agent.rest_until = None  # it was the old phone that refused
        self.deadlines.drop((Due.REST, agent.name))
        alert = self.alerts.get(agent.alert) if agent.alert is not None else None
        if alert is not None and alert.state is not AlertState.TALKING:
            self.withdraw(alert, AlertOutcome.WITHDRAWN, now)

    def log_out(self, agent: Agent, now: float) -> None:
        """The agent leaves the seat; a talk goes on."""
        if self.seats.get(agent.extension) is agent:
            del self.seats[agent.extension]
        self.move(agent, Happening.LOGGED_OUT, now)
        self.withdraw_if_idle(agent, now)
        self.refresh(agent, now)

    def alert_failed(self, alert: Alert, outcome: AlertOutcome, now: float) -> None:
        """The leg is over without an answer."""
        if alert.state is AlertState.TALKING:
            self.end_talk(alert, now, AlertHappening.FAILED)
        else:
            self._end_alert(alert, AlertHappening.FAILED, outcome, now)

    def _end_alert(self, alert: Alert, happening: AlertHappening, outcome: AlertOutcome, now: float) -> None:
        never_rang = alert.state is AlertState.RESERVED
        if not alert.happen(happening):
            return
        agent = self.agents[alert.agent]
        if happening is AlertHappening.WITHDRAWN:
            self.effects.append(StopAlert(alert.id, outcome))
        rang_s = 0.0 if alert.rang_at is None else now - alert.rang_at
        self.effects.append(
            BookAlert(alert.id, alert.caller, alert.queue, alert.agent, outcome, rang_s, alert.extension, alert.why)
        )
        self._forget(alert)
        self.deadlines.drop((Due.ALERT, alert.id))
        self.ended[alert.id] = outcome
        if len(self.ended) > ALERTS_REMEMBERED:
            self.ended.popitem(last=False)
        dead = never_rang and now - alert.started_at >= RESERVE_S
        if outcome in RESTED or dead:
            self.rest(agent, now + REST_S)
        if outcome in BLAMED or dead:
            self.idle_from(agent, now)
        self.move(agent, Happening.ALERT_ENDED, now)
        self.refresh_phone(alert.extension, now, agent)
        caller = self.callers.get(alert.caller)
        if caller is not None and caller.alert == alert.id:
            self._back_to_line(caller, agent.name, outcome if outcome in BLAMED or dead else None, now)

    def _back_to_line(self, caller: Caller, agent: AgentName, blame: AlertOutcome | None, now: float) -> None:
        queue = self.queues[caller.queue]
        caller.alert = None
        caller.happen(CallerHappening.ALERT_ENDED)
        if blame is not None:
            until = now + queue.settings.skip_s
            caller.skips[agent] = Skip(until, blame)
            self.deadlines.set((Due.SKIP, caller.id, agent), until)
        longest = queue.settings.max_wait_s
        if longest is not None and caller.joined_at + longest <= now:
            self.release(caller, LeaveReason.TIMED_OUT, now)
            return
        place_caller(queue.waiting, caller.entry)
        self.changed_callers[caller.id] = caller

    def _forget(self, alert: Alert) -> None:
        del self.alerts[alert.id]
        agent = self.agents[alert.agent]
        if agent.alert == alert.id:
            agent.alert = None
        phone = self.phones[alert.extension]
        if phone.alert == alert.id:
            phone.alert = None
