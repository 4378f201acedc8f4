"""A real call, a stranger who sprays at it, and what the switch says of both: calls show, the books, the metrics, a tap."""

from __future__ import annotations

import random
import socket
import struct
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from media.paths import Codec
from tests.stage.cast import Cast, connected, heard_tone
from tests.stage.ports import free_port
from tests.stage.replay import datagrams, flows, replay
from tests.stage.rtp_peer import Peer, sine
from tests.stage.switch import Switch, switch

SOURCE = "zongji_rtp_dropped_total:source"
pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def metrics_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, metrics_port: int) -> Iterator[Switch]:
    def listen(built: Switch) -> None:
        built.rewrite("switch.yaml", "limits:", f'metrics: {{listen: "127.0.0.1:{metrics_port}"}}\nlimits:')

    with switch(tmp_path_factory.mktemp("house"), rtp_ports=60, change=listen) as running:
        yield running


def sums(text: str) -> dict[str, float]:
    """Each metric's samples added up, whatever their labels; drops by reason."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            name = sample.name
            if name == "zongji_rtp_dropped_total":
                name += f":{sample.labels['reason']}"
            found[name] = found.get(name, 0.0) + sample.value
    return found


def fetched(port: int) -> dict[str, float]:
    """What a Prometheus would see now."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return sums(answer.read().decode())


def test_a_sprayed_call_stays_whole_and_every_packet_is_accounted_for(
    house: Switch, cast: Cast, tmp_path: Path, metrics_port: int
) -> None:
    before = fetched(metrics_port)
    bob = cast.desk("2002", "--answer", "0.2", hz=1000)
    alice = cast.desk("2001", hz=440)
    alice.dial("2002")
    connected(alice, bob)
    (call,) = house.calls()
    target = tmp_path / "call.pcap"
    tapped = house.command("media", "tap", call["call_id"], str(target), "--seconds", "3")
    assert tapped.returncode == 0, tapped.stderr
    legs = house.ask("calls.show", call_id=call["call_id"])["legs"]
    strangers = []
    for n in range(6):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((f"127.0.0.{10 + n}", 0))
        sock.setblocking(False)
        strangers.append(sock)
    loud = Peer(Codec.PCMU).encode(sine(2000.0, 0.9)[:320])
    for n in range(100):
        for sock in strangers:
            for leg in legs:
                ip, _, port = leg["stream"]["local"].rpartition(":")
                head = struct.pack(">BBHII", 0x80, 0, n, n * 160, 7)
                sock.sendto(head + loud, (ip, int(port)))
                sock.sendto(random.randbytes(60), (ip, int(port) + 1))
        time.sleep(0.02)
    time.sleep(0.5)
    for sock in strangers:
        with pytest.raises(BlockingIOError):
            sock.recv(2048)
    shown = house.ask("calls.show", call_id=call["call_id"])["legs"]
    for leg in shown:
        dropped = leg["stream"]["dropped"]
        # The kernel may have kept less than was sent; nothing of it is missing in the counts.
        assert dropped["source"] > 100 and sum(dropped.values()) == 2 * 6 * 100, dropped
        assert leg["stream"]["lost"] == 0
        assert " > jitter " in leg["stream"]["path"] and " > PCM" in leg["stream"]["path"]
        assert leg["stream"]["path"].partition(" > ")[0] == "udp " + leg["stream"]["local"].rpartition(":")[2]
        assert " > room " in leg["stream"]["path"]
    page = house.command("calls", "show", call["call_id"]).stdout
    assert "dropped source" in page and page.count("dropped ") >= 2
    live = fetched(metrics_port)
    assert live["zongji_calls"] == 1 and live["zongji_engine_streams"] == 2 and live["zongji_engine_up"] == 1
    by_strangers = live[SOURCE] - before[SOURCE]
    assert by_strangers == sum(leg["stream"]["dropped"]["source"] for leg in shown)
    printed = sums(house.command("metrics").stdout)
    assert printed.keys() == live.keys() and printed["zongji_engine_ticks_total"] > live["zongji_engine_ticks_total"]
    alice.order("hangup")
    bob.wait("ended")
    heard_tone(alice, 1000)
    heard_tone(bob, 440)
    house.booked()
    booked = house.ask("calls.show", call_id=call["call_id"])["legs"]
    assert [leg["stream"]["dropped"] for leg in booked] == [leg["stream"]["dropped"] for leg in shown]
    # What the tap wrote plays again: each phone's tone, and none of the strangers'.
    found = flows(datagrams(target.read_bytes()))
    mine = [packets for (source, _, ssrc), packets in found.items() if ssrc != 7 and source[1] != 0]
    assert len(mine) == 4 and all(len(packets) > 120 for packets in mine)
    result = replay(mine[0])
    assert result.report.packets_in > 120 and result.report.lost == 0
    for sock in strangers:
        sock.close()
