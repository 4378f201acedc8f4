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
from random import Random
from typing import Any

from acd import agent_events, alert_events, caller_events, events
from acd.alert import AlertState
from acd.assign import assign
from acd.effects import Effect
from acd.expected import expected_s
from acd.explain import Explanation, explain, points_of
from acd.explain_agent import AgentExplanation, explain_agent
from acd.facts import Surroundings
from acd.floor import Floor
from acd.reload import apply_settings, load_counts, new_day
from acd.restore import Restored, restore
from acd.settings import CentreSettings
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
from acd.words import AgentName, CallerId, LeaveReason, QueueName


class Centre:
    """All queues and agents of a site. `now`: since when its agents are what they are, logged out."""

    def __init__(self, settings: CentreSettings, now: float = 0.0, dice: Random | None = None) -> None:
        """`dice`: what `Strategy.RANDOM` is decided by; None: a die of fixed seed."""
        self._floor = Floor()
        self._dice = dice if dice is not None else Random(0)
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

    def surrounded_by(self, surroundings: Surroundings) -> None:
        """Ask this of wall clock and opening hours, from now on."""
        self._floor.surroundings = surroundings

    def expected_s(self, caller: CallerId) -> float | None:
        """How long the caller has still to wait; None when not in a queue, or nobody is at work."""
        waiting = self._floor.callers.get(caller)
        return None if waiting is None else expected_s(self._floor, self._floor.queues[waiting.queue], waiting)

    def position(self, caller: CallerId) -> int | None:
        """The caller's place in their queue, from 1; None when not in a queue."""
        waiting = self._floor.callers.get(caller)
        return None if waiting is None else self._floor.position(waiting)

    def points(self, caller: CallerId, now: float) -> float:
        """The points of a waiting caller's claim; 0 when not in a queue."""
        waiting = self._floor.callers.get(caller)
        return 0.0 if waiting is None else points_of(self._floor, waiting, now)

    def explain(self, caller: CallerId, now: float) -> Explanation:
        """Why this caller is where they are: who is ahead, and for each agent why not."""
        return explain(self._floor, caller, now)

    def explain_agent(self, agent: AgentName, now: float) -> AgentExplanation:
        """Why this agent is given no call: what keeps them from any, and from each who waits."""
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
        floor.let_disappointed_go(now)
        # Those who changed are noted until they are matched; what is left over could not be.
        matches = assign(floor, now, self._dice)
        floor.changed_callers.clear()
        floor.changed_agents.clear()
        floor.roomy.clear()
        for match in matches:
            floor.start_alert(match, now)
        floor.tell_positions()
        return floor.effects

    def __repr__(self) -> str:
        floor = self._floor
        talking = sum(alert.state is AlertState.TALKING for alert in floor.alerts.values())
        free = sum(agent.choosable for agent in floor.agents.values())
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


def _reconfigured(floor: Floor, event: events.Reconfigured, now: float) -> None:
    apply_settings(floor, event.settings, now)


def _counts_loaded(floor: Floor, event: events.CountsLoaded, now: float) -> None:
    load_counts(floor, event.taken, now)


def _day_began(floor: Floor, event: events.DayBegan, now: float) -> None:
    new_day(floor, now)


def _time_passed(floor: Floor, event: events.TimePassed, now: float) -> None:
    """What is due follows in every step."""


# What happened and what is due: by subject, and what is about the whole centre.
HAPPENED: dict[type[Any], Callable[[Floor, Any, float], None]] = {
    **caller_events.HAPPENED,
    **agent_events.HAPPENED,
    **alert_events.HAPPENED,
    events.Reconfigured: _reconfigured,
    events.CountsLoaded: _counts_loaded,
    events.DayBegan: _day_began,
    events.TimePassed: _time_passed,
}
DUE: dict[Due, Callable[[Floor, Any, float], None]] = {**caller_events.DUE, **agent_events.DUE, **alert_events.DUE}
