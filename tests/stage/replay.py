"""A pcap played into an engine again, so that a fault which was tapped becomes a test.

    python -m tests.stage.replay FILE.pcap          what a listener hears of each flow in it, and its figures
    python -m tests.stage.replay FILE.pcap --wav DIRECTORY

Each flow (source, target, SSRC) goes by real sockets into a stream of a real engine, in this process and on a clock
of its own: a tick is 20 ms of the file's time and lasts as long as it computes. So ten minutes take seconds, and the
same file gives the same audio every time. A second stream in the same room is the listener.

Files are those of `zongji media tap`: classic pcap of either byte order, microseconds or nanoseconds, raw IP or
Ethernet; IPv4 and UDP. Other packets are passed over. Units: seconds, samples of 8 kHz.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import socket
import struct
import tempfile
import wave
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from media import g711
from media.engine import FRAME_S, Engine
from media.events import MediaEvent
from media.messages import DeskOrder
from media.orders import Bridge
from media.paths import Codec, Direction
from media.paths import Path as MediaPath
from media.ports import Ports
from media.stream_report import StreamReport
from media.wording import set_path
from media.words import RATE_HZ, StreamId

Address = tuple[str, int]
_RAW_IP, _ETHERNET = (101, 228), (1,)
TAIL_S = 0.5
"""Ticks go on so long after the last packet."""


@dataclass(frozen=True, slots=True)
class Datagram:
    """One UDP packet."""

    at: float
    source: Address
    target: Address
    payload: bytes

    @property
    def ssrc(self) -> int | None:
        """Of RTP; None when it is none, or RTCP."""
        if len(self.payload) < 12 or self.payload[0] >> 6 != 2 or 192 <= self.payload[1] <= 223:
            return None
        return int.from_bytes(self.payload[8:12], "big")


def datagrams(data: bytes) -> list[Datagram]:
    """The UDP packets of a pcap, in its order. ValueError when it is none; a packet cut short ends it."""
    for order in "<>":
        magic = struct.unpack_from(order + "I", data)[0] if len(data) >= 24 else 0
        if magic in (0xA1B2C3D4, 0xA1B23C4D):
            break
    else:
        raise ValueError("it is no classic pcap")
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    if link not in _RAW_IP + _ETHERNET:
        raise ValueError(f"its link type {link} is neither raw IP nor Ethernet")
    unit = 1e-6 if magic == 0xA1B2C3D4 else 1e-9
    found, at = [], 24
    while at + 16 <= len(data):
        whole, part, kept, _ = struct.unpack_from(order + "IIII", data, at)
        packet = data[at + 16 : at + 16 + kept]
        at += 16 + kept
        if link in _ETHERNET:
            packet = packet[14:] if packet[12:14] == b"\x08\x00" else b""
        if len(packet) < 20 or packet[0] >> 4 != 4 or packet[9] != 17:
            continue
        head = 4 * (packet[0] & 0x0F)
        if len(packet) < head + 8:
            continue
        source, target, size = struct.unpack_from(">HHH", packet, head)
        ends = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
        payload = packet[head + 8 : head + max(size, 8)]
        found.append(Datagram(whole + part * unit, (ends[0], source), (ends[1], target), payload))
    return found


def flows(packets: Iterable[Datagram]) -> dict[tuple[Address, Address, int], list[Datagram]]:
    """RTP by source, target and SSRC, in order of their first packet."""
    found: dict[tuple[Address, Address, int], list[Datagram]] = {}
    for packet in packets:
        if packet.ssrc is not None:
            found.setdefault((packet.source, packet.target, packet.ssrc), []).append(packet)
    return found


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a flow."""

    report: StreamReport
    heard: np.ndarray
    """What the listener heard from the first packet on, int16."""
    events: list[MediaEvent]
    counters: dict[str, int]


class _Listened(Engine):
    """An engine without a desk, whose events are kept."""

    events: list[MediaEvent]

    def _tell(self, event: MediaEvent) -> None:
        self.events.append(event)


