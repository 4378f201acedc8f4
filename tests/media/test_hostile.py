"""Hostile audio: a stranger is not heard and not answered, and whatever bytes come only count."""

from __future__ import annotations

import random
import socket
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media import g711, rtcp
from media.events import DigitHeard
from media.paths import Codec, Direction, Path
from media.ports import REST_S, Ports
from media.wording import set_path
from media.words import StreamId
from tests.stage.replay import Bench
from tests.stage.rtp_peer import Peer, purity, rms_dbfs, sine

SPEECH = Peer(Codec.PCMU).encode(sine(440.0))
SHOUT = Peer(Codec.PCMU).encode(sine(2000.0, 0.9))


def packet(n: int, codes: bytes = SPEECH, *, ssrc: int = 1, kind: int = 0) -> bytes:
    at = n * 160 % 8000
    return struct.pack(">BBHII", 0x80, kind, n & 0xFFFF, n * 160, ssrc) + codes[at : at + 160]


def path(port: int, **changes: object) -> Path:
    facts = {"remote_ip": "127.0.0.1", "signalling_ip": "127.0.0.1", **changes}
    return Path(
        remote_port=port, codec=Codec.PCMU, payload_type=0, dtmf_payload_type=101, ptime_ms=20,
        direction=Direction.SENDRECV, remote_rtcp_port=port + 1, **facts,
    )  # type: ignore[arg-type]  # fmt: skip


def samples(packets: list[bytes]) -> np.ndarray:
    return g711.DECODE[0][np.frombuffer(b"".join(p[12:] for p in packets), np.uint8)]


class Stranger:
    """Sprays from addresses and ports of its own, and listens whether it is answered."""

    def __init__(self, bench: Bench, ips: list[str]) -> None:
        self.bench, self.sockets = bench, []
        for ip in ips:
            self.sockets.append(bench.socket(ip))
        self.answers = 0

    def spray(self, n: int) -> None:
        for nth, sock in enumerate(self.sockets):
            self.bench.send(packet(n, SHOUT, ssrc=500 + nth), sock)
            try:
                while sock.recv(2048):
                    self.answers += 1
            except BlockingIOError:
                pass


def test_who_sprays_before_the_far_end_speaks_is_never_heard_and_never_answered() -> None:
    with Bench() as bench:
        bench.connect()
        bench.order(set_path("speaker", path(bench.far.getsockname()[1])))
        stranger = Stranger(bench, ["127.0.0.9", "127.0.0.10"])
        heard: list[bytes] = []
        for n in range(100):
            stranger.spray(n)
            heard += bench.tick()
        assert stranger.answers == 0 and not samples(heard).any()
        assert bench.report().packets_in == 0 and bench.report().dropped == {"source": 200}
        for n in range(100):
            bench.send(packet(n))
            stranger.spray(100 + n)
            heard += bench.tick()
        pcm = samples(heard[110:195])
        assert purity(pcm, 440) > 0.99 and purity(pcm, 2000) < 1e-4 and stranger.answers == 0
        # The far end falls silent, as a phone does that suppresses silence: still nobody else.
        for n in range(200, 400):
            stranger.spray(n)
            heard += bench.tick()
        assert stranger.answers == 0 and rms_dbfs(samples(heard[-100:])) < -60


def test_where_signalling_is_not_known_a_stranger_is_heard_for_five_packets_at_most_once_the_far_end_speaks() -> None:
    with Bench() as bench:
        bench.connect()
        stranger = Stranger(bench, ["127.0.0.9"])
        for n in range(20):
            stranger.spray(n)
            bench.tick()
        heard = []
        for n in range(60):
            bench.send(packet(n))
            stranger.spray(20 + n)
            heard += bench.tick()
        before = bench.report().packets_in
        loud = [purity(samples([p]), 2000) > 0.5 for p in heard]
        assert sum(loud) <= 5 and not any(loud[8:])
        answered = stranger.answers
        for n in range(60, 80):
            stranger.spray(n)
            bench.tick()
        assert stranger.answers == answered and bench.report().packets_in == before


