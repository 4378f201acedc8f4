"""Why a caller waits and why an agent is given no call, as the socket API says it: from the floor now, and the books.

Reads, changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from acd.decision import Decision
from acd.explain import Explanation
from acd.snapshot import CallerView
from acd.words import AgentName, CallerId
from apps import queue_exits, reports
from apps.api import types as t
from apps.api.types import utc_ms
from switch.words import CallId

if TYPE_CHECKING:
    from apps.house import House

DECISIONS_SHOWN = 10
"""Of an agent, the last so many."""


def kept(decision: Decision) -> str:
    """A decision as the books keep it; empty when nobody was passed over."""
    if not (decision.passed or decision.more or decision.ahead):
        return ""
    return msgspec.json.encode(decision).decode()


def _made(row: Any) -> t.DecisionInfo:
    """A row of the table `alert`."""
    decision = msgspec.json.decode(row.decision, type=Decision) if row.decision else Decision()
    return t.DecisionInfo(
        at=utc_ms(row.started_at),
        queue=row.queue,
        agent=row.agent,
        outcome=row.outcome,
        why=row.why,
        passed=[t.PassedOver(over.agent, over.why, over.change) for over in decision.passed],
        more=decision.more,
        ahead=[t.CallerPassed(caller.caller, caller.why) for caller in decision.ahead],
    )


async def of_call(house: House, call_id: str) -> t.Explanation | None:
    """Why the call is where it is, and what was decided for it; None when neither floor nor books know it."""
    decisions = [_made(row) for row in await reports.alerts(house.journal, call_id)]
    exits = await queue_exits.of_call(house.journal, call_id)
    if CallId(call_id) not in house.calls:
        if not decisions and not exits:
            return None
        if not decisions:
            gone = exits[-1]
            summary = f"Call {call_id} is over. Queue {gone.queue} did not keep it ({gone.reason}): {gone.why}."
            return t.Explanation(call_id, gone.queue, summary, exits=exits)
        last = decisions[-1]
        summary = f"Call {call_id} is over. Agent {last.agent} was chosen last ({last.outcome}): {last.why}."
        return t.Explanation(call_id, last.queue, summary, decisions=decisions, exits=exits)
    now, centre = time.monotonic(), house.floor.centre
    found = centre.explain(CallerId(call_id), now)
    callers = {view.caller: view for view in centre.callers(found.queue, now)} if found.queue else {}
    mine = callers.get(CallerId(call_id))
    return t.Explanation(
        call_id=call_id,
        queue=found.queue or "",
        summary=" ".join(found.sentences),
        position=found.position,
        wait_ms=round(found.waited_s * 1000),
        points=round(found.points, 1),
        ahead=_ahead(house, found, callers, now),
        agents=_verdicts(house, found, mine, now),
        decisions=decisions,
        exits=exits,
    )


def _ahead(house: House, found: Explanation, callers: Mapping[CallerId, CallerView], now: float) -> list[t.CallerAhead]:
    points = {view.caller: house.floor.centre.points(view.caller, now) for view in callers.values()}
    return [
        t.CallerAhead(
            caller,
            callers[caller].number,
            f"{points[caller]:.1f} points, priority {callers[caller].priority}",
            round(callers[caller].waited_s * 1000),
        )
        for caller in found.ahead
        if caller in callers
    ]


def _verdicts(house: House, found: Explanation, mine: CallerView | None, now: float) -> list[t.AgentVerdict]:
    views = {view.name: view for view in house.floor.centre.snapshot(now).agents}
    return [
        t.AgentVerdict(
            agent=over.agent,
            chosen=mine is not None and over.agent in mine.agents,
            why=over.why,
            calls_today=views[over.agent].calls_today,
            idle_ms=round(max(0.0, now - views[over.agent].since) * 1000),
            change=over.change,
        )
        for over in found.agents
    ]


async def of_agent(house: House, name: str) -> t.AgentExplanation:
    """Why this agent is given no call."""
    now = time.monotonic()
    found = house.floor.centre.explain_agent(AgentName(name), now)
    rows = await reports.alerts_of_agent(house.journal, name, DECISIONS_SHOWN)
    numbers = {caller.caller: house.call(caller.caller) for caller in found.callers}
    return t.AgentExplanation(
        agent=name,
        summary=found.summary,
        change=found.change,
        queues=[
            t.AgentInQueue(each.queue, each.tier, each.place, each.free, each.waiting, each.why)
            for each in found.queues
        ],
        callers=[
            t.CallerVerdict(
                caller.caller,
                call.caller.number if (call := numbers[caller.caller]) is not None else "",
                caller.queue,
                caller.position,
                caller.why,
                caller.change,
            )
            for caller in found.callers
        ],
        decisions=[_made(row) for row in rows],
    )
