"""agents.yaml and queues.yaml: who serves, and how callers wait."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from acd.settings import HANDLING_S, RING_MOST, Counted, Strategy
from apps.fields import (
    Entry,
    Extension,
    Name,
    Pin,
    Seconds,
    SecondsOrNever,
    Text,
    WholeOrNone,
    YesNo,
    decimal,
    one_of,
    one_or_more,
    shown,
    text,
    whole,
    wrong,
)
from apps.model_doors import Answer, DoorEntry, Texts
from apps.model_wallboard import WallboardEntry
from apps.needs import ExpressionError, Need, need
from ivr.hours import HoursError, Weekly, weekly

E = TypeVar("E", bound=Enum)


def _word_of(kind: type[E]) -> Callable[[object], E]:
    read = one_of(*(str(word.value) for word in kind))
    return lambda value: kind(read(value))


def skill(value: object) -> str:
    """The name of a skill: one that stands in a need without quotes."""
    given = text(value)
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,40}", given) or given in ("and", "or", "not", "in", "true", "false"):
        raise wrong(f"is no name of a skill: {shown(given)}", "Write small letters, digits and _, as in lang_zh.")
    return given


def _need(value: object) -> Need | None:
    given = text(value)
    try:
        return need(given) if given else None
    except ExpressionError as error:
        raise wrong(f"cannot be read {error}", error.mend or 'Write it as in "billing >= 3".') from None


Points = Annotated[float, BeforeValidator(decimal(-1000, 1000))]
Needed = Annotated[Need | None, BeforeValidator(_need)]
Skills = dict[Annotated[str, BeforeValidator(skill)], Annotated[int, BeforeValidator(whole(1, 10))]]


def _code(value: object) -> str:
    given = text(value)
    if not re.fullmatch("[0-9]{1,3}", given):
        raise wrong(f"is no code: {shown(given)}", "Write 1 to 3 digits, in quotes.")
    return given


def _desk_code(value: object) -> str:
    return _code(value) if text(value) else ""


def _hours(value: object) -> Weekly:
    try:
        return weekly(text(value))
    except HoursError as error:
        raise wrong(f"cannot be read: {error}", 'Write it as in "mon-fri 09:00-18:00".') from None


class BreakEntry(Entry):
    """A reason for a break; the key is the digit keyed after the star code. Plain text is the reason alone."""

    reason: Text
    limit_s: SecondsOrNever = Field(default=None, alias="limit")
    """How long such a break is meant to be; longer ones show."""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"reason": value} if isinstance(value, str) else value


class AgentEntry(Entry):
    """A human who serves queues; the key is the name used everywhere."""

    name: Text = ""
    """As shown to people; empty: the key."""
    extension: Extension | None = None
    """Where the agent logs in when no other phone is said."""
    pin: Pin = Field(default="", repr=False)
    """Asked for when logging in from a phone that is not the agent's own; empty: only the own phone will do."""
    queues: Annotated[tuple[Name, ...], BeforeValidator(one_or_more)] = ()
    wrap_up_s: Seconds | None = Field(default=None, alias="wrap_up")
    """Instead of the queue's."""
    shift: Annotated[tuple[Annotated[Weekly, BeforeValidator(_hours)], ...], BeforeValidator(one_or_more)] = ()
    """When the agent is meant to be there, by the site's clock; for the reports' adherence."""
    team: Name | None = None
    """Whose supervisors watch over this agent."""
    skills: Skills = Field(default_factory=dict)
    tiers: dict[Name, Annotated[int, BeforeValidator(whole(1, 100))]] = Field(default_factory=dict)
    """By queue: chosen only when nobody of a lower tier is free; 1 where not said."""
    weight: Annotated[float, BeforeValidator(decimal(0.001, 1000))] = 1.0
    max_calls: WholeOrNone = None
    """From queues, a day."""


class Relaxed(Entry):
    """What a queue asks for from some time of waiting on."""

    after_s: Seconds = Field(alias="after")
    need: Needed = None
    """None: any agent of the queue."""
    callers_need: YesNo = True
    """Whether what the caller brought still holds."""


AGEING_READ = decimal(0, 1000)
"""queues.yaml, `ageing`."""


