"""Many RTP far ends at once: each sends its own signed tone and listens for another's.

Signalling is somebody else's (sipp): where to send is read from sipp's log files, lines `RTP <our port> <port>`.
Runs as a process of its own (`python -m tests.stage.rtp`), so that judging and sending do not share a lock; the
plan comes as JSON on standard input, the verdicts go out as JSON. `Farm` is the handle on it.

Time: monotonic seconds. Packets are 20 ms of PCMU.
"""

from __future__ import annotations

import json
import random
import selectors
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from apps.softphone import ear, tones
from tests.stage import ulaw

FRAME_S = 0.02
FRAME = 160
SETTLE_S = 0.3
"""What is heard so soon after the first packet is not judged: the two ends do not start at once."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One far end: sends `says_hz` from `port`, should hear `hears_hz`."""

    port: int
    says_hz: int
    hears_hz: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one far end heard."""

    port: int
    sent: int
    received: int
    lost: int
    """Sequence numbers that never came."""
    freq_hz: float
    share: float
    gaps_ms: int
    """All silences inside the tone together."""
    delay_ms: float | None
    """From the moment a sound was sent to the moment its packet came, through the switch; None if not recognised."""
    worst_arrival_ms: float
    """The longest wait between two packets."""


@dataclass(slots=True)
class _End:
    voice: Voice
    sock: socket.socket
    packed: bytes
    target: tuple[str, int] | None = None
    first_sent: float = 0.0
    sent: int = 0
    sequence: int = field(default_factory=lambda: random.randrange(30000))
    stamp: int = field(default_factory=lambda: random.randrange(2**31))
    ssrc: int = field(default_factory=lambda: random.randrange(2**32))
    heard: list[tuple[float, bytes]] = field(default_factory=list)


class Farm:
    """The RTP process, from the test's side."""

    def __init__(
        self, voices: Sequence[Voice], logs: Sequence[Path], *, ip: str = "127.0.0.1", far_ip: str = "127.0.0.1"
    ) -> None:
        """Send from `ip` to `far_ip`."""
        plan = {
            "voices": [asdict(voice) for voice in voices],
            "logs": [str(log) for log in logs],
            "ip": ip,
            "far_ip": far_ip,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.stage.rtp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(plan) + "\n")
        self.process.stdin.flush()
        if self.process.stdout.readline().strip() != "ready":
            raise RuntimeError("the RTP process did not start; its words are above")

    def __enter__(self) -> Farm:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> list[Verdict]:
        """End the sending and judge."""
        said, _ = self.process.communicate("stop\n", timeout=60)
        return [Verdict(**verdict) for verdict in json.loads(said)]


def _run() -> None:
    plan = json.loads(sys.stdin.readline())
    ends = [_open(Voice(**voice), plan["ip"]) for voice in plan["voices"]]
    print("ready", flush=True)
    _talk(ends, [Path(log) for log in plan["logs"]], plan["far_ip"])
    speakers = {end.voice.says_hz: end for end in ends}
    print(json.dumps([asdict(_judge(end, speakers.get(end.voice.hears_hz))) for end in ends]))


def _open(voice: Voice, ip: str) -> _End:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((ip, voice.port))
    sock.setblocking(False)
    return _End(voice, sock, ulaw.encode(tones.signed(voice.says_hz, 10.0, seed=voice.says_hz)))


def _talk(ends: Sequence[_End], logs: Sequence[Path], far_ip: str) -> None:
    selector = selectors.DefaultSelector()
    for end in ends:
        selector.register(end.sock, selectors.EVENT_READ, end)
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    by_port = {end.voice.port: end for end in ends}
    start = time.monotonic()
    due = [start + FRAME_S * index / len(ends) for index in range(len(ends))]
    next_look = start
    while True:
        for key, _ in selector.select(0.002):
            if key.data is None:
                return
            _listen(key.data)
        now = time.monotonic()
        for index, end in enumerate(ends):
            while now >= due[index]:
                due[index] += FRAME_S
                if end.target:
                    _send(end, now)
        if now >= next_look:
            next_look = now + 0.05
            _look(logs, by_port, far_ip)


