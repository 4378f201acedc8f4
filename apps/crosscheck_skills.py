"""Skills, needs and tiers held against each other: what a queue asks for somebody must have.

Deliberately absent: how a need is read (needs.py).
"""

from __future__ import annotations

from acd.settings import Strategy
from apps.model_centre import AgentEntry, QueueEntry
from apps.needs import ExpressionError, Need, need
from apps.reading import meant
from apps.whole_site import Site
from ivr.document import Document, Place


def check_tiers(doc: Document, name: str, agent: AgentEntry) -> None:
    """Tiers are for queues that the agent serves."""
    for queue in agent.tiers:
        if queue not in agent.queues:
            place = ("agents", name, "tiers", queue)
            doc.mistake(place, f'Agent "{name}" does not serve queue "{queue}"', 'Name it in "queues", too.')


def check_needs(doc: Document, name: str, queue: QueueEntry, site: Site, *, agents_read: bool) -> None:
    """What a queue asks for, and its steps, can be met."""
    place: Place = ("queues", name)
    asked = [((*place, "need"), queue.need)]
    asked += [((*place, "relax", index, "need"), step.need) for index, step in enumerate(queue.relax)]
    if agents_read:
        for where, one in asked:
            _check(doc, where, name, one, site)
    before = 0.0
    for index, step in enumerate(queue.relax):
        if step.after_s <= before:
            doc.mistake(
                (*place, "relax", index, "after"), "Each step must come later than the one before", "Sort them."
            )
        before = step.after_s
    if queue.strategy is Strategy.SKILL_LEVEL and queue.need is None:
        doc.mistake(
            (*place, "strategy"),
            f'Queue "{name}" goes by skill level and asks for no skill',
            'Give it a need, as in need: "billing >= 1".',
        )


def _check(doc: Document, place: Place, name: str, one: Need | None, site: Site) -> None:
    if one is None:
        return
    try:
        checked = need(one.text, site.skills)
    except ExpressionError as error:
        doc.mistake(place, f"The need cannot be read {error}", error.mend or "Give somebody the skill (agents.yaml).")
        return
    staff = [agent for agent in site.agents.items() if name in agent[1].queues]
    able = [
        known
        for known, agent in staff
        if checked.admits({**agent.skills, "tier": agent.tiers.get(name, 1), "agent": known})
    ]
    if staff and not able:
        doc.mistake(place, f'No agent of queue "{name}" is "{one.text}"', "Ask for less, or give somebody the skill.")


def check_vips(doc: Document, site: Site, agents: set[str] | None, queues: set[str] | None) -> None:
    """Important callers are given to agents, and wait in queues, that there are."""
    for index, entry in enumerate(site.vip):
        place: Place = ("vip", index)
        if not entry.number and entry.when is None:
            doc.mistake(place, f"Important caller {index + 1} must say who it is about", "Write number, when, or both.")
        if entry.agent is not None and agents is not None and entry.agent not in agents:
            mend = meant(entry.agent, sorted(agents)) or "Name them in agents.yaml."
            doc.mistake((*place, "agent"), f'There is no agent "{entry.agent}"', mend)
        for number, queue in enumerate(entry.queues):
            if queues is not None and queue not in queues:
                mend = meant(queue, sorted(queues)) or "Name it above."
                doc.mistake((*place, "queues", number), f'There is no queue "{queue}"', mend)
