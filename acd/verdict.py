"""What stands against giving one agent to one caller, and what would have to change for it.

Pure; reads the floor, changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from acd.agent import Agent
from acd.caller import Caller, CallerState
from acd.decision import Decision, PassedOver, Waiting
from acd.lines import Lines
from acd.queue import Queue
from acd.words import Activity, Presence

DECISION_NAMED = 8
"""So many agents who were passed over are kept with a decision; the rest are counted."""
AHEAD_KEPT = 3


@dataclass(frozen=True, slots=True)
class Against:
    """What keeps an agent from a caller."""

    why: str
    """Completes a sentence that begins with the agent's name."""
    change: str = ""
    """What would have to happen; empty when nothing stands against it, or nothing can be done."""


def engaged(floor: Lines, agent: Agent, now: float) -> Against | None:
    """What keeps the agent from any call."""
    lasted = f"for {now - agent.since:.0f} s"
    if agent.activity is Activity.TALKING:
        return Against(f"talks with {agent.caller} (queue {agent.queue}) {lasted}", "The talk and its wrap-up end.")
    if agent.presence is Presence.LOGGED_OUT:
        return Against("is logged out", "The agent logs in.")
    match agent.activity:
        case Activity.RESERVED:
            return Against(f"is reserved for {agent.caller} (queue {agent.queue}) {lasted}", "That caller goes.")
        case Activity.RINGING:
            return Against(f"is being rung for {agent.caller} (queue {agent.queue}) {lasted}", "That caller goes.")
        case Activity.WRAPPING_UP:
            left = 0.0 if agent.wrap_up_until is None else agent.wrap_up_until - now
            return Against(f"wraps up for {left:.0f} s more", "The wrap-up ends, or is ended early.")
        case Activity.OTHER_CALL:
            return Against(f"is on another call {lasted}", "That call ends.")
        case Activity.IDLE:
            pass
    if agent.presence is Presence.ON_BREAK:
        reason = f" ({agent.reason})" if agent.reason else ""
        return Against(f"is on break{reason} {lasted}", "The break ends.")
    phone = floor.phones.get(agent.extension)
    if phone is None or not phone.reachable:
        return Against(f"sits at phone {agent.extension}, which is not registered", "The phone registers.")
    if agent.rest_until is not None and agent.rest_until > now:
        left = agent.rest_until - now
        return Against(f"sits at phone {agent.extension}, which refused a call and rests for {left:.0f} s", "It rests.")
    if agent.full:
        taken = f"has taken the {agent.settings.max_calls} calls of a day"
        return Against(taken, "The day ends, or max_calls of this agent is raised.")
    return None


def against(floor: Lines, agent: Agent, caller: Caller, now: float) -> Against | None:
    """Why this agent is not given to this caller now; None when nothing stands against it."""
    queue = floor.queues[caller.queue]
    if agent.alert is not None and agent.alert in caller.alerts:
        return Against("is being rung for this caller")
    if queue.name not in agent.settings.queues:
        return Against(f"does not serve queue {queue.name}", f"The agent is given queue {queue.name} (agents.yaml).")
    unfit = _unfit(agent, caller, queue, now)
    busy = engaged(floor, agent, now)
    if unfit is not None and (busy is None or not unfit.change.startswith("The caller waits ")):
        return unfit  # whatever the agent does, it will not do
    if busy is not None:
        return busy
    skip = caller.skips.get(agent.name)
    if skip is not None and skip.until > now:
        left = f"{skip.until - now:.0f} s"
        why = f"was rung for this caller ({skip.outcome.value}) and is passed over for {left} more"
        return Against(why, f"The caller waits {left} more.")
    if caller.state is CallerState.ALERTING and not caller.open:
        return Against("is free, but another agent is being rung for this caller", "That one does not answer.")
    if caller.state is CallerState.WAITING and queue.room <= 0:
        most = queue.settings.max_talking
        return Against(f"is free, but queue {queue.name} has its {most} calls (max_talking)", "One of them ends.")
    return None


def _unfit(agent: Agent, caller: Caller, queue: Queue, now: float) -> Against | None:
    """What the caller's lane has against the agent: not what is needed, or another one is waited for."""
    lane = caller.lane
    if lane.admits is None or agent.name in lane.admits:
        return None
    index, _, held_for = lane.key
    step = queue.steps[index]
    fits = step.admits is None or agent.name in step.admits
    own = caller.need.text if caller.need is not None and step.own else ""
    fits = fits and (not own or agent.name in queue.brought.get(own, ()))
    if held_for is not None and fits:
        return Against(
            f"must wait: this caller waits for {held_for} alone", f"The caller waits for {held_for} no more."
        )
    skills = ", ".join(f"{skill} {level}" for skill, level in sorted(agent.settings.skills.items())) or "no skills"
    why = f'is not what is needed ("{lane.why}"): {skills}'
    for later in queue.steps[index + 1 :]:
        admitted = later.admits is None or agent.name in later.admits
        brought = caller.need is None or not later.own or agent.name in queue.brought.get(caller.need.text, ())
        if admitted and brought:
            return Against(why, f"The caller waits {later.after_s - (now - caller.joined_at):.0f} s more.")
    return Against(why, "The agent is given the skill, or the queue asks for less.")


def decision(floor: Lines, caller: Caller, chosen: Agent, now: float) -> Decision:
    """What is so at the moment of choosing; before anybody is moved."""
    queue = floor.queues[caller.queue]
    passed: list[PassedOver] = []
    more = 0
    favourites = [name for name in (caller.named, caller.last_agent) if name is not None and name not in queue.staff]
    for name in (*favourites, *queue.staff):
        agent = floor.agents.get(name)
        if agent is None or agent is chosen or (queue.name in agent.entries and caller.lane.fits(agent)):
            continue  # who is free as well, and fits, only comes later
        if len(passed) >= DECISION_NAMED:
            more += 1
            continue
        found = against(floor, agent, caller, now)
        if found is not None:
            passed.append(PassedOver(agent.name, found.why, found.change))
    ahead: list[Waiting] = []
    for entry in queue.line:
        if entry[2] is caller or len(ahead) >= AHEAD_KEPT:
            break
        other = entry[2]
        found = against(floor, chosen, other, now) if other.state is CallerState.WAITING else None
        if found is not None:
            ahead.append(Waiting(other.id, found.why))
    return Decision(tuple(passed), more, tuple(ahead))
