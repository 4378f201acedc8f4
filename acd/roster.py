"""The roster: agents and the phones they sit at, and what follows whenever one of them changes.

All writing of agents and phones is here, so what must stay true together stays true: whoever is choosable stands
among the free of each of their queues, whoever is logged in is counted by them, and the books are told.

Time: `now` in seconds, monotonic. Pure.
Deliberately absent: callers and alerts (floor.py), which event leads to which move (centre.py).
"""

from __future__ import annotations

from acd import wrap_up
from acd.agent import Agent, Happening
from acd.counts import Counts
from acd.effects import BookAgent, Effect
from acd.order import free_entry, place_free, take_free
from acd.phone import Phone
from acd.queue import Queue
from acd.wait import Deadlines, Due
from acd.words import Activity, AgentName, CallerId, Presence, QueueName


class Roster:
    """Agents, phones, and the free lists of the queues."""

    def __init__(self) -> None:
        self.queues: dict[QueueName, Queue] = {}
        self.agents: dict[AgentName, Agent] = {}
        self.phones: dict[str, Phone] = {}
        """By extension; those of which something is known."""
        self.seats: dict[str, Agent] = {}
        """Who is logged in on an extension."""
        self.counts: dict[AgentName, Counts] = {}
        """What agents took who are not in the settings now: they may come back before the day is over."""
        self.deadlines = Deadlines()
        self.effects: list[Effect] = []
        """What this step wants done, so far."""
        self.changed_agents: dict[AgentName, Agent] = {}
        """Agents who became choosable, for the matching."""
        self.deserted: set[QueueName] = set()
        """Queues whose last agent logged out."""
        self.disappointed: dict[CallerId, None] = {}
        """Callers who waited for one agent alone, who has gone."""
        self._idlers = 0

    def move(self, agent: Agent, happening: Happening, now: float) -> None:
        """Move an agent's two axes; `refresh` must follow. Idle time begins when work ends, not when ringing does."""
        before = (agent.presence, agent.activity)
        agent.happen(happening, now)
        after = (agent.presence, agent.activity)
        rang = before[1] in (Activity.RESERVED, Activity.RINGING)
        if after == (Presence.AVAILABLE, Activity.IDLE) != before and not rang:
            self.idle_from(agent, now)

    def idle_from(self, agent: Agent, now: float) -> None:
        """The agent counts as idle since now: last among those with equally many calls."""
        self._idlers += 1
        agent.idle_since, agent.idle_order = now, self._idlers

    def wrap_up_until(self, agent: Agent, until: float) -> None:
        """The agent's wrap-up ends then."""
        agent.wrap_up_until = until
        self.deadlines.set((Due.WRAP_UP, agent.name), until)

    def break_until(self, agent: Agent, until: float | None) -> None:
        """The agent's break should end then; None: whenever."""
        agent.break_until, agent.overdue = until, False
        if until is None:
            self.deadlines.drop((Due.BREAK, agent.name))
        else:
            self.deadlines.set((Due.BREAK, agent.name), until)

    def rest(self, agent: Agent, until: float) -> None:
        """The agent is not chosen before then."""
        agent.rest_until = until
        self.deadlines.set((Due.REST, agent.name), until)

    def refresh(self, agent: Agent, now: float) -> None:
        """Draw the consequences of whatever changed an agent: other calls, staff, free lists, books."""
        phone = self.phones.get(agent.extension)
        elsewhere = phone is not None and phone.elsewhere(agent.alert)
        self.move(agent, Happening.OTHER_BEGAN if elsewhere else Happening.OTHER_ENDED, now)
        if agent.presence is not Presence.ON_BREAK:
            agent.reason = ""
            self.break_until(agent, None)
        wrap_up.settle(self, agent, now)
        if agent.activity is not Activity.WRAPPING_UP and agent.wrap_up_until is not None:
            agent.wrap_up_until = None
            self.deadlines.drop((Due.WRAP_UP, agent.name))
        if agent.activity in (Activity.IDLE, Activity.OTHER_CALL):
            agent.caller = agent.queue = None
            if agent.presence is Presence.LOGGED_OUT:
                agent.extension = ""
        if agent.awaited_by and (agent.full or agent.presence is not Presence.AVAILABLE):
            self.disappointed.update(agent.awaited_by)
            agent.awaited_by.clear()
        at_work = agent.presence is Presence.AVAILABLE and not agent.full
        if at_work != agent.at_work:
            agent.at_work = at_work
            for name in (*agent.staffs, *agent.settings.queues):
                if name in self.queues:
                    self.queues[name].outlook.at_work.clear()
        self._staff(agent)
        self._list(agent, phone, now)
        self._book(agent)
        if agent.leaving and agent.activity is Activity.IDLE:
            self.deadlines.drop((Due.REST, agent.name))
            self.agents.pop(agent.name, None)  # a withdrawn alert may have come here before
            self.counts[agent.name] = agent.counts

    def refresh_phone(self, extension: str, now: float, *more: Agent) -> None:
        """Refresh whoever sits at a phone, and `more`; forget the phone if nothing is known of it."""
        seated = self.seats.get(extension)
        if seated is not None:
            self.refresh(seated, now)
        for agent in more:
            if agent is not seated:
                self.refresh(agent, now)
        phone = self.phones.get(extension)
        if phone is not None and phone.forgettable:
            del self.phones[extension]

    def _staff(self, agent: Agent) -> None:
        staffs = () if agent.presence is Presence.LOGGED_OUT else agent.settings.queues
        if staffs == agent.staffs:
            return
        for name in agent.staffs:
            queue = self.queues.get(name)
            if queue is not None and name not in staffs:
                queue.staff.pop(agent.name, None)
                if not queue.staff:
                    self.deserted.add(name)
        for name in staffs:
            if name in self.queues:
                self.queues[name].staff[agent.name] = None
        agent.staffs = staffs

    def _list(self, agent: Agent, phone: Phone | None, now: float) -> None:
        choosable = (
            agent.presence is Presence.AVAILABLE
            and agent.activity is Activity.IDLE
            and phone is not None
            and phone.reachable
            and (agent.rest_until is None or agent.rest_until <= now)
            and not agent.full
        )
        if choosable == agent.choosable:
            return
        if agent.choosable:
            self.unlist(agent)
            return
        agent.choosable = True
        for name in agent.settings.queues:
            queue = self.queues.get(name)
            if queue is not None:
                entry = agent.entries[name] = free_entry(agent, queue)
                place_free(queue.free, entry)
        self.changed_agents[agent.name] = agent

    def unlist(self, agent: Agent) -> None:
        """Take the agent from all free lists."""
        for name, entry in agent.entries.items():
            queue = self.queues.get(name)
            if queue is not None:
                take_free(queue.free, entry)
        agent.choosable = False
        agent.entries.clear()
        self.changed_agents.pop(agent.name, None)

    def _book(self, agent: Agent) -> None:
        state = (
            agent.presence,
            agent.activity,
            agent.reason,
            agent.extension,
            agent.caller,
            agent.wrap_up_until,
            agent.break_until,
            agent.overdue,
        )
        if state != agent.booked:
            agent.booked = state
            self.effects.append(BookAgent(agent.name, *state))
