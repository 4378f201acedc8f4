"""Agents: list, log in and out, breaks, wrap-up. The same events as the star codes give."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from acd.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    BreakEnded,
    BreakStarted,
    DispositionGiven,
    Event,
    WrapUpExtended,
)
from acd.words import Activity, AgentName, Presence
from apps import explanations, floor_views
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
            "agents.explain": self.explain,
            "agents.login": self.login,
            "agents.logout": self.logout,
            "agents.break": self.rest,
            "agents.ready": self.ready,
            "agents.extend": self.extend,
            "agents.disposition": self.disposition,
        }

    async def list(self, _: p.Nothing) -> t.Agents:
        return t.Agents(floor_views.agents(self._house))

    async def explain(self, asked: p.ByAgent) -> t.AgentExplanation:
        self._known(asked.agent)
        return await explanations.of_agent(self._house, asked.agent)

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
        limit_s = self._house.site.break_limit_s(asked.reason)
        return self._tell(asked.agent, BreakStarted(AgentName(asked.agent), asked.reason, limit_s))

    async def ready(self, asked: p.ByAgent) -> t.AgentInfo:
        self._logged_in(asked.agent)
        found = self._tell(asked.agent, BreakEnded(AgentName(asked.agent)))
        if found.disposition_owed and found.activity == Activity.WRAPPING_UP.value:
            raise self._refused(f"Agent {asked.agent} owes a disposition for call {found.call_id}", self._codes(found))
        return found

    async def extend(self, asked: p.Extend) -> t.AgentInfo:
        if self._known(asked.agent).activity != Activity.WRAPPING_UP.value:
            raise self._refused(f"Agent {asked.agent} does not wrap up")
        return self._tell(asked.agent, WrapUpExtended(AgentName(asked.agent), asked.seconds))

    async def disposition(self, asked: p.Disposition) -> t.AgentInfo:
        found = self._known(asked.agent)
        view = self._house.floor.centre.agent(AgentName(asked.agent), time.monotonic())
        if view is None or found.activity not in (Activity.TALKING.value, Activity.WRAPPING_UP.value):
            raise self._refused(f"Agent {asked.agent} neither talks with a queue's caller nor wraps up after one")
        if asked.code not in view.codes:
            raise self._refused(f"Queue {found.queue} has no disposition {asked.code}", self._codes(found), "code")
        return self._tell(asked.agent, DispositionGiven(AgentName(asked.agent), asked.code))

    def _codes(self, found: t.AgentInfo) -> str:
        """What may be given, for a hint."""
        view = self._house.floor.centre.agent(AgentName(found.agent), time.monotonic())
        names = [f"{code} {self._house.site.disposition(found.queue, code)}" for code in (view.codes if view else ())]
        return f"Its dispositions: {', '.join(names)}." if names else "It has none; add them in queues.yaml."

    def _refused(self, what: str, hint: str = "", where: str = "agent") -> ApiError:
        return ApiError(Code.REFUSED, what, where=where, hint=hint)

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
