"""Whatever is thrown away has a name and a number: each way to lose something is walked, and nothing else moves."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from media import rtcp, stream_report, udp
from media.board import DROPS
from media.desk import _EVENTS
from media.events import MediaEvent, PlayEnded
from media.hall import Refused
from media.messages import Request
from media.orders import Open, SetPath, Sounds
from media.orders import Play as PlayOrder
from media.paths import Codec, Direction
from media.paths import Path as MediaPath
from media.uring import Ring
from media.wording import set_path
from media.words import StreamId
from tests.stage.replay import Bench


def rtp(seq: int, payload: bytes = b"\x55" * 160, kind: int = 0, ts: int | None = None, ssrc: int = 7) -> bytes:
    at = seq * 160 if ts is None else ts
    return struct.pack(">BBHII", 0x80, kind, seq & 0xFFFF, at & 0xFFFFFFFF, ssrc) + payload


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench() as built:
        built.connect()
        yield built


def locked(bench: Bench, packets: int = 10) -> int:
    """The far end has been heard; the next sequence number."""
    for n in range(packets):
        bench.send(rtp(n))
        bench.tick()
    assert bench.report().dropped == {} and bench.report().packets_in == packets
    return packets


def test_what_is_thrown_away_once_the_source_is_known(bench: Bench) -> None:
    n = locked(bench)
    junk = {
        "short": b"\x80\0\0",
        "version": b"\xff" * 40,
        "stun": b"\x00\x01\x00\x08" + b"\x21\x12\xa4\x42" * 6,
        "dtls": b"\x16\xfe\xfd" + b"\0" * 60,
        "type": rtp(n, kind=96),
        "long": rtp(n, b"\x55" * 700),
        "order": rtp(n + 9000, ts=1 << 30),
    }
    for packet in junk.values():
        bench.send(packet)
        bench.tick()
    assert bench.report().dropped == dict.fromkeys(junk, 1)
    bench.send(struct.pack(">BBHII", 0x80, 101, n, n * 160, 7) + b"\x01")
    bench.send(struct.pack(">BBHII", 0x80, 101, n + 1, n * 160 + 160, 7) + struct.pack(">BBH", 16, 10, 160))
    bench.tick()
    assert bench.report().dropped["digit"] == 2


def test_what_knocks_at_the_door_before_and_beside_the_source() -> None:
    with Bench() as bench:
        bench.send(rtp(1))
        bench.tick()
        assert bench.report().dropped == {"early": 1}
        bench.connect()
        stranger = bench.socket()
        for packet in (b"\0" * 40, b"\x17\xfe\xfd" + b"\0" * 40, b"\xc0" * 40, b"\x80", rtp(1, b"\0" * 700)):
            bench.send(packet, stranger)
        bench.tick()
        assert bench.report().dropped == {"early": 1, "stun": 1, "dtls": 1, "version": 1, "short": 1, "long": 1}
        locked_at = 5
        for n in range(3):
            bench.send(rtp(n))
        bench.tick()
        # Two of them had waited at the door when the third proved nothing new: the newest is heard.
        assert bench.report().packets_in == 1 and bench.report().dropped["waited"] == 2
        for n in range(3, locked_at):
            bench.send(rtp(n))
            bench.tick()
        for n in range(8):
            bench.send(rtp(n, ssrc=99), stranger)
            bench.tick()
        assert bench.report().dropped["source"] == 8 and bench.report().packets_in == 3


def test_a_flood_is_thrown_away_unread_and_so_is_what_the_kernel_cannot_keep(bench: Bench) -> None:
    n = locked(bench)
    for k in range(40):
        bench.send(rtp(n + k))
    bench.tick()
    assert bench.report().dropped == {"flood": 35} and bench.report().packets_in == n + udp.ROUNDS
    line = bench.engine.hall.streams[StreamId("speaker")]._line
    assert line is not None
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    for k in range(100):
        bench.send(rtp(n + 40 + k))
    bench.tick()
    report = bench.report()
    assert report.dropped["overrun"] > 50
    seen = report.packets_in - n - udp.ROUNDS + report.dropped["overrun"] + report.dropped["flood"] - 35
    assert seen == 100
    # A source that goes takes its line along, not what was counted on it.
    bench.order(set_path("speaker", _elsewhere(bench)))
    assert bench.report().dropped["overrun"] == report.dropped["overrun"]


def _elsewhere(bench: Bench) -> MediaPath:
    port = bench.socket().getsockname()[1]
    return MediaPath("127.0.0.1", port, Codec.PCMU, 0, 101, 20, Direction.SENDRECV, port + 1)


def test_a_flood_at_the_doors_counts_too(bench: Bench) -> None:
    locked(bench)
    control = bench.engine.hall.streams[StreamId("speaker")].control.getsockname()
    stranger = bench.socket()
    for n in range(30):
        stranger.sendto(b"\x81\xc9\0\0", control)
        bench.send(rtp(n, ssrc=5), stranger)
    bench.tick()
    assert bench.report().dropped == {"flood": 50, "rtcp": 5, "source": 5}


def test_what_does_not_listen_to_us(bench: Bench) -> None:
    n = locked(bench)
    path = bench.engine.hall.streams[StreamId("speaker")].path
    assert path is not None
    bench.order(set_path("speaker", replace(path, direction=Direction.SENDONLY)))
    bench.send(rtp(n))
    bench.tick()
    assert bench.report().dropped == {"direction": 1}


def test_a_packet_of_ours_that_comes_back_is_counted(bench: Bench) -> None:
    n = locked(bench)
    for k in range(5):
        bench.send(rtp(n + k))
        bench.tick()
    assert bench.report().refused_out == 0
    bench.far.close()
    for _ in range(5):
        bench.now += 0.02
        bench.engine.tick(bench.now)
    assert bench.report().refused_out >= 3


def test_malformed_rtcp_has_its_own_name_and_a_stranger_s_is_a_stranger_s(bench: Bench) -> None:
    locked(bench)
    control = bench.engine.hall.streams[StreamId("speaker")].control.getsockname()
    good = rtcp.build(7, "x", None, None)
    for packet in (good[:-1], b"", b"\x80\xc8\xff\xff" * 8, good[:9], good):
        bench.far.sendto(packet, control)
    bench.tick()
    assert bench.report().dropped == {"rtcp": 4}


def test_delay_and_losses_are_told_in_milliseconds(bench: Bench) -> None:
    n = locked(bench)
    for _ in range(4):
        bench.tick()
    for k in range(4):
        bench.send(rtp(n + k))
    bench.tick()
    report = bench.report()
    assert report.late and report.stretched_ms and report.concealed_ms and report.stretched_ms % 20 == 0


def test_a_full_engine_and_orders_that_make_no_sense_are_counted(bench: Bench) -> None:
    opened = 0
    with pytest.raises(Refused):
        for opened in range(20):
            bench.engine.hall.open(StreamId(f"more{opened}"))
    assert opened == 8 - 1 - 2
    control = bench.engine.control
    control._do(None, _request("Open"))  # type: ignore[arg-type]
    control._do(None, _request("SetPath"))  # type: ignore[arg-type]
    control.tell(PlayEnded(StreamId("x"), 1, "done", 0))
    counted = bench.engine._figures()["counters"]
    assert counted["orders_refused"] == 1 and counted["orders_wrong"] == 1 and counted["events_untold"] == 1


def _request(kind: str) -> object:
    order = Open("again") if kind == "Open" else SetPath("speaker", "no address", 1, "PCMU", 0, None, 20, "sendrecv", 2)
    return Request(0, order)


def test_a_play_that_fails_is_counted_and_the_rest_of_it_is_heard(bench: Bench) -> None:
    sources = [Sounds(path="/nowhere/at/all.wav"), Sounds(freqs_hz=(500.0,), on_ms=100)]
    bench.order(PlayOrder("listener", 3, sources, False))
    limit = time.monotonic() + 5
    while not any(isinstance(event, PlayEnded) for event in bench.events) and time.monotonic() < limit:
        bench.engine.hall.loader.collect()
        bench.tick()
    ended = [event for event in bench.events if isinstance(event, PlayEnded)]
    assert [(event.why, event.heard_ms) for event in ended] == [("failed", 100)]
    assert bench.engine._figures()["counters"]["plays_failed"] == 1


def test_a_job_that_breaks_down_does_not_take_the_loader_along(bench: Bench) -> None:
    loader, found = bench.engine.hall.loader, []
    loader.submit(lambda: 1 // 0, found.append)
    loader.submit(lambda: 42, found.append)
    limit = time.monotonic() + 5
    while not found and time.monotonic() < limit:
        loader.collect()
    assert found == [42] and bench.engine._figures()["counters"]["loader_failed"] == 1


def test_every_drop_is_explained_where_the_report_is_and_every_event_reaches_the_desk() -> None:
    source = Path(stream_report.__file__).read_text("utf-8")
    text = source[source.index("dropped: dict[str, int]") :]
    assert all(f'"{name}"' in text for name in DROPS)
    kinds = {kind.__name__ for kind in MediaEvent.__args__}
    assert kinds - set(_EVENTS) == {"EngineLost", "EngineBack"}


def test_a_ring_that_broke_is_told(bench: Bench) -> None:
    try:
        bench.engine.hall.ring = Ring(16)
    except OSError:
        pytest.skip("no io_uring here")
    bench.engine.hall.ring.broken = True
    assert bench.engine._figures()["counters"]["ring_failed"] == 1
    bench.engine.hall.ring.close()


def test_an_engine_that_is_late_still_hears_its_orders(bench: Bench) -> None:
    control = bench.engine.control
    control._todo.append((None, Request(0, Open("late"))))  # type: ignore[arg-type]
    control.serve_about(time.monotonic() - 1.0)
    assert StreamId("late") in bench.engine.hall.streams