class Bench:
    """An engine on a clock of its own, with a speaker's and a listener's socket. Use it as a context."""

    def __init__(self, rows: int = 8) -> None:
        self._stack = contextlib.ExitStack()
        directory = self._stack.enter_context(tempfile.TemporaryDirectory())
        first = random.SystemRandom().randrange(20000, 50000, 2)
        self.engine = _Listened(
            "replay", f"{directory}/e.sock", f"{directory}/disk.sock", "127.0.0.1", Ports(first, first + 400 + 4 * rows),
            rows=rows, lost_s=10.0, batched=False,
        )  # fmt: skip
        self._stack.callback(self.engine.shut)
        self.events: list[MediaEvent] = []
        self.engine.events = self.events
        self.far, self.ear = self.socket(), self.socket()
        self.came: list[bytes] = []
        """What the speaker got in the last tick."""
        self.now = 1000.0
        self.ports = {name: self.engine.hall.open(StreamId(name))[1] for name in ("speaker", "listener")}

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def socket(self, ip: str = "127.0.0.1") -> socket.socket:
        """A socket of the world outside."""
        sock = self._stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sock.bind((ip, 0))
        sock.setblocking(False)
        return sock

    def order(self, order: DeskOrder) -> object:
        """What a desk would order."""
        return self.engine.control._carry_out(order, lambda result: None)

    def connect(self, codec: Codec = Codec.PCMU, digits: int | None = 101) -> None:
        """Both have a path and share a room. The listener speaks PCMU."""
        for name, sock, kind in (("speaker", self.far, codec), ("listener", self.ear, Codec.PCMU)):
            port = sock.getsockname()[1]
            path = MediaPath("127.0.0.1", port, kind, kind.payload_type, digits, 20, Direction.SENDRECV, port + 1)
            self.order(set_path(name, path))
        self.order(Bridge("room", ["speaker", "listener"]))

    def send(self, payload: bytes, sock: socket.socket | None = None) -> None:
        """To the speaker's port."""
        with contextlib.suppress(OSError):
            (sock or self.far).sendto(payload, ("127.0.0.1", self.ports["speaker"]))

    def tick(self) -> list[bytes]:
        """20 ms pass; the packets that the listener got."""
        self.now += FRAME_S
        self.engine.tick(self.now)
        got: list[bytes] = []
        self.came = []
        for sock, kept in ((self.ear, got), (self.far, self.came)):
            with contextlib.suppress(BlockingIOError):
                while True:
                    kept.append(sock.recv(2048))
        return got

    def report(self, name: str = "speaker") -> StreamReport:
        """The stream's totals."""
        return self.engine.hall.report(self.engine.hall.streams[StreamId(name)])


def replay(
    packets: list[Datagram], codec: Codec | None = None, change: Callable[[Bench], None] | None = None
) -> Replayed:
    """Play one flow, with the timing of the file. `change` is called before the first packet.

    The codec is that of the most frequent payload type when it is a static one. ValueError when it cannot be known.
    """
    kinds = Counter(packet.payload[1] & 0x7F for packet in packets)
    audio = kinds.most_common(1)[0][0]
    codec = codec or next((known for known in Codec if known.payload_type == audio), None)
    if codec is None:
        raise ValueError(f"payload type {audio} says no codec")
    digits = next((kind for kind in kinds if kind >= 96 and kind != audio), 101)
    heard: list[bytes] = []
    with Bench() as bench:
        bench.connect(codec, digits)
        if change is not None:
            change(bench)
        start, todo = packets[0].at, list(reversed(packets))
        ticks = int((max(packet.at for packet in packets) - start + TAIL_S) / FRAME_S)
        for n in range(ticks):
            while todo and todo[-1].at - start <= n * FRAME_S + 1e-9:
                bench.send(todo.pop().payload)
            heard += bench.tick()
        report, counters = bench.report(), bench.engine._figures()["counters"]
        events = list(bench.events)
    codes = np.frombuffer(b"".join(packet[12:] for packet in heard if packet[1] & 0x7F == 0), np.uint8)
    return Replayed(report, g711.DECODE[g711.MULAW][codes], events, counters)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.stage.replay", description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--wav", type=Path, help="write what is heard of each flow into this directory")
    arguments = parser.parse_args()
    found = flows(datagrams(arguments.file.read_bytes()))
    print(f"{arguments.file}: {len(found)} flows")
    for nth, ((source, target, ssrc), packets) in enumerate(found.items(), 1):
        print(f"\n{nth}. {source[0]}:{source[1]} > {target[0]}:{target[1]} ssrc {ssrc:08x}, {len(packets)} packets")
        try:
            result = replay(packets)
        except ValueError as mistake:
            print(f"   {mistake}")
            continue
        for name in StreamReport.__dataclass_fields__:
            if value := getattr(result.report, name):
                print(f"   {name:<14} {value}")
        if arguments.wav:
            arguments.wav.mkdir(parents=True, exist_ok=True)
            with wave.open(str(arguments.wav / f"{nth}.wav"), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE_HZ)
                file.writeframes(result.heard.astype("<i2").tobytes())


if __name__ == "__main__":
    main()
