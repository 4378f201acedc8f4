"""Taps: copies of a few streams' packets into a pcap file, for Wireshark.

What comes in is copied out of the batches before anybody judges it, what goes out as it is sent; RTCP that has a port
of its own is not. SRTP is written as the RTP in it: whoever may tap may hear, and what nobody can read helps nobody.
What could not be opened is not written; the stream's counters have it. Records wait in memory, at most `LIMIT` bytes,
and are written by the loader's thread: a slow disk costs packets of the tap, which are counted, and never a tick.
Streams that are not tapped cost nothing.

The IP and UDP headers are made here: the kernel keeps those that were on the wire. Time: UTC.
Deliberately absent: which streams belong to a call (the exchange).
"""

from __future__ import annotations

import functools
import os
import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from media.events import TapEnded
from media.files import Loader
from media.mux import Batch
from media.stream import Stream
from media.words import StreamId

LIMIT = 4 << 20
"""Bytes that may wait for the disk: 15 s of a hundred streams."""
MOST = 256 << 20
"""Bytes of one file; then the tap ends."""
RTP_HEAD = 12
"""Bytes of an RTP header (RFC 3550 5.1), which say nothing of what was keyed."""
HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
"""Little-endian, microseconds, version 2.4, raw IP."""


def record(at: float, source: tuple[str, int], target: tuple[str, int], payload: bytes) -> bytes:
    """One packet as pcap has it: IPv4, UDP (without checksum, RFC 768), payload."""
    size = 28 + len(payload)
    ends = socket.inet_aton(source[0]) + socket.inet_aton(target[0])
    head = struct.pack(">BBHHHBBH", 0x45, 0xB8, size, 0, 0, 64, 17, 0) + ends
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    check = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    head = head[:10] + struct.pack(">H", check) + head[12:]
    udp = struct.pack(">HHHH", source[1], target[1], 8 + len(payload), 0)
    whole, part = divmod(round(at * 1_000_000), 1_000_000)
    return struct.pack("<IIII", whole, part, size, size) + head + udp + payload


@dataclass(slots=True)
class _Tap:
    path: str
    streams: set[StreamId]
    ends_at: float
    """Monotonic seconds."""
    fd: int = -1
    waiting: list[bytes] = field(default_factory=list)
    bytes_waiting: int = 0
    written: int = len(HEADER)
    writing: bool = False
    packets: int = 0
    dropped: int = 0
    failed: str = ""


class Taps:
    """All taps of an engine. `tell` gets TapEnded."""

    def __init__(self, loader: Loader, streams: Mapping[StreamId, Stream], tell: Callable[[TapEnded], None]) -> None:
        self._loader = loader
        self._streams = streams
        self._tell = tell
        self._taps: list[_Tap] = []
        self._rows: dict[int, tuple[Stream, _Tap]] = {}
        self.dropped = 0
        """Packets that are missing in files, over all taps."""

    def start(self, path: str, names: Iterable[str], seconds: float, now: float) -> None:
        """Copy from now on; a file that exists is never overwritten, which `TapEnded` says."""
        tap = _Tap(path, {StreamId(name) for name in names}, now + seconds)
        self._taps.append(tap)
        for name in tap.streams:
            if (stream := self._streams.get(name)) is not None and stream.row not in self._rows:
                self._rows[stream.row] = (stream, tap)
                stream.outlet.copy(functools.partial(self._sent, stream, tap))
        self._submit(tap, HEADER)

    def copied(self, batches: Iterable[Batch]) -> Iterable[Batch]:
        """The same batches; tapped rows are copied on the way."""
        return self._copied(batches) if self._rows else batches

    def came(self, row: int, packet: bytes) -> None:
        """A packet came by another way than the batches."""
        if (found := self._rows.get(row)) is not None:
            stream, tap = found
            local = (stream.address.ip, stream.address.port)
            if stream.hidden:
                packet = packet[:RTP_HEAD] + bytes(max(len(packet) - RTP_HEAD, 0))
            self._put(tap, record(time.time(), stream.watch.source or ("0.0.0.0", 0), local, packet))

    def beat(self, now: float) -> None:
        """Now and then: write what waits; end what is over."""
        for tap in self._taps[:]:
            alive = any(name in self._streams for name in tap.streams)
            if tap.failed or now >= tap.ends_at or tap.written >= MOST or not alive:
                self._loosen(tap)
                if not tap.writing and (tap.failed or not tap.waiting):
                    self._end(tap)
                    continue
            if tap.waiting and not tap.writing:
                data, tap.waiting, tap.bytes_waiting = b"".join(tap.waiting), [], 0
                self._submit(tap, data)

    def _copied(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        for packets, rows, sizes in batches:
            for nth in np.flatnonzero(np.isin(rows, list(self._rows))):
                self.came(int(rows[nth]), packets[nth, : sizes[nth]].tobytes())
            yield packets, rows, sizes

    def _sent(self, stream: Stream, tap: _Tap, packet: memoryview | bytes) -> None:
        path = stream.path
        target = stream.watch.source or ((path.remote_ip, path.remote_port) if path else ("0.0.0.0", 0))
        self._put(tap, record(time.time(), (stream.address.ip, stream.address.port), target, bytes(packet)))

    def _put(self, tap: _Tap, packet: bytes) -> None:
        if tap.bytes_waiting + len(packet) > LIMIT or tap.failed:
            tap.dropped += 1
            self.dropped += 1
            return
        tap.packets += 1
        tap.waiting.append(packet)
        tap.bytes_waiting += len(packet)

    def _submit(self, tap: _Tap, data: bytes) -> None:
        tap.writing = True

        def write() -> str:
            try:
                if tap.fd < 0:
                    tap.fd = os.open(tap.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                rest = data
                while rest:
                    rest = rest[os.write(tap.fd, rest) :]
            except (OSError, ValueError) as mistake:
                return f"{getattr(mistake, 'strerror', None) or mistake}"
            return ""

        def written(failed: str) -> None:
            tap.writing = False
            tap.failed = failed
            tap.written += len(data)

        self._loader.submit(write, written)

    def _loosen(self, tap: _Tap) -> None:
        for row, (stream, held) in list(self._rows.items()):
            if held is tap:
                del self._rows[row]
                if self._streams.get(stream.id) is stream:
                    stream.outlet.copy(None)

    def forget(self, row: int) -> None:
        """Row's stream closes."""
        self._rows.pop(row, None)

    def _end(self, tap: _Tap) -> None:
        self._taps.remove(tap)
        if tap.fd >= 0:
            os.close(tap.fd)
        self._tell(TapEnded(tap.path, tap.packets, tap.dropped, tap.failed))