class QueueEntry(Entry):
    """Callers waiting for agents; the key is the queue's name."""

    name: Text = ""
    """As shown to people; empty: the key."""
    strategy: Annotated[Strategy, BeforeValidator(_word_of(Strategy))] = Strategy.FEWEST_CALLS
    calls_counted: Annotated[Counted, BeforeValidator(_word_of(Counted))] = Counted.DAY
    need: Needed = None
    relax: tuple[Relaxed, ...] = ()
    weight: Points = 0.0
    ring_s: Seconds = Field(default=20.0, alias="ring")
    ring_more_s: Seconds = Field(default=5.0, alias="ring_more")
    ring_most: Annotated[int, BeforeValidator(whole(2, 1000))] = RING_MOST
    skip_s: Seconds = Field(default=30.0, alias="skip")
    """An agent who did not answer, or declined, is passed over so long for the same caller."""
    wrap_up_s: Seconds = Field(default=10.0, alias="wrap_up")
    wrap_up_extend_s: Seconds = Field(default=60.0, alias="wrap_up_extend")
    """By how much an agent extends it."""
    wrap_up_longest_s: Seconds = Field(default=600.0, alias="wrap_up_longest")
    dispositions: dict[Annotated[str, BeforeValidator(_code)], Texts] = Field(default_factory=dict)
    """How a talk may have come out: code, and its name in each language."""
    disposition_required: YesNo = False
    disposition_within_s: Seconds = Field(default=120.0, alias="disposition_within")
    """An agent who owes one wraps up so long at least; then "not given" is booked."""
    service_level_s: Seconds = Field(default=20.0, alias="service_level")
    """Who is answered within so long is answered in time (docs/reports.md)."""
    short_abandon_s: Seconds = Field(default=5.0, alias="short_abandon")
    """Who gives up sooner is counted apart."""
    max_wait_s: SecondsOrNever = Field(default=None, alias="max_wait")
    max_callers: WholeOrNone = None
    max_talking: WholeOrNone = None
    keep_without_agents: YesNo = False
    last_agent: YesNo = True
    last_agent_holds_s: Seconds = Field(default=90 * 86400.0, alias="last_agent_holds")
    last_agent_wait_s: Seconds = Field(default=0.0, alias="last_agent_wait")
    language: Name | None = None
    """None: the caller's, as the menu set it."""
    music: Name = "default"
    announce_position_every_s: SecondsOrNever = Field(default=30.0, alias="announce_position_every")
    greeting: Texts = Field(default_factory=dict)
    record: Annotated[Literal["answer", "ring", "never"], BeforeValidator(one_of("answer", "ring", "never"))] = "answer"
    enter: tuple[DoorEntry, ...] = ()
    """Looked at when a caller joins: the first that is met answers."""
    leave: tuple[DoorEntry, ...] = ()
    """The same, once a second, for whoever waits."""
    attributes: Annotated[tuple[Name, ...], BeforeValidator(one_or_more)] = ()
    """Variables of the calls' scripts that conditions may ask for."""
    hours: Text | None = None
    """Opening hours of the dialplan; None: always open."""
    desk_code: Annotated[str, BeforeValidator(_desk_code)] = ""
    """Keyed after the star code that closes and opens; empty: by API and command line alone."""
    handling_s: Seconds = Field(default=HANDLING_S, alias="handling_time")
    """What a call is taken to take an agent while the queue has had none."""
    announce_wait: YesNo = False
    """With the position, how long it will be."""
    announce_wait_least_s: Seconds = Field(default=30.0, alias="announce_wait_least")
    """A shorter wait is not told."""
    announce_wait_most_s: Seconds = Field(default=3600.0, alias="announce_wait_most")
    """Nor a longer one."""
    comfort: tuple[Texts, ...] = ()
    """Said in turn."""
    comfort_every_s: SecondsOrNever = Field(default=60.0, alias="comfort_every")
    closed: Answer = Answer()
    wallboard: WallboardEntry = WallboardEntry()
    timed_out: Answer = Answer()
    no_agents: Answer = Answer()
    full: Answer = Answer()

    @property
    def answers(self) -> dict[str, Answer]:
        """The ways out without an agent that ask for no condition, by YAML key."""
        return {
            "closed": self.closed,
            "timed_out": self.timed_out,
            "no_agents": self.no_agents,
            "full": self.full,
        }

    def answer(self, status: str, door: int = -1) -> Answer | None:
        """What is answered to who left so; `door`: of which condition. None: nothing is said of that."""
        doors = {"turned away": self.enter, "overflow": self.leave}.get(status, ())
        if 0 <= door < len(doors):
            return doors[door]
        return self.answers.get(status.replace(" ", "_"))

    @property
    def every_answer(self) -> tuple[Answer, ...]:
        """All that it may answer."""
        return (*self.answers.values(), *self.enter, *self.leave)
