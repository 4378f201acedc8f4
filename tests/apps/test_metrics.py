"""The switch in figures: every name is documented and produced, no label tells who called, and HTTP holds nobody up."""

from __future__ import annotations

import asyncio
import re
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from apps import metrics, metrics_names
from apps.api import params as p
from apps.api.events import CallClosed
from apps.api.hub import EventHub
from apps.api.listening import SocketError
from apps.api.server import ApiServer
from apps.metrics_http import AT_ONCE, MetricsServer
from apps.tally import Spread, Tally
from media import totals
from media.board import DROPS
from media.engine import Engine
from media.ports import Ports
from switch.words import Cause, Party
from tests.stage.paper.house import PaperHouse, after, paper

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")


def values(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by name and labels, by the library's own parser."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return found


def named(text: str, name: str, **labels: str) -> float:
    return values(text)[name, tuple(sorted(labels.items()))]


async def scrape(house: PaperHouse) -> str:
    return str((await house.ask("metrics.get", p.Nothing())).text)


def test_names_follow_prometheus_and_labels_are_of_small_sets() -> None:
    for name in metrics_names.NAMES:
        assert re.fullmatch(r"zongji_[a-z_]+", name.name) and name.help.endswith(".")
        assert name.name.endswith("_total") == (name.kind == "counter")
        assert set(name.labels) <= set(metrics_names.LABELS)
        assert not re.search(r"_(ms|s|kb|kib|count|number)(_|$)", name.name)
    assert len(metrics_names.BY_NAME) == len(metrics_names.NAMES)
    assert not set(metrics_names.LABELS) & {"call", "call_id", "caller", "called", "extension", "agent"}


def test_the_manual_has_every_metric_every_reason_and_no_other() -> None:
    told = re.findall(r"^\| `(zongji_\w+)` \| (\w+) \| ([^|]*) \|", OPERATIONS, re.M)
    assert {(name, kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in told} == {
        (each.name, each.kind, each.labels) for each in metrics_names.NAMES
    }
    reasons = OPERATIONS.partition("| reason | a packet that |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"^\| `(\w+)`", reasons, re.M)) == sorted(DROPS)
    rest = OPERATIONS.partition("| reason | |\n")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", rest, re.M) == list(metrics_names.ENGINE_LOST)


def figures(tmp_path: Path) -> dict[str, Any]:
    """What a real engine says of itself, as the desk hands it on."""
    engine = Engine(
        "e1", str(tmp_path / "e"), str(tmp_path / "d"), "127.0.0.1", Ports(20000, 20010),
        rows=8, lost_s=1.0, batched=False,
    )  # fmt: skip
    try:
        engine.lateness.add(0.15)
        engine.lateness.add(30.0)
        found = {"connected": True, **engine._figures()}
    finally:
        engine.shut()
    found["counters"] |= {"orders_untold": 3, "answers_late": 0, "dropped_source": 7, "concealed": 150}
    return found


def test_every_counter_of_an_engine_has_its_place(tmp_path: Path) -> None:
    found = figures(tmp_path)
    text = metrics.text(metrics._engines([found, {"name": "e2", "connected": False}]))
    elsewhere = {*totals.COLUMNS, "dropped_blocks", "disk_waiting_bytes", "skipped_ticks"}
    elsewhere |= {"tie_packets_in", "tie_packets_out", "lost"}
    drops = {f"dropped_{name}" for name in DROPS}
    assert set(found["counters"]) == elsewhere | drops | set(metrics_names.ENGINE_LOST)
    assert named(text, "zongji_engine_up", engine="e1") == 1 and named(text, "zongji_engine_up", engine="e2") == 0
    assert named(text, "zongji_rtp_dropped_total", engine="e1", reason="source") == 7
    assert named(text, "zongji_rtp_concealed_seconds_total", engine="e1") == 1.5
    assert named(text, "zongji_engine_lost_total", engine="e1", reason="orders_untold") == 3
    late = "zongji_engine_tick_lateness_seconds"
    assert named(text, f"{late}_bucket", engine="e1", le="0.0002") == 1
    assert named(text, f"{late}_bucket", engine="e1", le="+Inf") == named(text, f"{late}_count", engine="e1") == 2
    assert named(text, f"{late}_sum", engine="e1") == pytest.approx(0.03015)


@paper
async def test_a_day_in_figures(house: PaperHouse) -> None:
    await house.log_in()
    first = await house.call_in("4001", number="13912345678")
    agent = await house.pick_up("2001")
    await after(40)
    text = await scrape(house)
    assert named(text, "zongji_calls") == 1 and named(text, "zongji_legs") == 2
    assert named(text, "zongji_agents", state="talking") == 1
    assert named(text, "zongji_phones_registered") == 1 and named(text, "zongji_accepting") == 1
    await house.hang_up(agent)
    second = await house.call_in("4002")
    await after(25)
    assert named(await scrape(house), "zongji_queue_longest_wait_seconds", queue="service") == pytest.approx(25, abs=1)
    house.switch.gone(second, Cause.NORMAL, Party.CALLER)
    await house.hang_up(first)
    await after(1)
    text = await scrape(house)
    assert named(text, "zongji_queue_answered_total", queue="sales") == 1
    assert named(text, "zongji_queue_abandoned_total", queue="service") == 1
    assert named(text, "zongji_queue_wait_seconds_bucket", queue="service", le="20.0") == 0
    assert named(text, "zongji_queue_wait_seconds_bucket", queue="service", le="30.0") == 1
    assert named(text, "zongji_calls_started_total") == 2
    ended = {labels: count for (name, labels), count in values(text).items() if name == "zongji_calls_ended_total"}
    assert sum(ended.values()) == 2 and {dict(labels)["reason"] for labels in ended} == {"normal"}
    assert named(text, "zongji_call_duration_seconds_count") == 2
    assert named(text, "zongji_alerts_total", queue="sales", reason="answered") == 1
    assert named(text, "zongji_trunk_legs_total", trunk="carrier") == 2
    assert named(text, "zongji_journal_rows_lost_total") == 0
    assert "13912345678" not in text and all(f'"{call}' not in text for call in ("13", "alice", "2001"))


@paper
async def test_every_name_is_announced_even_when_nothing_has_happened(house: PaperHouse) -> None:
    text = await scrape(house)
    told = set(re.findall(r"^# TYPE (\S+)", text, re.M))
    assert told == {name.name for name in metrics_names.NAMES}


def test_an_unknown_metric_is_a_mistake() -> None:
    with pytest.raises(LookupError, match="zongji_made_up"):
        metrics.text([("made_up", (), 1)])


def test_a_spread_counts_upper_edges_as_its_own() -> None:
    spread = Spread((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 9.0):
        spread.add(value)
    assert spread.counts == [2, 1, 1] and spread.sum == 12.0
    same = spread.copy()
    spread.add(1.0)
    assert same.counts == [2, 1, 1]


def test_the_hub_tells_the_tally() -> None:
    hub, tally = EventHub(), Tally()
    hub.counted = tally.told
    for status in (486, 487, 0):
        hub.publish(CallClosed("c", "busy", "callee", status, 1500))
    assert tally.calls_ended == {("busy", "4xx"): 2, ("busy", ""): 1} and tally.call_s.counts[1] == 3


async def test_a_client_that_is_too_slow_is_counted(tmp_path: Path) -> None:
    hub = EventHub(keep_events=3)
    server = ApiServer(tmp_path / "s", {}, hub, version="1", started_at=0.0)
    await server.start()
    try:
        for _ in range(10):
            hub.publish(CallClosed("c", "normal", "caller", 0, 1))
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "s"))
        writer.write(b'{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{"since_seq":0}}\n')
        while b"events.lost" not in await reader.readline():
            pass
        assert server.clients == 1 and server.gaps == 1 and server.missed == 7
        writer.close()
    finally:
        await server.stop()


# ---- HTTP -----------------------------------------------------------------------------------------------------------


async def fetch(port: int, path: str = "/metrics", method: str = "GET") -> tuple[int, str, str]:
    def get() -> tuple[int, str, str]:
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, "", refused.read().decode()

    return await asyncio.to_thread(get)


async def some() -> list[metrics.Sample]:
    return [("calls", (), 3)]


async def test_prometheus_fetches_and_nothing_else_is_to_be_had() -> None:
    server = MetricsServer("127.0.0.1", 0, some)
    server.start(asyncio.get_running_loop())
    try:
        code, kind, text = await fetch(server.port)
        assert code == 200 and kind.startswith("text/plain; version=") and named(text, "zongji_calls") == 3
        assert (await fetch(server.port, "/"))[0] == 404 and (await fetch(server.port, "/../etc/passwd"))[0] == 404
        assert (await fetch(server.port, method="POST"))[0] == 405
        code, _, text = await fetch(server.port, method="HEAD")
        assert (code, text) == (200, "")
        with pytest.raises(SocketError, match=r"metrics\.listen: 127\.0\.0\.1:\d+ cannot be listened on: Address"):
            MetricsServer("127.0.0.1", server.port, some).start(asyncio.get_running_loop())
    finally:
        await server.stop()
    with pytest.raises(urllib.error.URLError):
        await fetch(server.port)


async def test_clients_that_say_nothing_or_rubbish_hold_up_neither_the_loop_nor_for_long_each_other() -> None:
    server = MetricsServer("127.0.0.1", 0, some)
    server.start(asyncio.get_running_loop())
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(AT_ONCE + 3)]
    try:
        for sock in idle[: AT_ONCE - 1]:
            sock.send(b"\x00\xff\r\n" * 3)
        worst, last, until = 0.0, time.monotonic(), time.monotonic() + 7
        while time.monotonic() < until:
            await asyncio.sleep(0.005)
            worst, last = max(worst, time.monotonic() - last), time.monotonic()
        assert worst < 0.5
        assert (await fetch(server.port))[0] == 200
    finally:
        for sock in idle:
            sock.close()
        await server.stop()


async def test_an_exchange_that_cannot_answer_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.metrics_http.PATIENCE_S", 0.2)

    async def never() -> list[metrics.Sample]:
        await asyncio.sleep(60)
        return []

    server = MetricsServer("127.0.0.1", 0, never)
    server.start(asyncio.get_running_loop())
    try:
        code, _, text = await fetch(server.port)
        assert code == 503 and "does not answer" in text
    finally:
        await server.stop()
