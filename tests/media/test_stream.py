"""One stream: how it is found, what it says of itself, and its reports, on real sockets without an engine."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
from collections.abc import Iterator

import pytest

from media import report, rtcp, rtp
from media.board import Board
from media.lock import Lock
from media.paths import Codec, Direction, Path
from media.sender import PHASES, Sender
from media.stream import Stream
from media.udp import Yard
from media.words import StreamId


class Stage:
    def __init__(self) -> None:
        self.board, self.yard = Board(300), Yard(300)
        self.admitted: list[tuple[int, bytes]] = []
        self.far = self.socket()
        self.control = self.socket()
        self.sender = Sender(self.board)
        self.aimed = self.sender.arrange

    def socket(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(2)
        return sock

    def stream(self) -> Stream:
        while True:
            with contextlib.suppress(OSError):
                return Stream(
                    StreamId("s"),
                    "127.0.0.1",
                    random.randrange(42000, 60000, 2),
                    self.board,
                    self.yard,
                    lambda row, packet: self.admitted.append((row, packet)),
                    self.aimed,
                )

    def path(self, **changes: object) -> Path:
        facts = {
            "remote_ip": "127.0.0.1",
            "remote_port": self.far.getsockname()[1],
            "codec": Codec.PCMU,
            "payload_type": 0,
            "dtmf_payload_type": 101,
            "ptime_ms": 20,
            "direction": Direction.SENDRECV,
            "remote_rtcp_port": self.control.getsockname()[1],
        }
        return Path(**{**facts, **changes})  # type: ignore[arg-type]


@pytest.fixture
def stage() -> Iterator[Stage]:
    built = Stage()
    yield built
    built.far.close()
    built.control.close()


def test_a_stream_is_silent_until_it_has_a_path_and_locks_on_its_first_packet(stage: Stage) -> None:
    stream = stage.stream()
    at = ("127.0.0.1", stream.address.port)
    stage.far.sendto(rtp.head(0, 0, 1, 1, 1) + b"a" * 160, at)
    stage.yard.knocks()
    assert stage.admitted == [] and stream.report().dropped == {"early": 1}
    stream.set_path(stage.path())
    stage.far.sendto(rtp.head(96, 0, 1, 1, 1) + b"a" * 160, at)
    for n in range(2):
        stage.far.sendto(rtp.head(0, 0, n, 160 * n, 1) + b"a" * 160, at)
    stage.yard.knocks()
    assert [row for row, _ in stage.admitted] == [stream.row] * 2
    assert stream.watch.state is Lock.SURE and stream.report().dropped == {"early": 1, "type": 1}
    assert repr(stream) == f"<udp {stream.address.port} > jitter 20ms > PCMU > silence>"
    stream.outlet.send(b"hello")
    assert stage.far.recvfrom(100) == (b"hello", at)
    stream.close()


def test_a_path_that_does_not_send_sends_nothing(stage: Stage) -> None:
    stream, sender = stage.stream(), stage.sender
    for changes in ({"direction": Direction.RECVONLY}, {"remote_ip": "0.0.0.0"}, {"remote_port": 0}):
        stream.set_path(stage.path(**changes))
        sender.build()
        assert sum(map(len, sender.phases)) == 0 and stream.report().packets_out == 0
    stream.close()


@pytest.mark.parametrize("ptime", [10, 20, 30, 40, 50, 60])
def test_packets_have_our_packet_time_and_time_stamps_without_a_gap(stage: Stage, ptime: int) -> None:
    stream, sender, b = stage.stream(), stage.sender, stage.board
    stream.set_path(stage.path(ptime_ms=ptime))
    b.seq_out[stream.row], b.ts_out[stream.row] = 65534, 2**32 - 500
    for n in range(30):
        b.out[stream.row] = n + 1
        sender.build()
        for phase in range(PHASES):
            sender.send(phase)
    packets = [stage.far.recv(1000) for _ in range(stream.report().packets_out)]
    assert len(packets) == 600 // ptime
    heads = [struct.unpack(">BBHII", packet[:12]) for packet in packets]
    assert [h[2] for h in heads] == [(65534 + n) & 0xFFFF for n in range(len(packets))]
    assert [h[3] for h in heads] == [(2**32 - 500 + n * ptime * 8) & 0xFFFFFFFF for n in range(len(packets))]
    assert {h[4] for h in heads} == {stream.ssrc}
    assert b"".join(p[12:] for p in packets) == b"".join(bytes([n + 1]) * 160 for n in range(30))
    stream.close()


def test_many_streams_leave_in_phases(stage: Stage) -> None:
    streams, sender = [stage.stream() for _ in range(250)], stage.sender
    for n, stream in enumerate(streams):
        stream.set_path(stage.path())
        if n == 90:
            sender.build()
            assert [len(phase) for phase in sender.phases] == [91, 0, 0, 0]
    sender.build()
    assert [len(phase) for phase in sender.phases] == [99, 100, 51, 0]
    for stream in streams:
        row = stream.row
        stream.close()
        sender.forget(row)
    sender.build()
    assert stage.board.high == 1 and not any(sender.phases)


def test_a_change_between_two_ticks_neither_doubles_nor_loses_nor_invents_a_packet(stage: Stage) -> None:
    others = [stage.stream() for _ in range(110)]
    stream, sender = stage.stream(), stage.sender
    changes = [
        lambda: stream.set_path(stage.path()),
        lambda: stream.finger.press("1", 40, 60),
        lambda: stream.set_path(stage.path(ptime_ms=40)),
        lambda: stream.set_path(stage.path()),
    ]
    for change in changes:
        for tick in range(12):
            sender.build()
            sender.send(0)
            if tick == 5:
                change()
                sender.arrange(stream)
            for phase in range(1, PHASES):
                sender.send(phase)
    packets = [stage.far.recv(1000) for _ in range(stream.report().packets_out)]
    seqs = [struct.unpack_from(">H", packet, 2)[0] for packet in packets]
    assert [(seq - seqs[0]) & 0xFFFF for seq in seqs] == list(range(len(seqs)))
    stage.far.setblocking(False)
    with pytest.raises(BlockingIOError):
        stage.far.recv(1000)
    for each in (*others, stream):
        each.close()


def test_reports_give_round_trip_and_far_loss(stage: Stage) -> None:
    stream, b = stage.stream(), stage.board
    stream.set_path(stage.path())
    b.packets_out[stream.row], b.now = 50, 100.0
    report.say(stream, b, 1000.0, bye=False)
    first = rtcp.read(stage.control.recv(1000))
    assert first is not None and first.sent is not None and first.sent.packets == 50 and first.blocks == ()
    answer = rtcp.Block(stream.ssrc, 10, 7, 50, 80, first.sent.ntp >> 16 & 0xFFFFFFFF, 65536)
    packet = rtcp.build(9, "far", rtcp.Sent(rtcp.ntp(5.0), 0, 1, 1), answer)
    report.hear(stream, b, packet, ("127.0.0.1", 5), 1001.25)
    found = stream.report()
    assert found.round_trip_ms is not None and abs(found.round_trip_ms - 250) < 1 and found.far_lost == 7
    report.hear(stream, b, packet, ("192.0.2.1", 5), 1001.25)
    report.hear(stream, b, b"rubbish!", ("127.0.0.1", 5), 1001.25)
    assert stream.report().dropped == {"source": 1, "rtcp": 1}
    b.started[stream.row], b.seq_high[stream.row], b.received[stream.row] = True, 9, 8
    b.now = 102.0
    report.say(stream, b, 1003.0, bye=True)
    second = rtcp.read(stage.control.recv(1000))
    assert second is not None and second.bye
    (block,) = second.blocks
    assert (block.lost, block.fraction_lost, block.highest_seq, block.delay) == (2, 51, 9, 2 * 65536)
    assert block.last_sr == rtcp.ntp(5.0) >> 16 & 0xFFFFFFFF
    stream.close()