def test_a_phone_behind_nat_is_learned_where_its_signalling_is_and_again_when_its_port_moves() -> None:
    with Bench() as bench:
        bench.connect()
        # Its SDP names an address of its own network; its packets come from where its SIP does, 127.0.0.1.
        bench.order(set_path("speaker", path(4000, remote_ip="10.0.0.5")))
        stranger = Stranger(bench, ["127.0.0.9"])
        for n in range(20):
            bench.send(packet(n))
            stranger.spray(n)
            bench.tick()
        assert bench.report().packets_in >= 17 and stranger.answers == 0
        rebound = bench.socket()
        for n in range(20, 60):
            bench.send(packet(n), rebound)
            stranger.spray(n)
            bench.tick()
        assert bench.report().packets_in <= 20  # two ends at once are one too many, and the old one is not silent yet
        for n in range(60, 160):
            bench.send(packet(n), rebound)
            stranger.spray(n)
            bench.tick()
        assert bench.report().packets_in >= 50 and stranger.answers == 0


def test_a_re_invite_moves_the_lock_at_once_and_the_old_source_is_a_stranger() -> None:
    with Bench() as bench:
        bench.connect()
        for n in range(20):
            bench.send(packet(n))
            bench.tick()
        new = bench.socket()
        bench.order(set_path("speaker", path(new.getsockname()[1])))
        came, before = 0, bench.report().dropped.get("source", 0)
        for n in range(20, 60):
            bench.send(packet(n, SHOUT, ssrc=9))
            bench.send(packet(n - 20, ssrc=2), new)
            bench.tick()
            came += 1
        report = bench.report()
        assert report.packets_in == 20 + came and report.dropped["source"] - before == came


# ---- any bytes ------------------------------------------------------------------------------------------------------


def shaped(first: st.SearchStrategy[int], least: int = 0, most: int = 60) -> st.SearchStrategy[bytes]:
    return st.builds(lambda head, rest: bytes([head]) + rest, first, st.binary(min_size=least, max_size=most))


RTP = st.builds(
    lambda first, kind, seq, ts, ssrc, rest: struct.pack(">BBHII", first, kind, seq, ts, ssrc) + rest,
    st.sampled_from([0x80, 0x80, 0x80, 0x90, 0xA0, 0xBF, 0x8F, 0xB0]),
    st.sampled_from([0, 0, 0, 8, 13, 101, 101 | 128, 0x80, 72, 96, 200]),
    st.integers(0, 65535),
    st.one_of(st.integers(0, 2**32 - 1), st.integers(0, 40).map(lambda n: n * 160)),
    st.sampled_from([1, 1, 1, 2, 0, 2**32 - 1]),
    st.one_of(
        st.binary(max_size=30), st.integers(0, 700).map(lambda n: b"\x55" * n), st.binary(min_size=160, max_size=160)
    ),
)
RTCP = st.builds(
    lambda count, kind, words, rest: struct.pack(">BBH", 0x80 | count, kind, words) + rest,
    st.integers(0, 63),
    st.sampled_from([200, 201, 202, 203, 204, 205, 206, 207, 192, 223]),
    st.one_of(st.integers(0, 14), st.just(65535)),
    st.binary(max_size=80),
)
REPORT = st.builds(
    lambda ssrc, block, keep: rtcp.build(1, "x", rtcp.Sent(1 << 63, 1, 2, 3), block, bye=bool(ssrc & 1))[:keep],
    st.integers(0, 3),
    st.builds(rtcp.Block, *[st.integers(0, 2**32 - 1)] * 7),
    st.integers(1, 200),
)
HOSTILE = st.one_of(
    RTP,
    RTP,
    RTCP,
    REPORT,
    shaped(st.integers(0, 3)),
    shaped(st.integers(20, 63)),
    shaped(st.integers(64, 255)),
    st.binary(max_size=900),
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["far", "far", "stranger", "control", "control", "tick", "tick", "path"]), HOSTILE),
    max_size=60,
)


