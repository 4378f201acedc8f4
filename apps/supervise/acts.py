"""What a supervisor does once: take a call, end it, move it, change an agent's state, write a note.

Every act is booked, a refused one with its reason. Raises `Refused`, and then nothing has changed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from acd.events import AgentLoggedIn, AgentLoggedOut, BreakEnded, BreakStarted
from acd.words import AgentName, CallerId, Presence, QueueName
from apps import floor_views
from apps.api.supervise_types import ActInfo
from apps.supervise import rights
from apps.supervise.words import Missing, Refused
from switch.words import Cause, Party

if TYPE_CHECKING:
    from apps.api.types import AgentInfo
    from apps.call import Call
    from apps.house import House

STATES = ("login", "logout", "break", "ready")


def running(house: House, call_id: str) -> Call:
    """The call of that id. Raises `Missing`."""
    call = house.call(call_id)
    if call is None:
        raise Missing(f"There is no running call {call_id}", "call_id", "zongji calls list shows them.")
    return call


def at_extension(house: House, extension: str) -> Call | None:
    """The call that is talked in at this phone, else the one that rings there."""
    calls = list(house.calls.values())
    talking = (call for call in calls if call.bridge is not None and call.bridge.line_of(extension) is not None)
    ringing = (
        call
        for call in calls
        for line in call.lines.values()
        if line is not call.line and line.extension == extension and line.live and not line.answered
    )
    return next(talking, None) or next(ringing, None)


def release(house: House, by: str, call: Call, extension: str = "") -> None:
    """End the call for both sides."""
    bridge = call.bridge
    agent, queue = (bridge.agent, bridge.queue) if bridge is not None else ("", "")
    with house.supervision.booked(by, "release", call=call.id, agent=agent, queue=queue, extension=extension):
        rights.may_act(house.site, by, "release")
        rights.must_be_over_call(house, by, call)
        call.end(Cause.RELEASED, Party.ADMIN)


def move(house: House, by: str, call: Call, queue: str, first: bool) -> None:
    """The waiting caller stands in another queue, or first in it. Time waited so far counts on."""
    with house.supervision.booked(by, "move", call=call.id, queue=queue, text="first" if first else ""):
        rights.may_act(house.site, by, "move")
        if queue and queue not in house.site.queues:
            raise Missing(f"There is no queue {queue}", "queue", "zongji queues list shows them.")
        rights.must_be_over_call(house, by, call)
        if not queue and not first:
            raise Refused("Say to which queue, or that the call shall be first", "queue")
        _must_take(house, queue)
        if not house.floor.move(CallerId(call.id), queue, first):
            raise Refused(f"Call {call.id} does not wait in a queue", "call_id", "zongji queues show QUEUE says who.")


def _must_take(house: House, queue: str) -> None:
    """Raises `Refused` when the queue would send a new caller away."""
    view = house.floor.centre.queue(QueueName(queue), time.monotonic()) if queue else None
    entry = house.site.queues.get(queue)
    if view is None or entry is None:
        return
    if not view.logged_in and not entry.keep_without_agents:
        raise Refused(f"Nobody is logged in to queue {queue}", "queue")
    if entry.max_callers is not None and view.waiting >= entry.max_callers:
        raise Refused(f"Queue {queue} is full", "queue")


def change_state(house: House, by: str, agent: str, state: str, reason: str, extension: str) -> AgentInfo:
    """The agent is logged in or out, on a break or ready."""
    act = state if state in STATES else "state"
    with house.supervision.booked(by, act, agent=agent, text=reason):
        rights.may_act(house.site, by, "state")
        rights.must_be_over_agent(house.site, by, agent)
        _change(house, AgentName(agent), state, reason, extension)
    found = floor_views.agent(house, agent)
    assert found is not None
    return found


def _change(house: House, agent: AgentName, state: str, reason: str, extension: str) -> None:
    found = floor_views.agent(house, agent)
    if found is None or (found.presence == Presence.LOGGED_OUT.value and state != "login"):
        raise Refused(f"Agent {agent} is not logged in", "agent")
    match state:
        case "login":
            seat = extension or house.site.agents[agent].extension or ""
            if seat not in house.site.phones:
                raise Refused(f"Agent {agent} has no phone of that number", "extension", "Say where they sit.")
            house.floor.tell(AgentLoggedIn(agent, seat, bool(house.switch.contacts(seat))))
        case "logout":
            house.floor.tell(AgentLoggedOut(agent))
        case "ready":
            house.floor.tell(BreakEnded(agent))
        case "break":
            if not reason:
                raise Refused("A break needs a reason", "reason")
            house.floor.tell(BreakStarted(agent, reason))
        case _:
            raise Refused(f"There is no state {state}", "state", f"One of: {', '.join(STATES)}.")


def note(house: House, by: str, text: str, call_id: str, agent: str) -> ActInfo:
    """A remark for the books; the call may be over."""
    refused = ""
    try:
        rights.may_act(house.site, by, "note")
        if not call_id and not agent:
            raise Refused("Say which call or agent the note is about", "call_id")
        if agent:
            rights.must_be_over_agent(house.site, by, agent)
        if (call := house.call(call_id)) is not None:
            rights.must_be_over_call(house, by, call)
    except Refused as error:
        refused = error.why
        raise
    finally:
        info = house.supervision.book(by, "note", call=call_id, agent=agent, refused=refused, text=text)
    return info
