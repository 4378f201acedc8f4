"""What follows a talk: the agent's own time after it, and what must be told of it (the disposition).

An agent wraps up for `seconds`, may extend that or end it early. A queue may require a disposition: then the agent
wraps up until it is given, `within_s` at most, and after that it is booked as not given. Rules are fixed when the
talk begins, so a reload changes no live call; whoever passes the caller on wraps up after them all the same.

Time: `now` in seconds, monotonic. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acd.agent import Agent, Happening
from acd.effects import BookDisposition
from acd.settings import WrapUpRules
from acd.words import Activity, CallerId, QueueName

if TYPE_CHECKING:
    from acd.roster import Roster


@dataclass(slots=True, eq=False)
class WrapUp:
    """What an agent owes to one talk, from its first moment on. Only this module writes it."""

    caller: CallerId
    queue: QueueName
    seconds: float
    rules: WrapUpRules
    given: str = ""
    """The disposition; the last one counts."""
    began_at: float | None = None
    """When the talk ended; None while it lasts."""
    due_at: float = 0.0
    """When the wrap-up ends if nothing is owed."""
    taken_at: float | None = None
    """When the agent was chosen for the talk; None: not known, after a restart."""

    @property
    def owed(self) -> bool:
        """A disposition is required and was not given."""
        return self.rules.required and not self.given


def begin(roster: Roster, agent: Agent, now: float) -> None:
    """The talk is over and the agent wraps up; `refresh` must follow."""
    wrap_up = agent.wrap_up
    if wrap_up is None:
        roster.move(agent, Happening.WRAP_UP_ENDED, now)
        return
    wrap_up.began_at, wrap_up.due_at = now, now + wrap_up.seconds
    if wrap_up.due_at > now:
        roster.wrap_up_until(agent, wrap_up.due_at)
    else:
        end_or_wait(roster, agent, now)


def end_or_wait(roster: Roster, agent: Agent, now: float) -> None:
    """The time is over: the agent is free, unless a disposition is still owed; `refresh` must follow."""
    wrap_up = agent.wrap_up
    if wrap_up is not None and wrap_up.owed and wrap_up.began_at is not None:
        limit = wrap_up.began_at + wrap_up.rules.within_s
        if now < limit:
            roster.wrap_up_until(agent, limit)
            return
    roster.move(agent, Happening.WRAP_UP_ENDED, now)


def extend(roster: Roster, agent: Agent, seconds: float | None) -> None:
    """Longer, by so much or by what the queue says; `longest_s` after the talk it ends all the same."""
    wrap_up = agent.wrap_up
    if wrap_up is None or wrap_up.began_at is None or agent.wrap_up_until is None:
        return
    more = wrap_up.rules.extend_s if seconds is None else seconds
    until = min(agent.wrap_up_until + more, wrap_up.began_at + wrap_up.rules.longest_s)
    if until > agent.wrap_up_until:
        wrap_up.due_at = until
        roster.wrap_up_until(agent, until)


def end_early(roster: Roster, agent: Agent, now: float) -> None:
    """The agent has done; whoever owes a disposition has not."""
    if agent.activity is Activity.WRAPPING_UP and not (agent.wrap_up is not None and agent.wrap_up.owed):
        roster.move(agent, Happening.WRAP_UP_ENDED, now)


def give(roster: Roster, agent: Agent, code: str, now: float) -> None:
    """The talk's disposition; it ends a wrap-up that only waited for it."""
    wrap_up = agent.wrap_up
    if wrap_up is None or code not in wrap_up.rules.codes:
        return
    wrap_up.given = code
    roster.effects.append(BookDisposition(agent.name, wrap_up.caller, wrap_up.queue, code))
    if agent.activity is Activity.WRAPPING_UP:
        if now >= wrap_up.due_at:
            roster.move(agent, Happening.WRAP_UP_ENDED, now)
        else:
            roster.wrap_up_until(agent, wrap_up.due_at)


def settle(roster: Roster, agent: Agent, now: float) -> None:
    """Whatever ended the wrap-up: what is still owed is booked as not given, and the queue knows how long it took."""
    wrap_up = agent.wrap_up
    if wrap_up is not None and agent.activity not in (Activity.TALKING, Activity.WRAPPING_UP):
        if wrap_up.owed:
            roster.effects.append(BookDisposition(agent.name, wrap_up.caller, wrap_up.queue, ""))
        queue = roster.queues.get(wrap_up.queue)
        if queue is not None and wrap_up.taken_at is not None:
            queue.outlook.handling.add(now - wrap_up.taken_at)
        agent.wrap_up = None
