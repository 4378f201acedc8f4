"""The centre: an event in, effects out. The whole of call distribution, as its shell sees it.

Every step does the same: what the event says, then what is due, then who is left without agents, then one
matching pass, then who moved up. The event comes before what is due: an answer that the loop brings a little
after its deadline still counts.

An event about an unknown caller, agent or alert changes nothing: it crossed with what made it unknown. Only an
answer that comes too late has an effect: its leg is stopped.

Time: `now` in seconds, monotonic, never less than before. Pure: no asyncio, no SIP, no SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from acd import events
from acd.agent import Agent, Happening
from acd.alert import AlertState
from acd.assign import assign
from acd.effects import Effect, Release, StopAlert
from acd.explain import Explanation, explain, explain_agent
from acd.floor import Floor
from acd.phone import Phone
from acd.reload import apply_settings, load_counts
from acd.restore import Restored, restore
from acd.snapshot import (
    AgentView,
    CallerView,
    CentreSnapshot,
    QueueView,
    agent_view,
    callers_of,
    queue_view,
    snapshot,
)
from acd.wait import Due
from acd.words import AgentName, AlertOutcome, CallerId, CentreSettings, LeaveReason, QueueName


class Centre:
    """All queues and agents of a site. `now`: since when its agents are what they are, logged out."""

    def __init__(self, settings: CentreSettings, now: float = 0.0) -> None:
        self._floor = Floor()
        apply_settings(self._floor, settings, now)
        self._floor.effects.clear()

    def step(self, event: events.Event, now: float) -> list[Effect]:
        """What is to be done, in order, now that this happened."""
        floor = self._floor
        floor.effects = []
        HAPPENED[type(event)](floor, event, now)
        return self._settle(now)

    def restore(self, agents: Iterable[Restored], now: float) -> list[Effect]:
        """Put agents back as they were before a restart; once, before the first step."""
        self._floor.effects = []
        restore(self._floor, agents, now)
        return self._settle(now)

    def next_deadline(self) -> float | None:
        """When to send `TimePassed`, if nothing else comes before; None: never."""
        return self._floor.deadlines.next()

    def position(self, caller: CallerId) -> int | None:
        """The caller's place in their queue, from 1; None when not in a queue."""
        waiting = self._floor.callers.get(caller)
        return None if waiting is None else self._floor.position(waiting)

    def explain(self, caller: CallerId, now: float) -> Explanation:
        """Why this caller is where they are: who is ahead, and for each agent why not."""
        return explain(self._floor, caller, now)

    def explain_agent(self, agent: AgentName, now: float) -> str:
        """Why this agent is given no call, or which one is next; one sentence."""
        return explain_agent(self._floor, agent, now)

    def snapshot(self, now: float) -> CentreSnapshot:
        """Every queue's and agent's figures."""
        return snapshot(self._floor, now)

    def queue(self, name: QueueName, now: float) -> QueueView | None:
        """One queue's figures; None when there is none of that name."""
        queue = self._floor.queues.get(name)
        return None if queue is None else queue_view(self._floor, queue, now)

    def agent(self, name: AgentName, now: float) -> AgentView | None:
        """One agent's figures; None when there is none of that name."""
        agent = self._floor.agents.get(name)
        return None if agent is None else agent_view(self._floor, agent, now)

    def agent_at(self, extension: str) -> AgentName | None:
        """Who is logged in at this extension."""
        seated = self._floor.seats.get(extension)
        return None if seated is None else seated.name

    def callers(self, queue: QueueName, now: float) -> tuple[CallerView, ...]:
        """The queue's line, first to last; empty when there is no such queue."""
        return callers_of(self._floor, queue, now)

    def _settle(self, now: float) -> list[Effect]:
        floor = self._floor
        while (key := floor.deadlines.pop_due(now)) is not None:
            DUE[key[0]](floor, key, now)
        _release_deserted(floor, now)
        # Those who changed are noted until they are matched; what is left over could not be.
        matches = assign(floor.queues, floor.agents, floor.changed_callers.values(), floor.changed_agents.values(), now)
        floor.changed_callers.clear()
        floor.changed_agents.clear()
        for match in matches:
            floor.start_alert(match, now)
        floor.tell_positions()
        return floor.effects

    def __repr__(self) -> str:
        floor = self._floor
        talking = sum(alert.state is AlertState.TALKING for alert in floor.alerts.values())
        free = sum(agent.entry is not None for agent in floor.agents.values())
        return (
            f"<Centre {len(floor.callers)} in queues, {len(floor.alerts) - talking} alerts, {talking} talking, "
            f"{free} of {len(floor.agents)} agents free>"
        )


