"""Many members of one engine that runs on a clock of its own: real packets in and out, and no time that passes.

Each member says its own sound frame by frame and keeps what it hears; members are named m0, m1, m2... Their coders are
those of `rtp_peer.Peer`, their laws are audioop's.
"""

from __future__ import annotations

import contextlib
import itertools
import resource
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from socket import socket

import numpy as np

from media.hearing import Hearing
from media.orders import Bridge, Hear, Music
from media.paths import Codec, Direction, Path
from media.sender import PHASES
from media.wording import set_path
from media.words import FRAME_MS, StreamId
from tests.stage.replay import Bench
from tests.stage.rtp_peer import Peer

ROOM = "room"


@dataclass
class Member:
    """One far end. `frames` is what it says, over and over; it begins with silence."""

    name: StreamId
    peer: Peer
    ear: socket
    port: int
    frames: list[bytes] = field(default_factory=list)

    def say(self, pcm: bytes | np.ndarray) -> None:
        """This from now on, over and over; PCM16 at the codec's rate, whole frames."""
        pcm = pcm if isinstance(pcm, bytes) else pcm.astype("<i2").tobytes()
        codes = self.peer.encode(pcm)
        size = len(codes) * self.peer.rate_hz * 2 * FRAME_MS // 1000 // len(pcm)
        self.frames = [codes[at : at + size] for at in range(0, len(codes) - size + 1, size)]

    def hush(self) -> None:
        """Nothing from now on: digital silence, on and on."""
        self.say(bytes(self.peer.rate_hz // 50 * 2))

    def heard(self, ticks: int) -> np.ndarray:
        """Samples of the last so many frames."""
        return self.peer.pcm(ticks)

    def codes(self, ticks: int) -> list[bytes]:
        """The last so many frames as they came."""
        return [packet[12:] for packet in self.peer.audio()[-ticks:]]


class Members(Bench):
    """So many members, of these codecs in turn."""

    def __init__(self, count: int, codecs: Sequence[Codec] = (Codec.PCMU,)) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        super().__init__(count + 8)
        self.numbers = itertools.count()
        self.all = [self._member(f"m{n}", codecs[n % len(codecs)]) for n in range(count)]

    def _member(self, name: str, codec: Codec) -> Member:
        ear, peer = self.socket(), Peer(codec)
        member = Member(StreamId(name), peer, ear, self.engine.hall.open(StreamId(name))[1])
        at = ear.getsockname()[1]
        path = Path("127.0.0.1", at, codec, codec.payload_type, 101, 20, Direction.SENDRECV, at + 1)
        self.order(set_path(name, path))
        member.hush()
        return member

    def arrange(self, hearing: Hearing) -> None:
        """The room is as `hearing` says; as the desk does it."""
        self.order(Bridge(ROOM, list(hearing.members)))
        gains = [(speaker, listener, gain) for (speaker, listener), gain in hearing.pairs.items()]
        self.order(Hear(ROOM, gains, dict(hearing.says), dict(hearing.hears)))
        for member in self.all:
            self.order(Music(member.name, hearing.held.get(member.name)))

    def run(self, ticks: int) -> None:
        """Everybody says and hears so many frames."""
        for _ in range(ticks):
            n = next(self.numbers)
            for member in self.all:
                step = member.peer.codec.clock_hz // 50
                head = struct.pack(">BBHII", 0x80, member.peer.codec.payload_type, n & 0xFFFF, n * step, 7)
                payload = member.frames[n % len(member.frames)]
                member.ear.sendto(head + payload, ("127.0.0.1", member.port))
            self.tick()
            for phase in range(1, PHASES):
                self.engine.hall.sender.send(phase)
            for member in self.all:
                with contextlib.suppress(BlockingIOError):
                    while True:
                        member.peer.packets.append((self.now, member.ear.recv(2048)))

    def load(self) -> None:
        """Wait for what the loader's thread has to do."""
        done: list[bool] = []
        self.engine.hall.loader.submit(lambda: True, done.append)
        limit = time.monotonic() + 10
        while not done and time.monotonic() < limit:
            self.engine.hall.loader.collect()
            time.sleep(0.001)
        assert done
