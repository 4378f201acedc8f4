"""The wallboard's numbers: each queue and each agent now, and which of it is worth a look.

Worked out at most every `FRESH_S`, however many look.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from apps import floor_views
from apps.api.types import AgentInfo, QueueInfo, utc
from apps.api.wallboard_types import WallAgent, Wallboard, WallQueue
from apps.model_wallboard import Pair, WallboardEntry

if TYPE_CHECKING:
    from apps.house import House

FRESH_S = 0.5
_AGENT_TIMES = {"talking": "talking", "wrapping up": "wrapping_up", "on break": "on_break"}
_RANKS = {"bad": 0, "warn": 1, "": 2}
_ORDER = ("talking", "ringing", "reserved", "wrapping up", "other call", "idle", "on break", "not registered")


class Board:
    """One a house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._last: Wallboard | None = None
        self._at = 0.0

    def numbers(self) -> Wallboard:
        """As they are now."""
        now = time.monotonic()
        if self._last is None or now - self._at >= FRESH_S:
            self._last, self._at = self._look(), now
        return self._last

    def _look(self) -> Wallboard:
        house = self._house
        queues = [self._queue(info) for info in floor_views.queues(house)]
        infos = floor_views.agents(house)
        agents = [self._agent(info) for info in infos if info.extension]
        agents.sort(key=lambda agent: (_RANKS[agent.level], _ORDER.index(agent.state), -agent.ms))
        return Wallboard(
            at=utc(time.time()),
            site=house.site.switch.name,
            calls=len(house.calls),
            waiting=sum(queue.waiting for queue in queues),
            queues=queues,
            agents=agents,
            logged_out=len(infos) - len(agents),
        )

    def _queue(self, info: QueueInfo) -> WallQueue:
        entry, today = self._house.site.queues.get(info.queue), self._house.today.queue(info.queue)
        limits = entry.wallboard if entry is not None else WallboardEntry()
        offered = today.counted
        share = round(100 * today.in_time / offered, 1) if offered else None
        lost = round(100 * today.abandoned / offered, 1) if offered else None
        levels = {
            "waiting": level(info.waiting, limits.waiting),
            "longest_wait_ms": level(info.longest_wait_ms / 1000, limits.longest_wait),
            "service_level": level(share, limits.service_level),
            "abandoned": level(lost, limits.abandoned),
            "agents": "bad" if info.waiting and not info.agents else "",
        }
        return WallQueue(
            queue=info.queue,
            name=info.name,
            waiting=info.waiting,
            longest_wait_ms=info.longest_wait_ms,
            service_level=share,
            answered_today=info.answered_today,
            abandoned_today=info.abandoned_today,
            abandoned=lost,
            ringing=info.ringing,
            talking=info.talking,
            agents=info.agents,
            free=info.free,
            on_break=info.on_break,
            levels={name: found for name, found in levels.items() if found},
        )

    def _agent(self, info: AgentInfo) -> WallAgent:
        entry = self._house.site.agents.get(info.agent)
        queue = self._house.site.queues.get(info.queues[0]) if info.queues else None
        limits = queue.wallboard if queue is not None else WallboardEntry()
        state = _state(info)
        seconds = max(0.0, time.time() - info.since.timestamp())
        times = getattr(limits, _AGENT_TIMES[state]) if state in _AGENT_TIMES else None
        found = "bad" if state == "not registered" else level(seconds, times) if times is not None else ""
        return WallAgent(
            agent=info.agent,
            name=info.name,
            state=state,
            ms=round(seconds * 1000),
            level=found,
            reason=info.reason if state == "on break" else "",
            team=(entry.team or "") if entry is not None else "",
            extension=info.extension,
            calls_today=info.calls_today,
            queues=info.queues,
        )


def level(figure: float | None, limits: Pair) -> str:
    """ "bad", "warn", or nothing; a pair that falls is for figures that are better when high."""
    warns, alarms = limits
    if figure is None:
        return ""
    if warns > alarms:
        figure, warns, alarms = -figure, -warns, -alarms
        return "bad" if figure > alarms else "warn" if figure > warns else ""
    return "bad" if figure >= alarms else "warn" if figure >= warns else ""


def _state(info: AgentInfo) -> str:
    """One word for both axes."""
    if info.activity in ("talking", "ringing", "wrapping up", "reserved", "other call"):
        return info.activity
    if info.presence == "on break":
        return info.presence
    return info.activity if info.reachable else "not registered"
