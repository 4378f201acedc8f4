"""What happened to callers, agents and alerts: the centre's only input. Past tense, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from acd.counts import Taken
from acd.door import Facts
from acd.settings import CentreSettings, Need
from acd.words import AgentName, AlertId, AlertOutcome, CallerId, QueueName


@dataclass(frozen=True, slots=True)
class CallerJoined:
    """A caller asks for a queue. `last_agent` is who served this number last, looked up by the shell."""

    caller: CallerId
    queue: QueueName
    number: str
    priority: int = 0
    """Higher is served first."""
    last_agent: AgentName | None = None
    named: AgentName | None = None
    """Whom the caller is to be given to, before the last agent."""
    named_wait_s: float = 0.0
    """How long to wait for that agent alone, who is logged in and on no break."""
    need: Need | None = None
    """What this caller asks of an agent, beside the queue's own need."""
    facts: Facts = field(default_factory=dict)
    """What the queue's doors may ask of the caller."""
    since: float | None = None
    """The place of a caller who has waited since then, elsewhere; None: since now."""


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller hung up (abandoned) or was taken out of the queue by dialplan or API (not abandoned)."""

    caller: CallerId
    abandoned: bool = True


@dataclass(frozen=True, slots=True)
class CallerChanged:
    """A waiting caller's claim is another now. None keeps the priority; need and named agent are kept unless said."""

    caller: CallerId
    priority: int | None = None
    need: Need | None = None
    keep_need: bool = True
    named: AgentName | None = None
    named_wait_s: float = 0.0
    """From now on."""
    keep_named: bool = True


@dataclass(frozen=True, slots=True)
class CallerMoved:
    """A supervisor moved the caller: to another queue, to the first place of the queue, or both.

    What they have waited so far counts on; a phone that rings for them stops.
    """

    caller: CallerId
    queue: QueueName
    first: bool = False


@dataclass(frozen=True, slots=True)
class AgentLoggedIn:
    """The agent is there, on that extension; available. Logging in again moves the extension."""

    agent: AgentName
    extension: str
    reachable: bool
    """The extension's phone is registered."""


@dataclass(frozen=True, slots=True)
class AgentLoggedOut:
    agent: AgentName


@dataclass(frozen=True, slots=True)
class BreakStarted:
    agent: AgentName
    reason: str
    limit_s: float | None = None
    """How long such a break is meant to be; None: no limit."""


@dataclass(frozen=True, slots=True)
class BreakEnded:
    """Also ends wrap-up early, unless a disposition is owed."""

    agent: AgentName


@dataclass(frozen=True, slots=True)
class WrapUpExtended:
    """The agent needs longer: by `seconds`, or by what the queue says."""

    agent: AgentName
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class DispositionGiven:
    """How the agent's talk came out: one of its queue's codes; during the talk or in its wrap-up."""

    agent: AgentName
    code: str


@dataclass(frozen=True, slots=True)
class PhoneReachable:
    """The extension became registered, or is no more."""

    extension: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class PhoneBusy:
    """The extension began, or ended, a call that no queue gave."""

    extension: str
    busy: bool


@dataclass(frozen=True, slots=True)
class AlertRang:
    """The agent's phone rings."""

    alert: AlertId


@dataclass(frozen=True, slots=True)
class AlertAnswered:
    """The agent answered. If the alert is still wanted, the effects connect the two; else they stop the leg."""

    alert: AlertId


@dataclass(frozen=True, slots=True)
class AlertFailed:
    alert: AlertId
    outcome: AlertOutcome


@dataclass(frozen=True, slots=True)
class TalkEnded:
    """The agent's queue call is over, whoever hung up."""

    alert: AlertId


@dataclass(frozen=True, slots=True)
class Reconfigured:
    settings: CentreSettings


@dataclass(frozen=True, slots=True)
class CountsLoaded:
    """What agents took, from the books: at start. Who is not named has taken nothing."""

    taken: Mapping[AgentName, Taken]


@dataclass(frozen=True, slots=True)
class DayBegan:
    """Midnight at the site: what counts by day is zero."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing but time: the shell sends it at `Centre.next_deadline()`."""


Event = (
    CallerJoined
    | CallerLeft
    | CallerChanged
    | CallerMoved
    | AgentLoggedIn
    | AgentLoggedOut
    | BreakStarted
    | BreakEnded
    | WrapUpExtended
    | DispositionGiven
    | PhoneReachable
    | PhoneBusy
    | AlertRang
    | AlertAnswered
    | AlertFailed
    | TalkEnded
    | Reconfigured
    | CountsLoaded
    | DayBegan
    | TimePassed
)
