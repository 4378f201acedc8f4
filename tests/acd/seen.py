"""What an independent eye has seen of the centre, from events and effects alone, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.centre import Centre
from acd.effects import StartAlert
from acd.settings import AgentSettings, CentreSettings, Counted, Need, QueueSettings, Strategy
from acd.words import Activity, AgentName, AlertId, CallerId, Presence, QueueName
from tests.acd.sites import NAMES, SITES


@dataclass
class Waiting:
    """A caller in a queue."""

    queue: QueueName
    priority: int
    born: int
    joined_at: float
    last: AgentName | None
    named: AgentName | None = None
    need: Need | None = None
    held: AgentName | None = None
    held_until: float = 0.0
    began_at: float | None = None
    """When the first phone rang."""
    settled: bool = True
    """No reload since."""


@dataclass
class Seat:
    """An agent."""

    extension: str = ""
    presence: Presence = Presence.LOGGED_OUT
    activity: Activity = Activity.IDLE
    calls: int = 0
    ever: int = 0
    talk_s: float = 0.0
    by_queue: dict[QueueName, int] = field(default_factory=dict)
    turns: dict[QueueName, int] = field(default_factory=dict)
    idle_since: float = 0.0
    rest_until: float = 0.0

    def count(self, taken: int, ever: int) -> None:
        self.calls, self.ever, self.talk_s = taken, ever, 0.0
        self.by_queue.clear()
        self.turns.clear()


@dataclass
class Seen:
    """Everything seen so far, and plain answers to what is so now."""

    now: float = 100.0
    site: CentreSettings = SITES[0]
    waiting: dict[CallerId, Waiting] = field(default_factory=dict)
    ringing: dict[AlertId, StartAlert] = field(default_factory=dict)
    rung: dict[AlertId, float] = field(default_factory=dict)
    started: dict[AlertId, float] = field(default_factory=dict)
    talking: dict[AlertId, StartAlert] = field(default_factory=dict)
    since: dict[AlertId, float] = field(default_factory=dict)
    joined: int = 0
    out: int = 0
    over: set[AlertId] = field(default_factory=set)
    seats: dict[AgentName, Seat] = field(default_factory=lambda: {name: Seat() for name in NAMES})
    reachable: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    skips: dict[tuple[CallerId, AgentName], float] = field(default_factory=dict)
    positions: dict[CallerId, int] = field(default_factory=dict)
    owing: dict[AgentName, CallerId | None] = field(default_factory=dict)
    """Who owes the disposition of which caller."""
    births: int = 0

    def __post_init__(self) -> None:
        self.centre = Centre(self.site)

    def _queue(self, name: QueueName) -> QueueSettings | None:
        return next((known for known in self.site.queues if known.name == name), None)

    def _agent(self, name: AgentName) -> AgentSettings:
        return next(known for known in self.site.agents if known.name == name)

    def _members(self, queue: QueueName) -> set[AgentName]:
        return {known.name for known in self.site.agents if queue in known.queues}

    def _required(self, queue: QueueName) -> bool:
        return any(known.name == queue and known.after_call.required for known in self.site.queues)

    def _full(self, name: AgentName) -> bool:
        most = next((known.max_calls for known in self.site.agents if known.name == name), None)
        return most is not None and self.seats[name].calls >= most

    def _choosable(self, name: AgentName) -> bool:
        seat = self.seats[name]
        engaged = {*self.ringing.values(), *self.talking.values()}
        return (
            seat.presence is Presence.AVAILABLE
            and seat.activity is Activity.IDLE
            and seat.extension in self.reachable
            and seat.extension not in self.busy
            and seat.rest_until <= self.now
            and not self._full(name)
            and not any(other.agent == name or other.extension == seat.extension for other in engaged)
        )

    def _admits(self, caller: Waiting, name: AgentName) -> bool:
        """Whether what is asked by now lets this agent have the call, not minding whom the caller waits for."""
        settings = self._queue(caller.queue)
        if settings is None or name not in self._members(caller.queue):
            return False
        need, own = settings.need, True
        for relaxed in settings.relax:
            if self.now - caller.joined_at >= relaxed.after_s - 1e-9:
                need, own = relaxed.need, relaxed.own
        skills = self._agent(name).skills
        return all(one.admits(skills) for one in (need, caller.need if own else None) if one is not None)

    def _could(self, caller: CallerId, name: AgentName) -> bool:
        waiting = self.waiting[caller]
        if waiting.held is not None and waiting.held_until > self.now and waiting.held != name:
            return False
        return self._admits(waiting, name) and self.skips.get((caller, name), 0.0) <= self.now

    def _room(self, settings: QueueSettings) -> int:
        if settings.max_talking is None:
            return 1000
        rung = {start.caller for start in self.ringing.values() if start.queue == settings.name}
        return settings.max_talking - len(rung) - sum(talk.queue == settings.name for talk in self.talking.values())

    def _reach(self, caller: Waiting, settings: QueueSettings) -> int:
        if settings.strategy is Strategy.RING_ALL:
            return settings.ring_most
        if settings.strategy is not Strategy.PROGRESSIVE or caller.began_at is None:
            return 1
        return min(settings.ring_most, 1 + int((self.now - caller.began_at) / settings.ring_more_s + 1e-9))

    def _rank(self, caller: CallerId) -> tuple[float, int]:
        waiting = self.waiting[caller]
        settings = self._queue(waiting.queue)
        points = waiting.priority + (settings.weight if settings is not None else 0.0)
        return waiting.joined_at * self.site.ageing / 60 - points, waiting.born

    def _first(self, caller: CallerId) -> StartAlert:
        return next(start for start in self.ringing.values() if start.caller == caller)

    def _idle_callers(self) -> list[CallerId]:
        """Those for whom no phone rings, though their queue might have one ring."""
        alerting = {start.caller for start in self.ringing.values()}
        queues = {known.name: known for known in self.site.queues}
        return [
            name
            for name, caller in self.waiting.items()
            if name not in alerting and self._room(queues[caller.queue]) > 0
        ]

    def _worth(self, name: AgentName, caller: Waiting, settings: QueueSettings) -> tuple[float, float]:
        """The lower the better, by tier and strategy; who is idle for longest is not told here."""
        seat, known = self.seats[name], self._agent(name)
        calls = {
            Counted.DAY: seat.calls,
            Counted.QUEUE: seat.by_queue.get(settings.name, 0),
            Counted.ALL: seat.ever,
        }[settings.counted]
        need = caller.need or settings.need
        match settings.strategy:
            case Strategy.FEWEST_CALLS:
                worth = float(calls)
            case Strategy.WEIGHTED:
                worth = calls / known.weight
            case Strategy.LEAST_TALK_TIME:
                worth = seat.talk_s
            case Strategy.LONGEST_IDLE:
                worth = seat.idle_since
            case Strategy.ROUND_ROBIN:
                worth = float(seat.turns.get(settings.name, 0))
            case Strategy.SKILL_LEVEL:
                worth = -float(sum(known.skills.get(skill, 0) for skill in need.names) if need else 0)
            case Strategy.RANDOM:
                worth = 0.0
            case _:
                worth = float([each.name for each in self.site.agents].index(name))
        return known.tiers.get(settings.name, 1), worth
