"""Agents: list, log in and out, breaks. The same events as the star codes give."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from acd.events import AgentLoggedIn, AgentLoggedOut, BreakEnded, BreakStarted, Event
from acd.words import AgentName, Presence
from apps import floor_views
from apps.api import params as p
from apps.api import types as t
from apps.api.protocol import ApiError, Code, not_found

if TYPE_CHECKING:
    from apps.house import House


class Agents:
    """Methods about agents."""

    def __init__(self, house: House) -> None:
        self._house = house

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {
            "agents.list": self.list,
            "agents.login": self.login,
            "agents.logout": self.logout,
            "agents.break": self.rest,
            "agents.ready": self.ready,
        }

    async def list(self, _: p.Nothing) -> t.Agents:
        return t.Agents(floor_views.agents(self._house))

    async def login(self, asked: p.Login) -> t.AgentInfo:
        self._known(asked.agent)
        extension = asked.extension or self._house.site.agents[asked.agent].extension
        if not extension:
            raise ApiError(
                Code.REFUSED,
                f"Agent {asked.agent} has no extension of their own",
                where="extension",
                hint="Say where they sit, or give them one in agents.yaml.",
            )
        if extension not in self._house.site.phones:
            raise not_found("extension", extension, "zongji phones list shows them.")
        reachable = bool(self._house.switch.contacts(extension))
        return self._tell(asked.agent, AgentLoggedIn(AgentName(asked.agent), extension, reachable))

    async def logout(self, asked: p.ByAgent) -> t.AgentInfo:
        self._known(asked.agent)
        return self._tell(asked.agent, AgentLoggedOut(AgentName(asked.agent)))

    async def rest(self, asked: p.Break) -> t.AgentInfo:
        self._logged_in(asked.agent)
        return self._tell(asked.agent, BreakStarted(AgentName(asked.agent), asked.reason))

    async def ready(self, asked: p.ByAgent) -> t.AgentInfo:
        self._logged_in(asked.agent)
        return self._tell(asked.agent, BreakEnded(AgentName(asked.agent)))

    def _known(self, name: str) -> t.AgentInfo:
        found = floor_views.agent(self._house, name)
        if found is None:
            raise not_found("agent", name, "zongji agents list shows them.")
        return found

    def _logged_in(self, name: str) -> None:
        if self._known(name).presence == Presence.LOGGED_OUT.value:
            hint = f"Log them in first: zongji agents login {name}"
            raise ApiError(Code.REFUSED, f"Agent {name} is not logged in", where="agent", hint=hint)

    def _tell(self, name: str, event: Event) -> t.AgentInfo:
        self._house.floor.tell(event)
        return self._known(name)
