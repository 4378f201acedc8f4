"""The switch at a glance: status, snapshot, configuration, phones, trunks, engines, stop."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from apps import floor_views, metrics, views
from apps.api import params as p
from apps.api import types as t
from apps.config_report import report
from apps.version import VERSION
from ivr.words import Mistakes

if TYPE_CHECKING:
    from apps.exchange import Exchange
    from switch.binding import Binding


class Status:
    """Methods about the switch as a whole."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {
            "status.get": self.status,
            "snapshot.get": self.snapshot,
            "config.check": self.check,
            "config.reload": self.reload,
            "switch.stop": self.stop,
            "phones.list": self.phones,
            "trunks.list": self.trunks,
            "engines.list": self.engines,
            "metrics.get": self.metrics,
        }

    async def status(self, _: p.Nothing) -> t.StatusInfo:
        house = self._exchange.house
        snapshot = house.floor.centre.snapshot(time.monotonic())
        bound = {binding.extension for binding in house.switch.contacts()}
        return t.StatusInfo(
            version=VERSION,
            instance=house.hub.instance,
            site=str(house.site.paths.directory),
            started_at=t.utc(self._exchange.started_at),
            state="running" if house.accepting else "stopping",
            pid=os.getpid(),
            calls=len(house.calls),
            waiting=sum(queue.waiting for queue in snapshot.queues),
            agents=len(snapshot.agents),
            agents_logged_in=sum(bool(agent.extension) for agent in snapshot.agents),
            phones=len(house.site.phones),
            phones_registered=len(bound),
            trunks=len(house.site.trunks),
            calls_today=house.today.calls,
            listening=[f"{transport} {ip}:{port}" for transport, ip, port in house.switch.bound],
            config_loaded_at=t.utc(self._exchange.loaded_at),
            engines=(await self.engines(p.Nothing())).engines,
            alarms=house.alarms.standing(),
            counters={**house.switch.counters, "journal_rows_lost": house.journal.lost},
        )

    async def snapshot(self, _: p.Nothing) -> t.Snapshot:
        house = self._exchange.house
        status = await self.status(p.Nothing())
        # No await from here on: all that follows is true for one event number.
        return t.Snapshot(
            seq=house.hub.seq,
            at=t.utc(time.time()),
            status=status,
            calls=[views.call_info(call) for call in house.calls.values()],
            agents=floor_views.agents(house),
            queues=floor_views.queues(house),
            phones=self._phones(),
            trunks=self._trunks(),
            engines=status.engines,
        )

    async def check(self, _: p.Nothing) -> t.ConfigReport:
        return await self._read(apply=False)

    async def reload(self, _: p.Nothing) -> t.ConfigReport:
        return await self._read(apply=True)

    async def _read(self, *, apply: bool) -> t.ConfigReport:
        try:
            read = await self._exchange.reload(apply=apply)
        except Mistakes as mistakes:
            return report(mistakes.mistakes)
        return report(read.warnings, applied=apply, changes=read.changes)

    async def stop(self, asked: p.Stop) -> t.StopInfo:
        house = self._exchange.house
        grace_s = house.site.switch.limits.drain_s if asked.grace_s is None else asked.grace_s
        self._exchange.stopping.ask(grace_s)
        return t.StopInfo(len(house.calls), grace_s)

    async def phones(self, _: p.Nothing) -> t.Phones:
        return t.Phones(self._phones())

    def _phones(self) -> list[t.PhoneInfo]:
        house = self._exchange.house
        contacts: dict[str, list[t.ContactInfo]] = {}
        for binding in house.switch.contacts():
            contacts.setdefault(binding.extension, []).append(contact_info(binding))
        calls = Counter(line.extension for line in house.lines.values())
        seated = {
            view.extension: view.name for view in house.floor.centre.snapshot(time.monotonic()).agents if view.extension
        }
        return [
            t.PhoneInfo(
                extension,
                entry.name,
                contacts.get(extension, []),
                calls[extension],
                seated.get(extension, ""),
                entry.srtp.value,
            )
            for extension, entry in house.site.phones.items()
        ]

    async def trunks(self, _: p.Nothing) -> t.Trunks:
        return t.Trunks(self._trunks())

    def _trunks(self) -> list[t.TrunkInfo]:
        house = self._exchange.house
        return [
            t.TrunkInfo(
                name=name,
                host=entry.host,
                port=entry.port,
                transport=entry.transport,
                addresses=list(entry.addresses),
                calls=house.today.trunk_calls(name),
                max_calls=entry.max_calls or None,
                caller_id=entry.caller_id,
                calls_today=house.today.trunk(name).calls,
                failed_today=house.today.trunk(name).failed,
                srtp=entry.srtp.value,
            )
            for name, entry in house.site.trunks.items()
        ]

    async def metrics(self, _: p.Nothing) -> t.MetricsText:
        samples = await metrics.picture(self._exchange)
        return t.MetricsText(await asyncio.to_thread(metrics.text, samples))

    async def engines(self, _: p.Nothing) -> t.Engines:
        return t.Engines([engine_info(found) for found in await self._exchange.house.desk.engines()])


def contact_info(binding: Binding) -> t.ContactInfo:
    """One registered contact."""
    return t.ContactInfo(
        uri=binding.contact_uri,
        address=f"{binding.received_ip}:{binding.received_port}",
        transport=binding.transport,
        registered_at=t.utc(binding.registered_at),
        expires_at=t.utc(binding.expires_at),
        user_agent=binding.user_agent,
    )


def engine_info(found: dict[str, Any]) -> t.EngineInfo:
    """One media engine, from the desk's figures."""
    if "pid" not in found:
        return t.EngineInfo(found["name"], "silent" if found.get("connected") else "lost")
    late = found["lateness"]
    return t.EngineInfo(
        engine=found["name"],
        state="running",
        pid=found["pid"],
        streams=found["streams"],
        rooms=found["rooms"],
        ties=found["ties"],
        recordings=found["recordings"],
        cpu_percent=round(100 * found["busy"], 1),
        memory_kib=found["rss_kb"],
        late_p50_ms=late["p50_ms"],
        late_p99_ms=late["p99_ms"],
        late_max_ms=late["max_ms"],
        late=[t.LateTicks(edge, n) for edge, n in zip((*late["edges_ms"], None), late["counts"], strict=True)],
        skipped_ticks=found["skipped_ticks"],
        counters=found["counters"],
    )
