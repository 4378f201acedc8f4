"""Numbers about a period, as the socket API gives them: queues, agents, breaks, dispositions, intervals.

docs/reports.md defines each number and says where its definition comes from. Shares are from 0 to 1, null where there
is nothing to divide by.
Deliberately absent: how any of it is found out (apps/reports_service.py, apps/reports_agents.py).
"""

from __future__ import annotations

from msgspec import Struct

from apps.api.instants import At


class Service(Struct, frozen=True, kw_only=True):
    """Callers who joined a queue in the period, and what became of them. `offered` is the sum of answered, abandoned,
    abandoned_short, sent_on, lost and waiting."""

    offered: int = 0
    answered: int = 0
    answered_in_target: int = 0
    abandoned: int = 0
    """Hung up while waiting, not sooner than the queue's `short_abandon`."""
    abandoned_in_target: int = 0
    abandoned_short: int = 0
    sent_on: int = 0
    """Left without an agent and without hanging up: too long, nobody there, full, removed."""
    sent_on_late: int = 0
    """Of these, after the target."""
    lost: int = 0
    """The switch died while they waited."""
    waiting: int = 0
    transferred: int = 0
    """Answered, and talked with somebody else afterwards in the same call."""
    wait_ms: int = 0
    """Of those who were answered."""
    longest_wait_ms: int = 0
    """Of all whose wait is over."""
    abandoned_wait_ms: int = 0
    """Of those in `abandoned`."""
    talk_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    service_level: float | None = None
    """Answered in the target, of all answered, abandoned, and sent on after it."""
    service_level_ignored: float | None = None
    """The same, without those who abandoned within the target."""
    service_level_positive: float | None = None
    """The same, with those counted as answered in time."""
    service_level_answered: float | None = None
    """Answered in the target, of the answered."""
    service_level_all: float | None = None
    """Answered in the target, of everybody whose wait is over, however short."""
    abandon_rate: float | None = None
    """Abandoned, of all answered, abandoned, and sent on."""
    answer_speed_ms: int | None = None
    """Average wait of the answered."""
    handling_ms: int | None = None
    """Average of talk, hold and wrap-up of an answered call."""


class QueueReport(Service, frozen=True, kw_only=True):
    """One queue in the period."""

    queue: str
    name: str = ""


class IntervalReport(Service, frozen=True, kw_only=True):
    """One queue in one interval; intervals in which nobody joined are left out."""

    queue: str
    began_at: At


class QueueReports(Struct, frozen=True):
    """Queues that had callers in the period, and all of them together."""

    since: At
    until: At
    rows: list[QueueReport]
    total: Service


class IntervalReports(Struct, frozen=True):
    """Intervals in order of time, then queue."""

    since: At
    until: At
    interval_s: int
    rows: list[IntervalReport]


class AgentReport(Struct, frozen=True, kw_only=True):
    """One agent in the period: the calls answered in it, how the phone was answered, and the time in each state."""

    agent: str
    name: str = ""
    calls: int = 0
    transferred: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    handling_ms: int | None = None
    """Average of the three."""
    alerts: int = 0
    """How often the phone was rung; what is in none of the four that follow was answered, or taken back."""
    no_answer: int = 0
    declined: int = 0
    busy: int = 0
    unreachable: int = 0
    logged_in_ms: int = 0
    """The sum of the six states that follow."""
    idle_ms: int = 0
    ringing_ms: int = 0
    talking_ms: int = 0
    """Talk and hold of queue calls."""
    wrapping_up_ms: int = 0
    other_call_ms: int = 0
    break_ms: int = 0
    down_ms: int = 0
    """The switch did not run."""
    occupancy: float | None = None
    """Talking and wrapping up, of that and being idle or rung."""
    shift_ms: int = 0
    """Planned (agents.yaml `shift`), without the time the switch was down."""
    adherent_ms: int = 0
    """Of that: logged in, and not on a break beyond its limit."""
    adherence: float | None = None


class AgentReports(Struct, frozen=True):
    """Agents who were logged in, rung, or planned in the period."""

    since: At
    until: At
    rows: list[AgentReport]


class BreakReport(Struct, frozen=True, kw_only=True):
    """One agent's breaks for one reason."""

    agent: str
    reason: str
    count: int = 0
    """That began in the period."""
    total_ms: int = 0
    longest_ms: int = 0
    """Within the period."""
    limit_ms: int | None = None
    """As the site has it now."""
    over_count: int = 0
    """Longer than planned."""
    over_ms: int = 0


class BreakReports(Struct, frozen=True):
    """Breaks, by agent and reason."""

    since: At
    until: At
    rows: list[BreakReport]


class DispositionReport(Struct, frozen=True, kw_only=True):
    """How many answered calls of a queue came out so. An empty code: none was given, nor required."""

    queue: str
    code: str
    name: str = ""
    count: int = 0
    share: float = 0.0
    """Of the queue's answered calls."""
    handling_ms: int = 0
    """Average."""


class DispositionReports(Struct, frozen=True):
    """Dispositions, by queue and code."""

    since: At
    until: At
    rows: list[DispositionReport]
