"""The engine's side of the socket to the disk process: bounded, never blocking, reconnecting by itself.

What cannot be sent waits in a queue of at most `LIMIT` bytes; what does not fit is refused and the caller counts it.
A message cut in half by a dead disk process is given back through `torn`.

Time: `now` in seconds, monotonic. Deliberately absent: what a recording is (recorder.py).
"""

from __future__ import annotations

import contextlib
import socket
from collections import deque
from collections.abc import Callable, Iterator

import msgspec

from media.disk_orders import Block, DiskAnswer, DiskOrder
from media.wire import FrameError, Unframer, frame

LIMIT = 16 << 20
"""About ten seconds of a thousand recordings."""
RETRY_S = 0.25
BUFFER = 1 << 20

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(DiskAnswer).decode


class DiskLink:
    """`connected()` is called each time the disk process is there anew, before anything that waited is sent."""

    def __init__(self, path: str, connected: Callable[[], list[DiskOrder]], torn: Callable[[str], None]) -> None:
        self._path = path
        self._connected = connected
        self._torn = torn
        self._sock: socket.socket | None = None
        self._queue: deque[tuple[str, bytes]] = deque()
        self._sent = 0
        """Bytes of the first message in the queue that are gone."""
        self.waiting = 0
        """Bytes in the queue."""
        self._unframer = Unframer()
        self._retry_at = 0.0

    @property
    def fd(self) -> int:
        """For the poll; -1 while there is no connection."""
        return self._sock.fileno() if self._sock else -1

    def send(self, order: DiskOrder) -> bool:
        """Queue `order`. False when it is a block and the queue is full."""
        message = frame(_encode(order))
        is_block = isinstance(order, Block)
        if is_block and self.waiting + len(message) > LIMIT:
            return False
        self._queue.append((order.recording if is_block else "", message))
        self.waiting += len(message)
        self.flush()
        return True

    def flush(self) -> None:
        """Send what the kernel takes."""
        sock, queue = self._sock, self._queue
        if sock is None:
            return
        try:
            while queue:
                _recording, message = queue[0]
                count = sock.send(memoryview(message)[self._sent :])
                self.waiting -= count
                self._sent += count
                if self._sent < len(message):
                    return
                queue.popleft()
                self._sent = 0
        except BlockingIOError:
            return
        except OSError:
            self._lose()

    def beat(self, now: float) -> bool:
        """Call now and then: connects when there is no connection. True when there is a new one."""
        if self._sock is not None:
            self.flush()
            return False
        if now < self._retry_at:
            return False
        self._retry_at = now + RETRY_S
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            sock.connect(self._path)
        except OSError:
            sock.close()
            return False
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        self._sock = sock
        self._unframer = Unframer()
        for order in reversed(self._connected()):
            message = frame(_encode(order))
            self._queue.appendleft(("", message))
            self.waiting += len(message)
        self.flush()
        return True

    def receive(self) -> Iterator[DiskAnswer]:
        """Yields what the disk process answers."""
        if self._sock is None:
            return
        try:
            data = self._sock.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lose()
            return
        try:
            for body in self._unframer.feed(data):
                yield _decode(body)
        except (FrameError, msgspec.MsgspecError):
            self._lose()

    def _lose(self) -> None:
        self.close()
        if self._sent and self._queue:
            recording, message = self._queue.popleft()
            self.waiting -= len(message) - self._sent
            self._sent = 0
            if recording:
                self._torn(recording)

    def close(self) -> None:
        if self._sock is not None:
            self._sock.close()
            self._sock = None