def _release_deserted(floor: Floor, now: float) -> None:
    for name in floor.deserted:
        queue = floor.queues.get(name)
        if queue is not None and not queue.staff and not queue.settings.keep_without_agents:
            for _, _, caller in list(queue.line):
                floor.release(caller, LeaveReason.NO_AGENTS, now)
    floor.deserted.clear()


# What happened, one function each.


def _caller_joined(floor: Floor, event: events.CallerJoined, now: float) -> None:
    before = floor.callers.get(event.caller)
    if before is not None:
        if before.queue == event.queue:
            return
        floor.release(before, LeaveReason.REMOVED, now)
    queue = floor.queues.get(event.queue)
    if queue is None:
        floor.effects.append(Release(event.caller, event.queue, LeaveReason.REMOVED, 0.0))
    elif queue.settings.max_callers is not None and len(queue.line) >= queue.settings.max_callers:
        floor.effects.append(Release(event.caller, event.queue, LeaveReason.FULL, 0.0))
    elif not queue.staff and not queue.settings.keep_without_agents:
        floor.effects.append(Release(event.caller, event.queue, LeaveReason.NO_AGENTS, 0.0))
    else:
        floor.add_caller(event, queue, now)


def _caller_left(floor: Floor, event: events.CallerLeft, now: float) -> None:
    caller = floor.callers.get(event.caller)
    if caller is not None:
        floor.release(caller, LeaveReason.ABANDONED if event.abandoned else LeaveReason.REMOVED, now)


def _logged_in(floor: Floor, event: events.AgentLoggedIn, now: float) -> None:
    agent = floor.agents.get(event.agent)
    if agent is None or agent.leaving or not event.extension:
        return
    seated = floor.seats.get(event.extension)
    if seated is not None and seated is not agent:
        floor.log_out(seated, now)
    floor.sit(agent, event.extension, now)
    floor.move(agent, Happening.LOGGED_IN, now)
    _set_reachable(floor, event.extension, event.reachable, now)


def _logged_out(floor: Floor, event: events.AgentLoggedOut, now: float) -> None:
    agent = floor.agents.get(event.agent)
    if agent is not None:
        floor.log_out(agent, now)


def _break_started(floor: Floor, event: events.BreakStarted, now: float) -> None:
    agent = floor.agents.get(event.agent)
    if agent is not None:
        agent.reason = event.reason
        _move_and_withdraw(floor, agent, Happening.BREAK_STARTED, now)


def _break_ended(floor: Floor, event: events.BreakEnded, now: float) -> None:
    agent = floor.agents.get(event.agent)
    if agent is not None:
        _move_and_withdraw(floor, agent, Happening.BREAK_ENDED, now)


def _move_and_withdraw(floor: Floor, agent: Agent, happening: Happening, now: float) -> None:
    floor.move(agent, happening, now)
    floor.withdraw_if_idle(agent, now)
    floor.refresh(agent, now)


def _phone_reachable(floor: Floor, event: events.PhoneReachable, now: float) -> None:
    _set_reachable(floor, event.extension, event.reachable, now)


def _set_reachable(floor: Floor, extension: str, reachable: bool, now: float) -> None:
    floor.phones.setdefault(extension, Phone()).reachable = reachable
    if not reachable:
        floor.withdraw_from_phone(extension, AlertOutcome.UNREACHABLE, now)
    floor.refresh_phone(extension, now)


