"""What queues and agents are set to: how a site wants its calls given out.

Times in seconds. Pure. Deliberately absent: YAML and its defaults in words (apps).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from acd.door import Door
from acd.words import AgentName, QueueName

AGEING = 1.0
"""Points a minute: who waits a minute longer is worth a point of priority more."""
HANDLING_S = 180.0
"""How long an agent has to do with a call, as long as a queue has had none."""
RING_MOST = 50
"""Phones that ring for one caller at once, at most."""


class Strategy(Enum):
    """Which of the free agents is first. An agent's tier comes before it, the last agent before that."""

    FEWEST_CALLS = "fewest_calls"
    LEAST_TALK_TIME = "least_talk_time"
    LONGEST_IDLE = "longest_idle"
    ROUND_ROBIN = "round_robin"
    RANDOM = "random"
    WEIGHTED = "weighted"
    """Fewest calls for the agent's weight: weight 2 takes two calls where weight 1 takes one."""
    LINEAR = "linear"
    SKILL_LEVEL = "skill_level"
    """The highest sum of levels in the skills that the caller, or else the queue, asks for."""
    RING_ALL = "ring_all"
    PROGRESSIVE = "progressive"
    """Rings one, then more and more."""

    @property
    def rings_many(self) -> bool:
        """Whether several phones may ring for one caller."""
        return self in (Strategy.RING_ALL, Strategy.PROGRESSIVE)


class Counted(Enum):
    """The calls that "fewest calls" counts."""

    DAY = "day"
    """Today's, of all queues."""
    QUEUE = "queue"
    """Today's, of this queue."""
    ALL = "all"
    """All that the books know, of all queues."""


Attributes = Mapping[str, str | int]
"""What a need is asked of: an agent's skills by name, `tier` in the queue, `agent` for the name."""


class Need(Protocol):
    """What an agent must be for a caller. Two with the same text admit the same agents."""

    @property
    def text(self) -> str:
        """As written; for sentences."""

    @property
    def names(self) -> Collection[str]:
        """What it asks for."""

    def admits(self, agent: Attributes) -> bool:
        """Whether such an agent will do. Never raises."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """From `after_s` of waiting on, the queue is content with this."""

    after_s: float
    need: Need | None
    """None: any agent of the queue."""
    own: bool = True
    """Whether what the caller brought (`CallerJoined.need`) still holds."""


@dataclass(frozen=True, slots=True)
class WrapUpRules:
    """What a queue wants of an agent after a talk. Times in seconds, from the end of the talk."""

    extend_s: float = 60.0
    """By how much an agent extends the wrap-up, when nothing else is said."""
    longest_s: float = 600.0
    """However often it is extended."""
    codes: tuple[str, ...] = ()
    """Dispositions that may be given."""
    required: bool = False
    """One must be."""
    within_s: float = 120.0
    """An agent who owes one wraps up so long at least; then it is booked as not given."""


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """One queue."""

    name: QueueName
    strategy: Strategy = Strategy.FEWEST_CALLS
    counted: Counted = Counted.DAY
    ring_s: float = 20.0
    """How long an agent's phone rings for one alert."""
    ring_more_s: float = 5.0
    """PROGRESSIVE: a further phone rings after each so many seconds."""
    ring_most: int = RING_MOST
    skip_s: float = 30.0
    """How long an agent who did not answer, or declined, is passed over for that same caller."""
    wrap_up_s: float = 10.0
    after_call: WrapUpRules = WrapUpRules()
    max_wait_s: float | None = None
    """None: callers wait for ever."""
    max_callers: int | None = None
    max_talking: int | None = None
    """Calls that ring at an agent or talk with one at once; None: as many as there are agents."""
    keep_without_agents: bool = False
    """True: callers wait even when nobody is logged in."""
    last_agent: bool = True
    """Give a returning caller to the agent who last served them, if that agent is free."""
    last_agent_wait_s: float = 0.0
    """How long a returning caller waits for that agent alone, who is logged in and on no break."""
    weight: float = 0.0
    """Points that each caller of this queue has before those of others."""
    need: Need | None = None
    relax: tuple[Relaxation, ...] = ()
    """By `after_s`, rising."""
    enter: tuple[Door, ...] = ()
    """Who meets one that is shut is turned away."""
    leave: tuple[Door, ...] = ()
    """Who waits and meets one that is shut is sent on; looked at once a second."""
    handling_s: float = HANDLING_S
    """From the first ring to the end of the wrap-up; until the queue's own calls say better."""


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """One agent."""

    name: AgentName
    queues: tuple[QueueName, ...]
    wrap_up_s: float | None = None
    """None: the queue's own."""
    skills: Mapping[str, int] = field(default_factory=dict)
    """Skill → level, 1 to 10."""
    tiers: Mapping[QueueName, int] = field(default_factory=dict)
    """Queue → tier; 1 where not named. A higher tier is chosen only when no agent of a lower one is free."""
    weight: float = 1.0
    max_calls: int | None = None
    """Calls a day; None: no limit."""


@dataclass(frozen=True, slots=True)
class CentreSettings:
    """All queues and agents; names unique, every queue that an agent names exists."""

    queues: tuple[QueueSettings, ...] = ()
    agents: tuple[AgentSettings, ...] = ()
    ageing: float = AGEING
    """Points of priority that a minute of waiting is worth; 0: priority is never made up for."""
