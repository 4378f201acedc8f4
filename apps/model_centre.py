"""agents.yaml and queues.yaml: who serves, and how callers wait."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from acd.settings import RING_MOST, Counted, Strategy
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
from apps.model_wallboard import WallboardEntry
from apps.needs import ExpressionError, Need, need
from ivr.hours import HoursError, Weekly, weekly

E = TypeVar("E", bound=Enum)
Texts = dict[Name, Text]
"""A text in each language."""


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


class Then(Entry):
    """Where a caller goes: exactly one of these."""

    goto: Text | None = None
    """A script, or `script.label`, of the dialplan."""
    queue: Name | None = None
    dial: Text | None = None
    voicemail: Extension | None = None
    hangup: Annotated[str | None, BeforeValidator(one_of("normal", "busy", "declined", "unknown number"))] = None

    @model_validator(mode="after")
    def _one(self) -> Then:
        if len(self.given) != 1:
            raise wrong("must say exactly one thing", "Write one of: goto, queue, dial, voicemail, hangup.")
        return self

    @property
    def given(self) -> tuple[tuple[str, str], ...]:
        """What is said, as (verb, value)."""
        pairs = (
            ("goto", self.goto),
            ("queue", self.queue),
            ("dial", self.dial),
            ("voicemail", self.voicemail),
            ("hangup", self.hangup),
        )
        return tuple((verb, value) for verb, value in pairs if value is not None)

    @property
    def verb(self) -> str:
        return self.given[0][0]

    @property
    def value(self) -> str:
        return self.given[0][1]


class Answer(Entry):
    """What the queue says to a caller it cannot serve, and where they go then."""

    say: Texts = Field(default_factory=dict)
    then: Then | None = None
    """None: the dialplan goes on after its `queue` step."""


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
    wallboard: WallboardEntry = WallboardEntry()
    timed_out: Answer = Answer()
    no_agents: Answer = Answer()
    full: Answer = Answer()

    @property
    def answers(self) -> dict[str, Answer]:
        """The three ways out without an agent, by YAML key."""
        return {"timed_out": self.timed_out, "no_agents": self.no_agents, "full": self.full}