def _phone_busy(floor: Floor, event: events.PhoneBusy, now: float) -> None:
    floor.phones.setdefault(event.extension, Phone()).busy = event.busy
    if event.busy:
        floor.withdraw_from_phone(event.extension, AlertOutcome.BUSY, now)
    floor.refresh_phone(event.extension, now)


def _alert_rang(floor: Floor, event: events.AlertRang, now: float) -> None:
    alert = floor.alerts.get(event.alert)
    if alert is not None:
        floor.alert_rang(alert, now)


def _alert_answered(floor: Floor, event: events.AlertAnswered, now: float) -> None:
    alert = floor.alerts.get(event.alert)
    if alert is not None:
        floor.connect(alert, now)
    else:
        floor.effects.append(StopAlert(event.alert, floor.ended.get(event.alert, AlertOutcome.WITHDRAWN)))


def _alert_failed(floor: Floor, event: events.AlertFailed, now: float) -> None:
    alert = floor.alerts.get(event.alert)
    if alert is not None:
        floor.alert_failed(alert, event.outcome, now)


def _talk_ended(floor: Floor, event: events.TalkEnded, now: float) -> None:
    alert = floor.alerts.get(event.alert)
    if alert is not None:
        floor.end_talk(alert, now)


def _reconfigured(floor: Floor, event: events.Reconfigured, now: float) -> None:
    apply_settings(floor, event.settings, now)


def _counts_loaded(floor: Floor, event: events.CountsLoaded, now: float) -> None:
    load_counts(floor, event.calls_today, now)


def _time_passed(floor: Floor, event: events.TimePassed, now: float) -> None:
    """What is due follows in every step."""


# The key's type is that of the function's second parameter; a dict cannot say so to the type checker.
HAPPENED: dict[type[Any], Callable[[Floor, Any, float], None]] = {
    events.CallerJoined: _caller_joined,
    events.CallerLeft: _caller_left,
    events.AgentLoggedIn: _logged_in,
    events.AgentLoggedOut: _logged_out,
    events.BreakStarted: _break_started,
    events.BreakEnded: _break_ended,
    events.PhoneReachable: _phone_reachable,
    events.PhoneBusy: _phone_busy,
    events.AlertRang: _alert_rang,
    events.AlertAnswered: _alert_answered,
    events.AlertFailed: _alert_failed,
    events.TalkEnded: _talk_ended,
    events.Reconfigured: _reconfigured,
    events.CountsLoaded: _counts_loaded,
    events.TimePassed: _time_passed,
}


# What is due, one function each. The key is taken out already.


def _alert_due(floor: Floor, key: Any, now: float) -> None:
    alert = floor.alerts[key[1]]
    rang = alert.state is AlertState.RINGING
    floor.withdraw(alert, AlertOutcome.NO_ANSWER if rang else AlertOutcome.WITHDRAWN, now)


def _wrap_up_due(floor: Floor, key: Any, now: float) -> None:
    agent = floor.agents[key[1]]
    floor.move(agent, Happening.WRAP_UP_ENDED, now)
    floor.refresh(agent, now)


def _rest_due(floor: Floor, key: Any, now: float) -> None:
    agent = floor.agents[key[1]]
    agent.rest_until = None
    floor.refresh(agent, now)


def _skip_due(floor: Floor, key: Any, now: float) -> None:
    caller = floor.callers[key[1]]
    del caller.skips[key[2]]
    floor.changed_callers[caller.id] = caller


def _max_wait_due(floor: Floor, key: Any, now: float) -> None:
    caller = floor.callers[key[1]]
    # While a phone rings for them the caller stays; `Floor` lets them go if nobody answers it.
    if caller.alert is None:
        floor.release(caller, LeaveReason.TIMED_OUT, now)


DUE: dict[Due, Callable[[Floor, Any, float], None]] = {
    Due.ALERT: _alert_due,
    Due.WRAP_UP: _wrap_up_due,
    Due.REST: _rest_due,
    Due.SKIP: _skip_due,
    Due.MAX_WAIT: _max_wait_due,
}
