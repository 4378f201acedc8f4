"""Whatever is counted of a stream is shown while the call runs, is in the books, is read back, and adds up in the metrics."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any

from apps import metrics_names
from apps.api import params as p
from apps.commands.audio import heard, said
from media import totals
from media.board import DROPS
from media.stream_report import StreamReport
from media.words import StreamId
from tests.stage.paper.house import PaperHouse, after, paper

BY_MEANING = {"packets_in": "", "packets_out": "", "bytes_in": "", "path": ""}
"""Fields that are not counters of trouble: columns of their own, or told by others."""
INCOMING = {
    "jitter_ms",
    "delay_ms",
    "lost",
    "late",
    "duplicate",
    "concealed_ms",
    "bursts",
    "burst_ms",
    "gap_ms",
    "mos_in",
}
INCOMING |= {"stretched_ms", "shrunk_ms", "resynced", "dropped"}
OUTGOING = {"far_lost", "far_jitter_ms", "round_trip_ms", "mos_out", "refused_out"}


def full() -> StreamReport:
    """Another number in every field."""
    values: dict[str, Any] = {field.name: 1001 + 7 * n for n, field in enumerate(fields(StreamReport))}
    values |= {name: 0.25 + values[name] for name in values if name.endswith(("jitter_ms", "round_trip_ms"))}
    dropped = {reason: 5001 + 3 * n for n, reason in enumerate(DROPS)}
    return StreamReport(**values | dict(path="udp 1 > PCMU", mos_in=4.25, mos_out=3.75, dropped=dropped))


def test_every_field_has_a_direction() -> None:
    assert INCOMING | OUTGOING | set(BY_MEANING) == {field.name for field in fields(StreamReport)}


@paper
async def test_every_counter_is_shown_booked_and_read_back(house: PaperHouse) -> None:
    leg = await house.call_in("4002")
    report, desk = full(), house.desk

    async def told(stream: StreamId) -> StreamReport:
        return report

    close = desk.close_stream

    async def closed(stream: StreamId) -> StreamReport:
        await close(stream)
        return report

    desk.report, desk.close_stream = told, closed  # type: ignore[method-assign, assignment]
    asked = p.ByCall(house.call(leg).id)
    (live,) = (await house.ask("calls.show", asked)).legs
    await house.hang_up(leg)
    await after(1)
    (booked,) = (await house.ask("calls.show", asked)).legs
    assert live.stream is not None and booked.stream is not None
    for name in INCOMING | OUTGOING | {"packets_in", "packets_out"}:
        assert getattr(live.stream, name) == getattr(booked.stream, name) == getattr(report, name), name
    coming, going = heard(booked.stream), said(booked.stream)
    for line, names in ((coming, INCOMING - {"dropped"}), (going, OUTGOING)):
        numbers = re.findall(r"\d[\d.]*", line)
        for name in names:
            assert any(float(number) == getattr(report, name) for number in numbers), (name, line)
    for reason, count in report.dropped.items():
        assert f"dropped {reason} {count}" in coming


@paper
async def test_a_leg_without_trouble_says_only_how_good_it_was(house: PaperHouse) -> None:
    leg = await house.call_in("4002")
    (live,) = (await house.ask("calls.show", p.ByCall(house.call(leg).id))).legs
    assert heard(live.stream) == "" and said(live.stream) == ""
    good = replace(StreamReport(packets_in=50, packets_out=50), mos_in=4.41, mos_out=4.4)

    async def told(stream: StreamId) -> StreamReport:
        return good

    house.desk.report = told  # type: ignore[method-assign]
    (live,) = (await house.ask("calls.show", p.ByCall(house.call(leg).id))).legs
    assert (heard(live.stream), said(live.stream)) == ("MOS 4.41", "MOS 4.40")


def test_every_counter_of_streams_adds_up_in_a_metric() -> None:
    names = {name.name for name in metrics_names.NAMES}
    metric = {
        "packets_in": "rtp_packets_received_total",
        "packets_out": "rtp_packets_sent_total",
        "refused_out": "rtp_refused_total",
        "concealed_ms": "rtp_concealed_seconds_total",
        "stretched_ms": "rtp_stretched_seconds_total",
        "shrunk_ms": "rtp_shrunk_seconds_total",
        "dropped": "rtp_dropped_total",
    }
    levels = {"jitter_ms", "delay_ms", "burst_ms", "gap_ms", "mos_in", "mos_out", "far_jitter_ms", "round_trip_ms"}
    shape = {"bursts", "bytes_in", "path"}  # how the losses lie, and what is no count
    for name in {field.name for field in fields(StreamReport)} - levels - shape:
        assert f"zongji_{metric.get(name, f'rtp_{name}_total')}" in names, name
    assert {"far_lost", "refused_out", "late", "duplicate", "resynced"} <= set(totals.COLUMNS)
