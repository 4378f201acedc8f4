"""The floor: the alerts that join callers to agents, and the few moves that change them.

With the roster and the lines below it, all writing of state is here: each alert joins one caller and one agent, one
phone rings for one alert, several alerts may ring for one caller and one of them is answered. Each move adds its
effects, in the order they are to be done, and notes who changed, for the matching (assign.py).

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
from acd.claims import Claims
from acd.door import Shut
from acd.effects import BookAlert, Connect, Release, StartAlert, StopAlert
from acd.facts import Nowhere, Surroundings
from acd.queue import Queue
from acd.verdict import decision
from acd.wait import Due
from acd.words import Activity, AgentName, AlertId, AlertOutcome, LeaveReason

ALERTS_REMEMBERED = 1000
"""Ended alerts whose outcome a late answer is told."""


class Floor(Claims):
    """Everything alive in the centre."""

    def __init__(self) -> None:
        super().__init__()
        self.surroundings: Surroundings = Nowhere()
        self.alerts: dict[AlertId, Alert] = {}
        self.ended: OrderedDict[AlertId, AlertOutcome] = OrderedDict()
        """Outcomes of the last alerts that nobody answered in time."""
        self._alert_number = 0

    def release(self, caller: Caller, reason: LeaveReason, now: float, shut: Shut | None = None) -> None:
        """The caller is out, without an agent; phones that ring for them stop first."""
        alerts = [self.alerts[alert] for alert in caller.alerts]
        self.leave_line(caller, CallerHappening.LEFT)
        for alert in alerts:
            # A queue that is no more, or a desertion, is our doing; the rest is the caller's.
            ours = reason in (LeaveReason.REMOVED, LeaveReason.NO_AGENTS)
            self.withdraw(alert, AlertOutcome.WITHDRAWN if ours else AlertOutcome.CALLER_LEFT, now)
        door, why = (shut.index, shut.why) if shut is not None else (-1, "")
        self.effects.append(Release(caller.id, caller.queue, reason, now - caller.joined_at, door, why))

    def move_caller(self, caller: Caller, queue: Queue, first: bool, now: float) -> None:
        """The caller stands in this queue now, by what they have waited, or before everybody; what rang stops."""
        for alert in [self.alerts[alert] for alert in caller.alerts]:
            self.withdraw(alert, AlertOutcome.WITHDRAWN, now)
        if caller.id in self.callers:  # else their patience was over, and only the phone that rang had kept them
            self.change_queue(caller, queue, first, now)

    # alerts

    def start_alert(self, match: Match, now: float) -> None:
        """Reserve the agent for the caller and ring."""
        caller, agent = match.caller, match.agent
        self._alert_number += 1
        alert = Alert(AlertId(self._alert_number), caller.id, caller.queue, agent.name, agent.extension, now, match.why)
        alert.decision = decision(self, caller, agent, now)
        self.alerts[alert.id] = alert
        self.phones[alert.extension].alert = alert.id
        self.deadlines.set((Due.ALERT, alert.id), now + RESERVE_S)
        caller.alerts.append(alert.id)
        self.stand(caller, CallerHappening.CHOSEN)
        self.reopen(caller)
        self.widen_later(caller, now)
        queue = self.queues[caller.queue]
        queue.turn += 1
        agent.counts.turns[queue.name] = queue.turn
        agent.alert, agent.caller, agent.queue = alert.id, caller.id, caller.queue
        self.move(agent, Happening.CHOSEN, now)
        self.effects.append(
            StartAlert(alert.id, alert.caller, alert.queue, alert.agent, alert.extension, alert.why, alert.decision)
        )
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
        others = [self.alerts[other] for other in caller.alerts if other != alert.id]
        self.leave_line(caller, CallerHappening.CONNECTED)
        queue.talking += 1
        alert.answered_at = now
        own = agent.settings.wrap_up_s
        seconds = queue.settings.wrap_up_s if own is None else own
        agent.wrap_up = wrap_up.WrapUp(
            caller.id, queue.name, seconds, queue.settings.after_call, taken_at=alert.started_at
        )
        queue.outlook.came_true(caller.predicted_s, now - caller.entered_at)
        agent.counts.take(queue.name)
        self.move(agent, Happening.ANSWERED, now)
        self.effects.append(Connect(alert.id, caller.id, alert.queue, agent.name, now - caller.joined_at))
        self.refresh(agent, now)
        for other in others:
            self.withdraw(other, AlertOutcome.TAKEN, now)

    def end_talk(self, alert: Alert, now: float, happening: AlertHappening = AlertHappening.TALK_ENDED) -> None:
        """The talk is over; the agent wraps up."""
        if not alert.happen(happening):
            return
        agent = self.agents[alert.agent]
        self._forget(alert)
        queue = self.queues.get(alert.queue)
        if queue is not None:
            queue.talking -= 1
            self.has_room(queue)
        if alert.answered_at is not None:
            agent.counts.talk_s += now - alert.answered_at
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
            BookAlert(
                alert.id,
                alert.caller,
                alert.queue,
                alert.agent,
                outcome,
                rang_s,
                alert.extension,
                alert.why,
                alert.decision,
            )
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
        if caller is not None and alert.id in caller.alerts:
            caller.alerts.remove(alert.id)
            self._back_to_line(caller, agent.name, outcome if outcome in BLAMED or dead else None, now)

    def _back_to_line(self, caller: Caller, agent: AgentName, blame: AlertOutcome | None, now: float) -> None:
        queue = self.queues[caller.queue]
        if blame is not None:
            until = now + queue.settings.skip_s
            caller.skips[agent] = Skip(until, blame)
            self.deadlines.set((Due.SKIP, caller.id, agent), until)
            if caller.held_for == agent:
                self.let_go(caller, now)
        self.reopen(caller)
        if not caller.alerts:
            if caller.overdue:
                self.release(caller, LeaveReason.TIMED_OUT, now)
                return
            self.stand(caller, CallerHappening.ALERT_ENDED)
        self.changed_callers[caller.id] = caller

    def _forget(self, alert: Alert) -> None:
        del self.alerts[alert.id]
        agent = self.agents[alert.agent]
        if agent.alert == alert.id:
            agent.alert = None
        phone = self.phones[alert.extension]
        if phone.alert == alert.id:
            phone.alert = None
