"""Numbers about a period, out of the books."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from apps import reports_agents, reports_service
from apps.api import params as p
from apps.api import types as t
from apps.reports_period import Period, period
from apps.site_clock import midnight_at

if TYPE_CHECKING:
    from apps.house import House


class Reports:
    """Methods about how a day, or a year, went."""

    def __init__(self, house: House) -> None:
        self._house = house

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {
            "reports.queues": self.queues,
            "reports.intervals": self.intervals,
            "reports.dispositions": self.dispositions,
            "reports.agents": self.agents,
            "reports.breaks": self.breaks,
        }

    async def queues(self, asked: p.QueueReportOf) -> t.QueueReports:
        site = self._house.site
        names = {name: entry.name for name, entry in site.queues.items()}
        return await reports_service.queues(
            self._house.journal,
            self._period(asked),
            asked.queue,
            asked.service_level_s,
            names,
        )

    async def intervals(self, asked: p.IntervalReportOf) -> t.IntervalReports:
        return await reports_service.intervals(
            self._house.journal, self._period(asked), asked.queue, asked.service_level_s, asked.interval_s
        )

    async def dispositions(self, asked: p.DispositionReportOf) -> t.DispositionReports:
        return await reports_service.dispositions(self._house.journal, self._period(asked), asked.queue)

    async def agents(self, asked: p.AgentReportOf) -> t.AgentReports:
        site = self._house.site
        shifts = {name: entry.shift for name, entry in site.agents.items() if entry.shift}
        names = {name: entry.name for name, entry in site.agents.items()}
        return await reports_agents.agents(
            self._house.journal,
            self._period(asked),
            asked.agent,
            shifts,
            ZoneInfo(site.switch.time_zone),
            names,
        )

    async def breaks(self, asked: p.AgentReportOf) -> t.BreakReports:
        site = self._house.site
        return await reports_agents.breaks(self._house.journal, self._period(asked), asked.agent, site.break_limit_s)

    def _period(self, asked: p.ReportOf) -> Period:
        return period(asked.since, asked.until, midnight_at(self._house.site))
