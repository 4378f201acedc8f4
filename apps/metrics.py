"""The switch in figures, in Prometheus' text format: how they are found out and written.

`picture` gathers plain values on the exchange's loop, a millisecond's work for a house of any size; `text` makes the
format of them, in a thread of its own, so that calls never wait for a scrape.

Deliberately absent: names (metrics_names.py), HTTP (metrics_http.py), counting (tally.py, and each hall for itself).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from apps.metrics_names import ENGINE_LOST, NAMES, PREFIX
from apps.tally import Spread
from apps.version import VERSION

if TYPE_CHECKING:
    from apps.exchange import Exchange

_SIP_ELSEWHERE = ("packets.in", "packets.out")

Sample = tuple[str, tuple[str, ...], float | Spread]
"""Name without prefix, values of the labels, value."""


async def picture(exchange: Exchange) -> list[Sample]:
    """All values, as of now. The engines are asked first: what follows is of one moment."""
    engines = await exchange.house.desk.engines()
    return [*_switch(exchange), *_centre(exchange), *_books(exchange), *_engines(engines)]


def text(samples: Iterable[Sample]) -> str:
    """The exposition. Takes no lock of the exchange's and may run in any thread."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Made(list(_families(samples))))
    return generate_latest(registry).decode()


class _Made:
    """A collector of what is there already."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> list[Metric]:
        return self._families


def _families(samples: Iterable[Sample]) -> Iterator[Metric]:
    by_name: dict[str, list[tuple[tuple[str, ...], float | Spread]]] = {}
    for name, labels, value in samples:
        by_name.setdefault(PREFIX + name, []).append((labels, value))
    for known in NAMES:
        family: Any
        if known.kind == "histogram":
            family = HistogramMetricFamily(known.name, known.help, labels=known.labels)
        elif known.kind == "counter":
            family = CounterMetricFamily(known.name, known.help, labels=known.labels)
        else:
            family = GaugeMetricFamily(known.name, known.help, labels=known.labels)
        for labels, value in by_name.pop(known.name, ()):
            if isinstance(value, Spread):
                family.add_metric(labels, list(_buckets(value)), value.sum)
            else:
                family.add_metric(labels, value)
        yield family
    if by_name:
        raise LookupError(f"metrics that are not in the table: {sorted(by_name)}")


def _buckets(spread: Spread) -> Iterator[tuple[str, float]]:
    count = 0
    for edge, here in zip((*map(str, spread.edges), "+Inf"), spread.counts, strict=True):
        count += here
        yield edge, count


def _switch(exchange: Exchange) -> Iterator[Sample]:
    house, tally = exchange.house, exchange.house.tally
    yield "build_info", (VERSION,), 1
    yield "start_time_seconds", (), exchange.started_at
    yield "accepting", (), float(house.accepting)
    yield "alarms", (), len(house.alarms.standing())
    yield "calls", (), len(house.calls)
    yield "legs", (), len(house.lines)
    yield "calls_started_total", (), tally.calls_started
    yield from (("calls_ended_total", labels, count) for labels, count in tally.calls_ended.items())
    yield "call_duration_seconds", (), tally.call_s.copy()
    contacts = house.switch.contacts()
    yield "phones", (), len(house.site.phones)
    yield "phones_registered", (), len({binding.extension for binding in contacts})
    yield "registrations", (), len(contacts)
    for name, entry in house.site.trunks.items():
        yield "trunk_calls", (name,), house.today.trunk_calls(name)
        if entry.max_calls:
            yield "trunk_calls_max", (name,), entry.max_calls
        yield "trunk_legs_total", (name,), house.today.trunk_legs[name]
        yield "trunk_legs_failed_total", (name,), house.today.trunk_failures[name]
    yield from _signalling(house.switch.counters, house.switch.source_verdicts)


def _signalling(counters: Mapping[str, int], sources: Mapping[str, int]) -> Iterator[Sample]:
    yield "sip_packets_received_total", (), counters.get("packets.in", 0)
    yield "sip_packets_sent_total", (), counters.get("packets.out", 0)
    answers: Counter[str] = Counter()
    for name, count in counters.items():
        kind, _, rest = name.partition(".")
        if kind == "guard":
            yield "guard_verdicts_total", (rest,), count
        elif kind == "register":
            answers[f"{rest[:1]}xx"] += count
        elif name not in _SIP_ELSEWHERE:
            yield "sip_events_total", (name.replace(".", "_"),), count
    yield from (("register_answers_total", (status,), count) for status, count in answers.items())
    yield from (("source_verdicts_total", (name,), count) for name, count in sources.items())


def _centre(exchange: Exchange) -> Iterator[Sample]:
    house, tally = exchange.house, exchange.house.tally
    snapshot = house.floor.centre.snapshot(time.monotonic())
    states = Counter(
        agent.activity.value if agent.presence.value == "available" else agent.presence.value
        for agent in snapshot.agents
    )
    yield from (("agents", (state.replace(" ", "_"),), count) for state, count in states.items())
    for queue in snapshot.queues:
        name = (str(queue.name),)
        yield "queue_waiting", name, queue.waiting
        yield "queue_longest_wait_seconds", name, queue.longest_s if queue.waiting else 0
        yield "queue_agents", name, queue.logged_in - queue.on_break
        yield "queue_agents_free", name, queue.free
        yield "queue_open", name, float(queue.open)
        yield "queue_handling_seconds", name, queue.handling_s
        if queue.error_s is not None:
            yield "queue_wait_error_seconds", name, queue.error_s
            yield "queue_wait_bias_seconds", name, queue.bias_s
        yield "queue_answered_total", name, tally.answered[queue.name]
        yield "queue_abandoned_total", name, tally.abandoned[queue.name]
        yield "queue_wait_seconds", name, tally.waits[queue.name].copy()
    for (of, outcome), count in tally.alerts.items():
        yield "alerts_total", (of, outcome.replace(" ", "_")), count


def _books(exchange: Exchange) -> Iterator[Sample]:
    house, api, journal = exchange.house, exchange.api, exchange.house.journal
    yield "journal_pending_rows", (), journal.pending
    yield "journal_failing", (), float(bool(journal.failing))
    yield "journal_rows_written_total", (), journal.written
    yield "journal_rows_lost_total", (), journal.lost
    yield "journal_commits_total", (), journal.commits
    yield "api_clients", (), api.clients
    yield "api_requests_refused_total", (), api.rejected
    yield "events_total", (), house.hub.seq
    yield "event_gaps_total", (), api.gaps
    yield "events_missed_total", (), api.missed
    yield from (("recordings_ended_total", (how,), count) for how, count in house.tally.recordings.items())
    yield "recording_blocks_lost_total", (), house.tally.blocks_dropped
    yield "recording_missing_seconds_total", (), house.tally.missing_s


def _engines(engines: Iterable[Mapping[str, Any]]) -> Iterator[Sample]:
    for found in engines:
        engine = (found["name"],)
        there = "counters" in found
        yield "engine_up", engine, float(there)
        if not there:
            continue
        counted = found["counters"]
        yield "engine_streams", engine, found["streams"]
        yield "engine_rooms", engine, found["rooms"]
        yield "engine_recordings", engine, found["recordings"]
        yield "engine_ports_free", engine, found["ports_free"]
        yield "engine_resident_bytes", engine, found["rss_kb"] * 1024
        yield "engine_cpu_seconds_total", engine, found["cpu_s"]
        yield "engine_ticks_total", engine, found["ticks"]
        yield "engine_skipped_ticks_total", engine, found["skipped_ticks"]
        yield "engine_tick_lateness_seconds", engine, _seconds(found["lateness"])
        yield "engine_tick_work_seconds", engine, _seconds(found["work"])
        yield "rtp_packets_received_total", engine, counted["packets_in"]
        yield "rtp_packets_sent_total", engine, counted["packets_out"]
        yield "rtp_lost_total", engine, counted["lost"]
        yield "rtp_far_lost_total", engine, counted["far_lost"]
        yield "rtp_late_total", engine, counted["late"]
        yield "rtp_duplicate_total", engine, counted["duplicate"]
        yield "rtp_refused_total", engine, counted["refused_out"]
        yield "rtp_resynced_total", engine, counted["resynced"]
        yield "rtp_concealed_seconds_total", engine, counted["concealed"] * 0.01
        yield "rtp_stretched_seconds_total", engine, counted["stretched"] * 0.02
        yield "rtp_shrunk_seconds_total", engine, counted["shrunk"] * 0.02
        yield "tie_packets_received_total", engine, counted["tie_packets_in"]
        yield "tie_packets_sent_total", engine, counted["tie_packets_out"]
        yield "recording_blocks_dropped_total", engine, counted["dropped_blocks"]
        yield "disk_queue_bytes", engine, counted["disk_waiting_bytes"]
        for name, count in counted.items():
            if name.startswith("dropped_") and name != "dropped_blocks":
                yield "rtp_dropped_total", (*engine, name.removeprefix("dropped_")), count
        yield from (("engine_lost_total", (*engine, name), counted[name]) for name in ENGINE_LOST)


def _seconds(lateness: Mapping[str, Any]) -> Spread:
    spread = Spread(tuple(edge / 1000 for edge in lateness["edges_ms"]))
    spread.counts, spread.sum = list(lateness["counts"]), lateness["sum_ms"] / 1000
    return spread