def _listen(end: _End) -> None:
    while True:
        try:
            packet = end.sock.recv(2048)
        except (BlockingIOError, ConnectionRefusedError):
            return
        end.heard.append((time.monotonic(), packet))


def _send(end: _End, now: float) -> None:
    assert end.target
    if not end.sent:
        end.first_sent = now
    at = end.sent * FRAME % len(end.packed)
    head = struct.pack(
        ">BBHII", 0x80, 0 if end.sent else 0x80, end.sequence + end.sent & 0xFFFF,
        end.stamp + end.sent * FRAME & 0xFFFFFFFF, end.ssrc,
    )  # fmt: skip
    try:
        end.sock.sendto(head + end.packed[at : at + FRAME], end.target)
    except OSError:
        return
    end.sent += 1


def _look(logs: Sequence[Path], by_port: dict[int, _End], far_ip: str) -> None:
    for log in logs:
        if not log.exists():
            continue
        for line in log.read_text("utf-8", "replace").splitlines():
            words = line.split()
            if len(words) >= 3 and words[-3] == "RTP" and words[-2].isdecimal() and words[-1].isdecimal():
                end = by_port.get(int(words[-2]))
                if end and end.target is None:
                    end.target = (far_ip, int(words[-1]))


def _judge(end: _End, speaker: _End | None) -> Verdict:
    packets: list[tuple[float, int, int, bytes]] = []
    for at, packet in end.heard:
        if len(packet) >= 12 + FRAME and packet[0] >> 6 == 2 and packet[1] & 0x7F == 0:
            sequence, stamp = struct.unpack_from(">HI", packet, 2)
            packets.append((at, sequence, stamp, packet[12:]))
    if len(packets) < 20 or speaker is None or not speaker.sent:
        return Verdict(end.voice.port, end.sent, len(packets), 0, 0.0, 0.0, 0, None, 0.0)
    heard = _lay_out(packets, speaker.first_sent)
    began = ear.onset_s(heard, end.voice.hears_hz, least=0.02) or 0.0
    steady = heard[round((began + SETTLE_S) * tones.RATE_HZ) : -FRAME]
    tone = ear.dominant(steady)
    gaps = sum(length for _, length in ear.gaps_s(steady, end.voice.hears_hz, least=0.02))
    lag = ear.lag(tones.signed(speaker.voice.says_hz, 10.0, seed=speaker.voice.says_hz)[: len(heard)], heard)
    expected = (packets[-1][1] - packets[0][1]) % 65536 + 1
    return Verdict(
        port=end.voice.port,
        sent=end.sent,
        received=len(packets),
        lost=max(0, expected - len({sequence for _, sequence, _, _ in packets})),
        freq_hz=round(tone.freq_hz, 1),
        share=round(tone.share, 3),
        gaps_ms=round(gaps * 1000),
        delay_ms=round(lag.seconds * 1000, 1) if lag.likeness > 0.7 else None,
        worst_arrival_ms=round(float(np.diff([at for at, *_ in packets]).max()) * 1000, 1),
    )


def _lay_out(packets: Sequence[tuple[float, int, int, bytes]], begin: float) -> tones.Samples:
    # The RTP clock, set by the median of arrivals: one late packet does not move the sound.
    first = packets[0][2]
    stamps = [(stamp - first) & 0xFFFFFFFF for _, _, stamp, _ in packets]
    clock = float(np.median([packet[0] - stamp / tones.RATE_HZ for packet, stamp in zip(packets, stamps, strict=True)]))
    places = [round((clock - begin) * tones.RATE_HZ) + stamp for stamp in stamps]
    end = max(places) + FRAME
    if not 0 < end < 3600 * tones.RATE_HZ:
        return np.zeros(FRAME)
    sound = np.zeros(end)
    for place, (_, _, _, payload) in zip(places, packets, strict=True):
        if 0 <= place <= end - FRAME:
            sound[place : place + FRAME] = ulaw.decode(payload[:FRAME])
    return sound


if __name__ == "__main__":
    _run()
