"""A small call centre for tests: a clock that moves when told, and effects by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from acd.centre import Centre
from acd.door import Facts
from acd.effects import Effect
from acd.events import (
    AgentLoggedIn,
    AlertAnswered,
    AlertRang,
    CallerJoined,
    Event,
    TalkEnded,
    TimePassed,
)
from acd.settings import AgentSettings, Attributes, CentreSettings, QueueSettings
from acd.snapshot import AgentView
from acd.words import AgentName, AlertId, CallerId, QueueName

T = TypeVar("T", bound=Effect)


@dataclass(frozen=True)
class Least:
    """A need: so much of one skill."""

    skill: str
    level: int

    @property
    def text(self) -> str:
        return f"{self.skill} >= {self.level}"

    @property
    def names(self) -> frozenset[str]:
        return frozenset((self.skill,))

    def admits(self, agent: Attributes) -> bool:
        return int(agent.get(self.skill, 0)) >= self.level


@dataclass(frozen=True)
class Over:
    """A condition: more of a fact than so much."""

    fact: str
    limit: float

    @property
    def text(self) -> str:
        return f"{self.fact} > {self.limit}"

    @property
    def names(self) -> frozenset[str]:
        return frozenset((self.fact,))

    def holds(self, facts: Facts) -> bool:
        value = facts.get(self.fact)
        return isinstance(value, int | float) and value > self.limit


def queue(name: str, **more: Any) -> QueueSettings:
    return QueueSettings(QueueName(name), **more)


def agent(name: str, *queues: str, **more: Any) -> AgentSettings:
    return AgentSettings(AgentName(name), tuple(QueueName(q) for q in queues), **more)


SETTINGS = CentreSettings(
    (queue("sales"), queue("service")),
    (agent("alice", "sales", "service"), agent("bob", "sales"), agent("carol", "service")),
)
ALICE, BOB, CAROL = AgentName("alice"), AgentName("bob"), AgentName("carol")
ONE = CentreSettings((queue("sales"),), (agent("alice", "sales"), agent("bob", "sales"), agent("carol", "sales")))
"""One queue, three agents."""
EXTENSIONS = {"alice": "2001", "bob": "2002", "carol": "2003", "dave": "2004"}


class House:
    """A centre with a clock, and everything it ever wanted done."""

    def __init__(self, settings: CentreSettings = SETTINGS, *, log_in: str = "") -> None:
        self.centre = Centre(settings)
        self.now = 1000.0
        self.done: list[Effect] = []
        self.last: list[Effect] = []
        for name in log_in.split():
            self.log_in(name)

    def step(self, event: Event) -> list[Effect]:
        self.last = self.centre.step(event, self.now)
        self.done += self.last
        return self.last

    def wait(self, seconds: float) -> list[Effect]:
        """Let time pass, stopping at each deadline as the shell does."""
        end = self.now + seconds
        gathered: list[Effect] = []
        while (due := self.centre.next_deadline()) is not None and due <= end:
            self.now = max(due, self.now)
            gathered += self.step(TimePassed())
        self.now = end
        self.last = gathered
        return gathered

    def log_in(self, name: str, extension: str = "", reachable: bool = True) -> list[Effect]:
        self.now += 1
        return self.step(AgentLoggedIn(AgentName(name), extension or EXTENSIONS[name], reachable))

    def join(self, caller: str, queue: str = "sales", **more: Any) -> list[Effect]:
        return self.step(CallerJoined(CallerId(caller), QueueName(queue), "13800138000", **more))

    def these(self, kind: type[T]) -> list[T]:
        """The last step's effects of one kind."""
        return [effect for effect in self.last if isinstance(effect, kind)]

    def one(self, kind: type[T]) -> T:
        found = self.these(kind)
        assert len(found) == 1, self.last
        return found[0]

    def alert_of(self, caller: str) -> AlertId:
        floor = self.centre._floor
        (alert,) = [alert.id for alert in floor.alerts.values() if alert.caller == caller]
        return alert

    def rang(self, caller: str) -> list[Effect]:
        return self.step(AlertRang(self.alert_of(caller)))

    def answer(self, caller: str) -> list[Effect]:
        self.rang(caller)
        return self.step(AlertAnswered(self.alert_of(caller)))

    def hang_up(self, caller: str) -> list[Effect]:
        return self.step(TalkEnded(self.alert_of(caller)))

    def serve(self, caller: str, queue: str = "sales", **more: Any) -> str:
        """A whole call; who took it. Ends with the wrap-up over."""
        self.join(caller, queue, **more)
        alert = self.alert_of(caller)
        name = self.centre._floor.alerts[alert].agent
        self.answer(caller)
        self.now += 60
        self.step(TalkEnded(alert))
        self.wait(30)
        return str(name)

    def agent(self, name: str) -> AgentView:
        return next(view for view in self.centre.snapshot(self.now).agents if view.name == name)
