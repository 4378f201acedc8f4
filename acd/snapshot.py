"""The floor's figures at one moment, for the API, the CLI and the wallboard.

Time: `now` and `since` in seconds, monotonic. Pure; reads the floor, changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from acd.agent import Agent
from acd.caller import CallerState
from acd.expected import expected_s
from acd.floor import Floor
from acd.queue import Queue
from acd.words import Activity, AgentName, CallerId, Presence, QueueName


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue."""

    name: QueueName
    waiting: int
    """Callers in the line, also those an agent rings for."""
    alerting: int
    """Those of them that an agent rings for."""
    talking: int
    longest_s: float
    """How long the one who joined first has waited; 0 when nobody waits."""
    logged_in: int
    on_break: int
    """Those of them who are on a break."""
    free: int
    open: bool = True
    """By its opening hours, or by force."""
    handling_s: float = 0.0
    """How long an agent has to do with a call."""
    error_s: float | None = None
    """How far off the last predictions were; None: none was put to the test yet."""
    bias_s: float = 0.0
    """By how much callers waited longer than predicted."""


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent."""

    name: AgentName
    presence: Presence
    activity: Activity
    since: float
    """When presence or activity last changed."""
    reason: str
    extension: str
    """Empty when logged out."""
    reachable: bool
    calls_today: int
    queues: tuple[QueueName, ...]
    caller: CallerId | None
    queue: QueueName | None
    wrap_up_left_s: float
    break_left_s: float | None = None
    """Until the break should end; negative when it should have, None without a limit."""
    codes: tuple[str, ...] = ()
    """Dispositions that may be given now."""
    disposition: str = ""
    """What was given for this talk."""
    owed: bool = False
    """One is required and was not given."""


@dataclass(frozen=True, slots=True)
class CallerView:
    """One caller in a line."""

    caller: CallerId
    number: str
    position: int
    priority: int
    waited_s: float
    state: CallerState
    agents: tuple[AgentName, ...]
    """Who is being rung."""
    last_agent: AgentName | None
    """Who served the caller last."""
    expected_s: float | None = None
    """How long they have still to wait."""


@dataclass(frozen=True, slots=True)
class CentreSnapshot:
    queues: tuple[QueueView, ...]
    agents: tuple[AgentView, ...]


def snapshot(floor: Floor, now: float) -> CentreSnapshot:
    """Every queue and agent, in the order of the settings."""
    queues = tuple(queue_view(floor, queue, now) for queue in floor.queues.values())
    return CentreSnapshot(queues, tuple(agent_view(floor, agent, now) for agent in floor.agents.values()))


def queue_view(floor: Floor, queue: Queue, now: float) -> QueueView:
    """One queue."""
    return QueueView(
        name=queue.name,
        waiting=len(queue.line),
        alerting=queue.alerting,
        talking=queue.talking,
        longest_s=now - min(caller.joined_at for _, _, caller in queue.line) if queue.line else 0.0,
        logged_in=len(queue.staff),
        on_break=sum(floor.agents[name].presence is Presence.ON_BREAK for name in queue.staff),
        free=len(queue.free),
        open=bool(floor.surroundings.facts(queue.name).get("open", True)),
        handling_s=queue.outlook.handling.value,
        error_s=queue.outlook.error.value if queue.outlook.error.count else None,
        bias_s=queue.outlook.bias.value,
    )


def agent_view(floor: Floor, agent: Agent, now: float) -> AgentView:
    """One agent."""
    phone = floor.phones.get(agent.extension)
    return AgentView(
        name=agent.name,
        presence=agent.presence,
        activity=agent.activity,
        since=agent.since,
        reason=agent.reason,
        extension=agent.extension,
        reachable=phone is not None and phone.reachable,
        calls_today=agent.counts.today,
        queues=agent.settings.queues,
        caller=agent.caller,
        queue=agent.queue,
        wrap_up_left_s=0.0 if agent.wrap_up_until is None else max(0.0, agent.wrap_up_until - now),
        break_left_s=None if agent.break_until is None else agent.break_until - now,
        codes=agent.wrap_up.rules.codes if agent.wrap_up is not None else (),
        disposition=agent.wrap_up.given if agent.wrap_up is not None else "",
        owed=agent.wrap_up is not None and agent.wrap_up.owed,
    )


def callers_of(floor: Floor, name: QueueName, now: float) -> tuple[CallerView, ...]:
    """A queue's line, first to last."""
    queue = floor.queues.get(name)
    if queue is None:
        return ()
    views = []
    for position, (_, _, caller) in enumerate(queue.line, 1):
        views.append(
            CallerView(
                caller=caller.id,
                number=caller.number,
                position=position,
                priority=caller.priority,
                waited_s=now - caller.joined_at,
                state=caller.state,
                agents=tuple(floor.alerts[alert].agent for alert in caller.alerts),
                last_agent=caller.last_agent,
                expected_s=expected_s(floor, queue, caller),
            )
        )
    return tuple(views)
