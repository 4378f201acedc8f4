"""The switch in figures, in Prometheus' text format: what is exposed under which name, and how it is found out.

`picture` gathers plain values on the exchange's loop, a millisecond's work for a house of any size; `text` makes the
format of them, in a thread of its own, so that calls never wait for a scrape. Names, kinds and labels are one table;
docs/operations.md has the same, and a test compares.

Units in names: seconds, bytes; `_total` only grows while its process lives. Labels are of small sets (LABELS): no
caller, no number, no call.
Deliberately absent: HTTP (metrics_http.py), counting (tally.py, and each hall for itself).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from apps.tally import Spread
from apps.version import VERSION

if TYPE_CHECKING:
    from apps.exchange import Exchange

LABELS = ("engine", "queue", "trunk", "state", "reason", "status", "version")
PREFIX = "zongji_"


@dataclass(frozen=True, slots=True)
class Name:
    """One metric; `kind` is gauge, counter or histogram. A counter's name ends in `_total`."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()


def _gauge(name: str, text: str, *labels: str) -> Name:
    return Name(PREFIX + name, "gauge", text, labels)


def _total(name: str, text: str, *labels: str) -> Name:
    return Name(f"{PREFIX}{name}_total", "counter", text, labels)


def _spread(name: str, text: str, *labels: str) -> Name:
    return Name(PREFIX + name, "histogram", text, labels)


NAMES = (
    _gauge("build_info", "Always 1; the label has the version.", "version"),
    _gauge("start_time_seconds", "When the exchange started, UTC."),
    _gauge("accepting", "1 while new calls are taken, 0 while the switch stops."),
    _gauge("alarms", "Alarms that stand."),
    # Calls.
    _gauge("calls", "Calls that run."),
    _gauge("legs", "SIP dialogs of calls that run."),
    _total("calls_started", "Calls that came in or were begun."),
    _total("calls_ended", "Calls that are over, by cause and class of the SIP status.", "reason", "status"),
    _spread("call_duration_seconds", "How long calls lasted, from beginning to end."),
    # Phones, trunks.
    _gauge("phones", "Extensions of the site."),
    _gauge("phones_registered", "Extensions with a contact."),
    _gauge("registrations", "Contacts that are registered."),
    _gauge("trunk_calls", "Legs on a trunk now.", "trunk"),
    _gauge("trunk_calls_max", "Most legs that it may have; no value when there is no limit.", "trunk"),
    _total("trunk_legs", "Legs that began on a trunk, both directions.", "trunk"),
    _total("trunk_legs_failed", "Those that came to nothing by the trunk's fault.", "trunk"),
    # The call centre.
    _gauge("agents", "Agents by what they do; logged out and on break are states too.", "state"),
    _gauge("queue_waiting", "Callers waiting.", "queue"),
    _gauge("queue_longest_wait_seconds", "How long the one who waits longest has.", "queue"),
    _gauge("queue_agents", "Agents logged in and not on break.", "queue"),
    _gauge("queue_agents_free", "Agents who could take a call now.", "queue"),
    _total("queue_answered", "Callers who were connected with an agent.", "queue"),
    _total("queue_abandoned", "Callers who hung up while waiting.", "queue"),
    _spread("queue_wait_seconds", "How long callers waited who were answered or hung up.", "queue"),
    _total("alerts", "Attempts to ring an agent, by outcome.", "queue", "reason"),
    # Signalling.
    _total("sip_packets_received", "SIP packets that were looked at."),
    _total("sip_packets_sent", "SIP packets sent."),
    _total("guard_verdicts", "Packets that the guard answered itself or threw away.", "reason"),
    _total("source_verdicts", "What became of untrusted addresses: offences, bans, packets of banned ones.", "reason"),
    _total("register_answers", "REGISTERs answered, by class of the status.", "status"),
    _total("sip_events", "What else signalling counts: INVITEs in, refused and why, wrong proofs, faults.", "reason"),
    # The books and the API.
    _gauge("journal_pending_rows", "Rows that wait to be written."),
    _gauge("journal_failing", "1 while the books cannot be written."),
    _total("journal_rows_written", "Rows written."),
    _total("journal_rows_lost", "Rows that could not be kept."),
    _total("journal_commits", "Commits."),
    _gauge("api_clients", "Connections to the socket API."),
    _total("api_requests_refused", "Requests of the socket API answered by an error."),
    _total("events", "Events told."),
    _total("event_gaps", "How often a client of the socket API was too slow and got a gap."),
    _total("events_missed", "Events in those gaps."),
    # Recordings.
    _total("recordings_ended", "Recordings that are over: whole or failed.", "reason"),
    _total("recording_blocks_lost", "Blocks of about a second missing in recordings that are over."),
    # Engines.
    _gauge("engine_up", "1 while the exchange is connected to it.", "engine"),
    _gauge("engine_streams", "Streams that are open.", "engine"),
    _gauge("engine_rooms", "Rooms.", "engine"),
    _gauge("engine_recordings", "Recordings that run.", "engine"),
    _gauge("engine_ports_free", "Pairs of RTP ports that could be given out.", "engine"),
    _gauge("engine_resident_bytes", "Memory of the process.", "engine"),
    _total("engine_cpu_seconds", "CPU time of the process.", "engine"),
    _total("engine_ticks", "Ticks of 20 ms.", "engine"),
    _total("engine_skipped_ticks", "Ticks that were not made up for: their audio is gone.", "engine"),
    _spread("engine_tick_lateness_seconds", "How late ticks began.", "engine"),
    _spread("engine_tick_work_seconds", "How long ticks took.", "engine"),
    _total("rtp_packets_received", "RTP packets that were accepted.", "engine"),
    _total("rtp_packets_sent", "RTP packets sent.", "engine"),
    _total("rtp_dropped", "Packets thrown away, by reason.", "engine", "reason"),
    _total("rtp_late", "Packets that came after their moment.", "engine"),
    _total("rtp_duplicate", "Packets that came twice.", "engine"),
    _total("rtp_refused", "Packets of ours that the kernel did not take, or that came back.", "engine"),
    _total("rtp_resynced", "How often a far end's numbering or time line began anew.", "engine"),
    _total("rtp_concealed_seconds", "Audio made up because none had come.", "engine"),
    _total("rtp_stretched_seconds", "Delay put in because packets came late.", "engine"),
    _total("rtp_shrunk_seconds", "Audio left out to lose delay again.", "engine"),
    _total("tie_packets_received", "Packets from other engines, for rooms that span several.", "engine"),
    _total("tie_packets_sent", "Packets to other engines.", "engine"),
    _total("recording_blocks_dropped", "Blocks of about a second that the disk process did not take.", "engine"),
    _gauge("disk_queue_bytes", "What waits for the disk process.", "engine"),
    _total("engine_lost", "Whatever else an engine could not do or tell, by name.", "engine", "reason"),
)
BY_NAME = {name.name: name for name in NAMES}
ENGINE_LOST = (
    *("events_untold", "clients_dropped", "orders_wrong", "orders_refused", "orders_untold", "answers_late"),
    *("music_failed", "plays_failed", "tap_dropped", "loader_failed", "ring_failed"),
    *("ties_failed", "tie_late", "tie_refused_out", "tie_concealed"),
)
"""Counters of an engine that are reasons of `zongji_engine_lost_total`."""
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
