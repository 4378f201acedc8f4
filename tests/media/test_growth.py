"""An engine that works for long takes no more memory than one that has worked for a while: calls come and go on a clock
of its own, with everything that a call may have.
"""

from __future__ import annotations

import gc
import itertools
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path as FilePath

import pytest

from media.events import DigitHeard, PlayEnded
from media.orders import Bridge, Play, Press, Record, RecordStop, Sounds, WatchSpeech, WatchTones
from media.paths import Codec, Direction, Path
from media.wording import set_path
from media.words import StreamId
from tests.stage.media_house import ROOT
from tests.stage.replay import Bench

CALL_TICKS = 25
HOUR_TICKS = 180_000
WARM = 60
"""Calls after which most of what Python and numpy keep for later is there; it grows ever more slowly, and ends."""


class Day:
    """Calls one after the other, beside one that lasts."""

    def __init__(self, bench: Bench, directory: FilePath) -> None:
        self.bench, self.directory = bench, directory
        bench.connect()
        self.far = bench.socket()
        self.port = self.far.getsockname()[1]
        self.calls, self.ticks = itertools.count(), itertools.count()
        self.told: Counter[str] = Counter()

    def tick(self) -> None:
        n = next(self.ticks)
        self.bench.send(struct.pack(">BBHII", 0x80, 0, n & 0xFFFF, n * 160 & 0xFFFFFFFF, 7) + b"\x55" * 160)
        self.bench.tick()
        self.bench.engine._disk_answered()
        for event in self.bench.events:
            if isinstance(event, DigitHeard | PlayEnded):
                self.told[type(event).__name__] += 1
        self.bench.events.clear()

    def call(self) -> None:
        """Somebody comes, hears a prompt, keys, is recorded, talks, and goes."""
        n, bench = next(self.calls), self.bench
        name = StreamId(f"call{n}")
        _, port = bench.engine.hall.open(name)
        codec = (Codec.PCMU, Codec.PCMA, Codec.G722)[n % 3]
        path = Path("127.0.0.1", self.port, codec, codec.payload_type, 101, 20, Direction.SENDRECV, self.port + 1)
        for order in (
            set_path(name, path),
            WatchSpeech(name, True),
            WatchTones(name, True),
            Play(name, n + 1, [Sounds(freqs_hz=(440.0,), on_ms=200)], False, 0, "5"),
            Record(f"r{n}", f"{self.directory}/{n}.wav", name, "speaker", 2),
        ):
            bench.order(order)
        for k in range(CALL_TICKS):
            head = struct.pack(">BBHII", 0x80, codec.payload_type, k, k * 160, n)
            if k == 12:
                head = struct.pack(">BBHII", 0x80, 101 | 128, k, k * 160, n)
            self.far.sendto(head + (struct.pack(">BBH", 5, 10, 160) if k == 12 else b"\x2a" * 160), ("127.0.0.1", port))
            bench.engine.hall.loader.collect()
            self.tick()
            if k == 15:
                bench.order(Bridge(f"room{n}", ["speaker", name]))
                bench.order(Press(name, "12", 60, 40))
            try:
                while self.far.recv(2048):
                    pass
            except BlockingIOError:
                pass
        bench.order(RecordStop(f"r{n}"))
        bench.engine.hall.close(name)
        bench.order(Bridge("room", ["speaker", "listener"]))

    def kept(self, calls: int) -> int:
        """Blocks that Python holds after so many calls more."""
        for _ in range(calls):
            self.call()
        until = time.monotonic() + 10
        while self.bench.engine.hall.recorder._all and time.monotonic() < until:
            self.tick()
        self.tick()
        gc.collect()
        return sys.getallocatedblocks()


@pytest.fixture
def day(tmp_path: FilePath) -> Iterator[Day]:
    with Bench() as bench:
        sock = str(FilePath(bench.engine.hall.recorder.link._path))
        disk = subprocess.Popen(
            [sys.executable, "-m", "media.disk", "--socket", sock], stdout=subprocess.PIPE, cwd=ROOT
        )
        try:
            assert disk.stdout is not None and disk.stdout.readline() == b"ready\n"
            yield Day(bench, tmp_path)
        finally:
            disk.kill()
            disk.wait()


@pytest.mark.parametrize(
    ("calls", "most"),
    [(40, 12.0), pytest.param(HOUR_TICKS // CALL_TICKS, 0.1, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])],
)
def test_calls_that_are_over_leave_nothing_behind(day: Day, calls: int, most: float) -> None:
    """`most` blocks of memory a call: an open file or a stream that somebody still knows of is twenty and more."""
    before = day.kept(WARM)
    left = day.kept(calls) - before
    print(f"{left / calls:.2f} blocks a call left of {calls} calls")
    hall = day.bench.engine.hall
    assert day.told == {"DigitHeard": WARM + calls, "PlayEnded": WARM + calls}, "else nothing left says nothing"
    assert len(list(day.directory.glob("*.wav"))) == WARM + calls
    assert left < most * calls
    assert len(hall.streams) == 2 and len(hall.recorder) == 0 and not hall.recorder._all
    assert hall.board.high == 3 and not hall.rooms.rooms.keys() - {"room"}
