"""Who may do what to whom: by role (which acts), by team (whose calls and agents).

The administrator, who is whoever may write to the API's socket and acts on nobody's behalf, may do everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.model_supervisors import ADMIN, ALL_TEAMS, BUILT_IN_ROLES
from apps.supervise.words import Forbidden, Missing

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House
    from apps.whole_site import Site


def at_phone(site: Site, extension: str) -> str | None:
    """The supervisor whose phone this is."""
    return next((name for name, entry in site.supervisors.items() if extension and entry.extension == extension), None)


def known(site: Site, by: str) -> str:
    """The supervisor's name; ADMIN for none. Raises `Missing`."""
    if by and by not in site.supervisors:
        raise Missing(f"There is no supervisor {by}", "by", "agents.yaml has them.")
    return by or ADMIN


def may_act(site: Site, by: str, act: str) -> None:
    """Raises `Forbidden` when the supervisor's role does not have this act."""
    if by == ADMIN:
        return
    entry = site.supervisors.get(by)
    role = entry.role if entry is not None else ""
    acts = site.roles[role].may if role in site.roles else BUILT_IN_ROLES.get(role, ())
    if act not in acts:
        raise Forbidden(f"{by} may not {act}", "by", f"The role {role} does not have it (agents.yaml).")


def over_everybody(site: Site, by: str) -> bool:
    """Their teams are all there are, and calls that no team has."""
    return by == ADMIN or (by in site.supervisors and ALL_TEAMS in site.supervisors[by].teams)


def over_agent(site: Site, by: str, agent: str) -> bool:
    """The agent is in one of their teams."""
    if over_everybody(site, by):
        return True
    entry, mine = site.agents.get(agent), site.supervisors.get(by)
    return entry is not None and mine is not None and entry.team in mine.teams


def over_queue(site: Site, by: str, queue: str) -> bool:
    """One of their agents serves the queue."""
    return over_everybody(site, by) or any(
        queue in entry.queues and over_agent(site, by, name) for name, entry in site.agents.items()
    )


def over_extension(house: House, by: str, extension: str) -> bool:
    """One of their agents sits there, or has that phone."""
    seated = house.floor.centre.agent_at(extension)
    if seated is not None:
        return over_agent(house.site, by, seated)
    owners = [name for name, entry in house.site.agents.items() if extension and entry.extension == extension]
    return over_everybody(house.site, by) or any(over_agent(house.site, by, name) for name in owners)


def over_call(house: House, by: str, call: Call) -> bool:
    """One of their agents talks in it, is rung for it, or serves the queue where it waits."""
    if over_everybody(house.site, by):
        return True
    story = call.story
    current = story.current if story is not None else None
    if current is not None and current.agent:
        return over_agent(house.site, by, current.agent)
    if current is not None and current.queue:
        return over_queue(house.site, by, current.queue)
    live = [line.extension for line in call.lines.values() if line.extension and line.ended is None]
    return any(over_extension(house, by, extension) for extension in live)


def must_be_over_call(house: House, by: str, call: Call) -> None:
    """Raises `Forbidden`."""
    if not over_call(house, by, call):
        raise Forbidden(f"{by} does not watch over call {call.id}", "call_id", "Its agent is in no team of theirs.")


def must_be_over_agent(site: Site, by: str, agent: str) -> None:
    """Raises `Forbidden`, or `Missing` when there is no such agent."""
    if agent not in site.agents:
        raise Missing(f"There is no agent {agent}", "agent", "zongji agents list shows them.")
    if not over_agent(site, by, agent):
        raise Forbidden(f"{by} does not watch over agent {agent}", "agent", "That agent is in no team of theirs.")
