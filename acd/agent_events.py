"""What happens to agents and their phones, one function each: what an event says of them, and what is due.

An event about an unknown agent changes nothing. The key of what is due is taken out already. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acd import events, wrap_up
from acd.agent import Agent, Happening
from acd.floor import Floor
from acd.phone import Phone
from acd.wait import Due
from acd.words import AlertOutcome


def _logged_in(floor: Floor, event: events.AgentLoggedIn, now: float) -> None:
    agent = floor.agents.get(event.agent)
    if agent is None or agent.leaving or not event.extension:
        return
    seated = floor.seats.get(event.extension)
    if seated is not None and seated is not agent:
        floor.log_out(seated, now)
    floor.sit(agent, event.extension, now)
    floor.move(agent, Happening.LOGGED_IN, now)
    _set_reachable(floor, event.extension, event.reachable, now)


def _logged_out(floor: Floor, event: events.AgentLoggedOut, now: float) -> None:
    agent = floor.agents.get(event.agent)
    if agent is not None:
        floor.log_out(agent, now)


def _break_started(floor: Floor, event: events.BreakStarted, now: float) -> None:
    agent = floor.agents.get(event.agent)
    if agent is not None:
        agent.reason = event.reason
        floor.break_until(agent, None if event.limit_s is None else now + event.limit_s)
        _move_and_withdraw(floor, agent, Happening.BREAK_STARTED, now)


def _break_ended(floor: Floor, event: events.BreakEnded, now: float) -> None:
    agent = floor.agents.get(event.agent)
    if agent is not None:
        wrap_up.end_early(floor, agent, now)
        _move_and_withdraw(floor, agent, Happening.BREAK_ENDED, now)


def _wrap_up_extended(floor: Floor, event: events.WrapUpExtended, now: float) -> None:
    agent = floor.agents.get(event.agent)
    if agent is not None:
        wrap_up.extend(floor, agent, event.seconds)
        floor.refresh(agent, now)


def _disposition_given(floor: Floor, event: events.DispositionGiven, now: float) -> None:
    agent = floor.agents.get(event.agent)
    if agent is not None:
        wrap_up.give(floor, agent, event.code, now)
        floor.refresh(agent, now)


def _move_and_withdraw(floor: Floor, agent: Agent, happening: Happening, now: float) -> None:
    floor.move(agent, happening, now)
    floor.withdraw_if_idle(agent, now)
    floor.refresh(agent, now)


def _phone_reachable(floor: Floor, event: events.PhoneReachable, now: float) -> None:
    _set_reachable(floor, event.extension, event.reachable, now)


def _set_reachable(floor: Floor, extension: str, reachable: bool, now: float) -> None:
    floor.phones.setdefault(extension, Phone()).reachable = reachable
    if not reachable:
        floor.withdraw_from_phone(extension, AlertOutcome.UNREACHABLE, now)
    floor.refresh_phone(extension, now)


def _phone_busy(floor: Floor, event: events.PhoneBusy, now: float) -> None:
    floor.phones.setdefault(event.extension, Phone()).busy = event.busy
    if event.busy:
        floor.withdraw_from_phone(event.extension, AlertOutcome.BUSY, now)
    floor.refresh_phone(event.extension, now)


def _wrap_up_due(floor: Floor, key: Any, now: float) -> None:
    agent = floor.agents[key[1]]
    wrap_up.end_or_wait(floor, agent, now)
    floor.refresh(agent, now)


def _break_due(floor: Floor, key: Any, now: float) -> None:
    agent = floor.agents[key[1]]
    agent.overdue = True
    floor.refresh(agent, now)


def _rest_due(floor: Floor, key: Any, now: float) -> None:
    agent = floor.agents[key[1]]
    agent.rest_until = None
    floor.refresh(agent, now)


# The key's type is that of the function's second parameter; a dict cannot say so to the type checker.
HAPPENED: dict[type[Any], Callable[[Floor, Any, float], None]] = {
    events.AgentLoggedIn: _logged_in,
    events.AgentLoggedOut: _logged_out,
    events.BreakStarted: _break_started,
    events.BreakEnded: _break_ended,
    events.WrapUpExtended: _wrap_up_extended,
    events.DispositionGiven: _disposition_given,
    events.PhoneReachable: _phone_reachable,
    events.PhoneBusy: _phone_busy,
}
DUE: dict[Due, Callable[[Floor, Any, float], None]] = {
    Due.WRAP_UP: _wrap_up_due,
    Due.BREAK: _break_due,
    Due.REST: _rest_due,
}
