"""Agents, queues and waiting callers as the socket API shows them. Reads, changes nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from acd.snapshot import AgentView, CallerView, QueueView
from acd.words import AgentName, QueueName
from apps.api.types import AgentInfo, QueueDetail, QueueInfo, WaitingCaller, utc

if TYPE_CHECKING:
    from apps.house import House


def _at(now: float) -> float:
    """UTC of a monotonic instant."""
    return time.time() - (time.monotonic() - now)


def agent_info(house: House, view: AgentView) -> AgentInfo:
    """One agent."""
    entry = house.site.agents.get(view.name)
    return AgentInfo(
        agent=view.name,
        presence=view.presence.value,
        activity=view.activity.value,
        since=utc(_at(view.since)),
        queues=list(view.queues),
        extension=view.extension,
        reachable=view.reachable,
        reason=view.reason,
        call_id=view.caller or "",
        calls_today=view.calls_today,
        until=utc(time.time() + view.wrap_up_left_s) if view.wrap_up_left_s > 0 else None,
        name=entry.name if entry is not None else "",
        queue=view.queue or "",
        disposition=view.disposition,
        disposition_owed=view.owed,
        break_until=None if view.break_left_s is None else utc(time.time() + view.break_left_s),
        overdue=view.break_left_s is not None and view.break_left_s <= 0,
    )


def agents(house: House) -> list[AgentInfo]:
    """All agents, in the order of the settings."""
    return [agent_info(house, view) for view in house.floor.centre.snapshot(time.monotonic()).agents]


def agent(house: House, name: str) -> AgentInfo | None:
    """One agent by name; None when there is none."""
    view = house.floor.centre.agent(AgentName(name), time.monotonic())
    return None if view is None else agent_info(house, view)


def _queue_facts(house: House, view: QueueView) -> dict[str, object]:
    today = house.today.queue(view.name)
    entry = house.site.queues.get(view.name)
    return {
        "name": entry.name if entry is not None else "",
        "queue": view.name,
        "waiting": view.waiting,
        "longest_wait_ms": round(view.longest_s * 1000),
        "ringing": view.alerting,
        "talking": view.talking,
        "agents": view.logged_in - view.on_break,
        "free": view.free,
        "on_break": view.on_break,
        "answered_today": today.answered,
        "abandoned_today": today.abandoned,
        "open": view.open,
        "forced": house.opening.forced(view.name),
        "handling_ms": round(view.handling_s * 1000),
        "wait_error_ms": None if view.error_s is None else round(view.error_s * 1000),
        "wait_bias_ms": round(view.bias_s * 1000),
    }


def queues(house: House) -> list[QueueInfo]:
    """All queues, in the order of the settings."""
    views = house.floor.centre.snapshot(time.monotonic()).queues
    return [QueueInfo(**_queue_facts(house, view)) for view in views]  # type: ignore[arg-type]


def queue_info(house: House, name: str) -> QueueInfo | None:
    """One queue's figures; None when there is none."""
    view = house.floor.centre.queue(QueueName(name), time.monotonic())
    return None if view is None else QueueInfo(**_queue_facts(house, view))  # type: ignore[arg-type]


def queue(house: House, name: str) -> QueueDetail | None:
    """One queue with everybody in it; None when there is none."""
    now, centre = time.monotonic(), house.floor.centre
    view = centre.queue(QueueName(name), now)
    if view is None:
        return None
    return QueueDetail(
        **_queue_facts(house, view),  # type: ignore[arg-type]
        callers=[waiting(house, caller) for caller in centre.callers(view.name, now)],
        staff=[agent_info(house, each) for each in centre.snapshot(now).agents if view.name in each.queues],
    )


def waiting(house: House, view: CallerView) -> WaitingCaller:
    """One caller in a queue."""
    call = house.call(view.caller)
    return WaitingCaller(
        call_id=view.caller,
        position=view.position,
        number=view.number,
        joined_at=utc(time.time() - view.waited_s),
        wait_ms=round(view.waited_s * 1000),
        priority=view.priority,
        name=call.caller.name if call is not None else "",
        language=call.language if call is not None else "",
        ringing=", ".join(view.agents),
        last_agent=view.last_agent or "",
        expected_ms=None if view.expected_s is None else round(view.expected_s * 1000),
    )
