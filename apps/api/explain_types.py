"""Why a caller waits and why an agent is given no call, as the socket API gives it.

What holds for every record is said in types.py.
Deliberately absent: how any of it is found out.
"""

from __future__ import annotations

from msgspec import Struct

from apps.api.instants import At


class AgentVerdict(Struct, frozen=True):
    """What stands for or against one agent for one caller, in the order of preference."""

    agent: str
    chosen: bool
    why: str
    calls_today: int = 0
    idle_ms: int = 0
    change: str = ""
    """What would have to happen for the agent to be given this caller."""


class CallerAhead(Struct, frozen=True):
    """Somebody served before, and why."""

    call_id: str
    number: str
    why: str
    wait_ms: int = 0


class PassedOver(Struct, frozen=True):
    """An agent who was not chosen when another was."""

    agent: str
    why: str
    change: str = ""


class CallerPassed(Struct, frozen=True):
    """A caller who was ahead and could not be given the agent who was chosen."""

    call_id: str
    why: str


class DecisionInfo(Struct, frozen=True):
    """One choice of an agent for a caller, out of the books."""

    at: At
    """When the agent's phone was called."""
    queue: str
    agent: str
    outcome: str
    """answered, or how ringing ended."""
    why: str
    passed: list[PassedOver] = []
    """The first few who were logged in and could not be chosen."""
    more: int = 0
    """How many others."""
    ahead: list[CallerPassed] = []


class ExitInfo(Struct, frozen=True):
    """A condition of a queue that sent the caller away."""

    at: At
    queue: str
    reason: str
    """turned away (on joining) or overflow (while waiting)."""
    why: str
    """The condition, and what the facts were."""


class Explanation(Struct, frozen=True):
    """Why a caller waits, or why they were given to this agent."""

    call_id: str
    queue: str
    summary: str
    """One sentence."""
    position: int = 0
    wait_ms: int = 0
    points: float = 0.0
    """Of the caller's claim: priority, the queue's weight, and the wait."""
    ahead: list[CallerAhead] = []
    agents: list[AgentVerdict] = []
    decisions: list[DecisionInfo] = []
    """What was decided for this call so far, oldest first."""
    exits: list[ExitInfo] = []
    """Queues that it was turned away from, or sent on from, oldest first."""


class AgentInQueue(Struct, frozen=True):
    """An agent's standing in a queue."""

    queue: str
    tier: int = 1
    place: int = 0
    """Among the free agents, from 1; 0: not free."""
    free: int = 0
    """Free agents of the queue."""
    waiting: int = 0
    """Callers for whom no phone rings."""
    why: str = ""
    """What the strategy says of who is first."""


class CallerVerdict(Struct, frozen=True):
    """A waiting caller who is not given to the agent, and why."""

    call_id: str
    number: str
    queue: str
    position: int
    why: str
    change: str = ""


class AgentExplanation(Struct, frozen=True):
    """Why an agent is given no call."""

    agent: str
    summary: str
    """One sentence."""
    change: str = ""
    """What would have to happen first."""
    queues: list[AgentInQueue] = []
    callers: list[CallerVerdict] = []
    """The first of those who wait in the agent's queues, by their claims."""
    decisions: list[DecisionInfo] = []
    """The last calls the agent was chosen for, newest first."""