@given(steps=STEPS, mux=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_bytes_raise_out_of_a_tick_and_all_are_accounted_for(steps: list[tuple[str, bytes]], mux: bool) -> None:
    with Bench() as bench:
        bench.connect()
        far = bench.far.getsockname()[1]
        stranger = Stranger(bench, ["127.0.0.9"]).sockets[0]
        bench.order(set_path("speaker", path(far, rtcp_mux=mux)))
        stream = bench.engine.hall.streams[StreamId("speaker")]
        control = ("127.0.0.1", bench.ports["speaker"] + 1)
        for n in range(3):
            bench.send(packet(n))
            bench.tick()
        sent = 3
        for kind, data in steps:
            match kind:
                case "far":
                    bench.send(data)
                    sent += 1
                case "stranger":
                    bench.send(data, stranger)
                    sent += 1
                case "control":
                    bench.far.sendto(data, control)
                case "path":
                    bench.order(set_path("speaker", path(far, rtcp_mux=mux)))
                case _:
                    bench.tick()
        for _ in range(3):
            bench.tick()
        report = bench.report()
        counted = report.packets_in + sum(report.dropped.values())
        taken = sum(kind == "control" for kind, _ in steps)
        assert counted <= sent + taken + len(steps)  # a packet of many faults counts once, one too long twice
        if not mux and not taken:
            assert counted >= sent
        assert report.far_lost >= 0 and (stream.far.round_trip_ms is None or 0 <= stream.far.round_trip_ms < 60_000)
        # It is still the same stream, and it still works.
        heard: list[bytes] = []
        for n in range(100, 260):
            bench.send(packet(n, ssrc=77))
            heard += bench.tick()
        assert purity(samples(heard[-60:]), 440) > 0.95


@given(data=st.one_of(RTCP, REPORT, st.binary(max_size=200), st.lists(RTCP, max_size=4).map(b"".join)))
@settings(max_examples=600, deadline=None)
def test_the_rtcp_parser_reads_or_refuses(data: bytes) -> None:
    found = rtcp.read(data)
    if found is not None:
        assert len(data) >= 8 and all(0 <= block.ssrc < 2**32 for block in found.blocks)


def test_a_digit_from_a_stranger_is_none() -> None:
    with Bench() as bench:
        bench.connect()
        bench.order(set_path("speaker", path(bench.far.getsockname()[1])))
        stranger = Stranger(bench, ["127.0.0.9"]).sockets[0]
        for n in range(20):
            event = struct.pack(">BBHII", 0x80, 101 | 128, n, 5000, 5) + struct.pack(">BBH", 5, 10, 160 * n)
            bench.send(event, stranger)
            bench.tick()
        assert not [event for event in bench.events if isinstance(event, DigitHeard)]


# ---- ports ----------------------------------------------------------------------------------------------------------


def test_ports_are_drawn_at_random_and_rest_after_use() -> None:
    ports = Ports(20000, 29999, random.Random(1))
    drawn = [ports.take(0.0) for _ in range(2000)]
    assert len(set(drawn)) == 2000 and all(port is not None and port % 2 == 0 for port in drawn)
    steps = np.diff([port for port in drawn if port is not None])
    assert np.abs(steps).mean() > 2000 and abs(np.corrcoef(steps[:-1], steps[1:])[0, 1] + 0.5) < 0.1
    for port in drawn[:100]:
        assert port is not None
        ports.rest(port, 10.0)
    again = {ports.take(10.0 + REST_S - 0.1) for _ in range(3000)}
    assert not again & set(drawn[:100])
    assert {ports.take(10.0 + REST_S + 0.1) for _ in range(100)} == set(drawn[:100])


def test_a_port_is_bound_only_when_a_stream_is_opened_and_free_when_it_is_closed() -> None:
    with Bench() as bench:
        port = bench.ports["speaker"]
        taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with pytest.raises(OSError):
            taken.bind(("127.0.0.1", port))
        bench.engine.hall.close(StreamId("speaker"))
        taken.bind(("127.0.0.1", port))
        taken.close()
        assert port not in {bench.engine.hall.open(StreamId(f"n{n}"))[1] for n in range(4)}
