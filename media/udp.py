"""The sockets of all streams, and how they are emptied: by readiness, a few packets of each in a tick.

A stream has a *door* (RTP, unconnected: strangers knock here), an RTCP socket, and, once its source is known, a
*line*: a second socket on the door's port, connected to the source. The kernel gives the source's packets to the line
and everything else to the door, so that a flood of strangers never stands before the audio, and connected sockets
are a third cheaper to read and write.

`SO_REUSEADDR` is on only while the line is bound: at all other times the port is ours alone.
Deliberately absent: what packets mean (intake.py, lock.py, rtcp.py).
"""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import struct
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from media import uring
from media.board import Ints
from media.rtp import SLOT_BYTES
from media.uring import Ring

ROUNDS = 5
"""Packets of one stream that are read in a tick; 10 ms packets need two."""
FLOOD = 64
"""Packets of one socket that are thrown away in a tick beyond those."""
KNOCKS = 32
"""Doors and RTCP sockets served in a tick; the others wait for the next."""
EXPEDITED = 0xB8
"""DSCP EF in the traffic class octet (RFC 3246)."""

_SO_MEMINFO, _MEMORY = 55, struct.Struct("=9I")

Knock = Callable[[bytes, tuple[str, int]], None]


def open_pair(ip: str, port: int) -> tuple[socket.socket, socket.socket]:
    """(door, rtcp) bound to `port` and `port + 1`. OSError when either is taken."""
    door = _bound(ip, port, shared=False)
    try:
        return door, _bound(ip, port + 1, shared=False)
    except OSError:
        door.close()
        raise


def open_line(door: socket.socket, source: tuple[str, int]) -> tuple[socket.socket, int]:
    """A socket on the door's port that hears `source` alone, and how many packets were thrown away to make it so.

    OSError when the source cannot be reached at all.
    """
    ip, port = door.getsockname()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        line = _bound(ip, port, shared=True)
    finally:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    try:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        line.connect(source)
    except OSError:
        line.close()
        raise
    # Between bind and connect anybody's packet may have slipped in.
    thrown = 0
    with contextlib.suppress(OSError):
        while True:
            line.recv(1)
            thrown += 1
    return line, thrown


def overrun(sock: socket.socket) -> int:
    """Packets that the kernel threw away because its buffer for `sock` was full: SK_MEMINFO_DROPS (Linux 4.12)."""
    try:
        return _MEMORY.unpack(sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMORY.size))[-1]  # type: ignore[no-any-return]
    except (OSError, struct.error):
        return 0


def _bound(ip: str, port: int, *, shared: bool) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED)
        sock.bind((ip, port))
    except OSError:
        sock.close()
        raise
    return sock


class Yard:
    """All sockets of an engine, in two sets: lines (fast) and the rest (a call for each packet).

    With a `ring`, the first packets of all lines are read in one system call. A packet of ours that nobody takes comes
    back as an error on its line, and is counted in `refused`, by row.
    """

    def __init__(self, rows: int, ring: Ring | None = None, refused: Ints | None = None) -> None:
        self._ring = ring
        self._refused: Ints = np.zeros(rows, np.int64) if refused is None else refused
        # The first part is for one packet of each row, the second for what else they have.
        self._half = rows
        self.inbox: npt.NDArray[np.uint8] = np.zeros((3 * rows, SLOT_BYTES), np.uint8)
        self._slots = [memoryview(self.inbox[n]) for n in range(3 * rows)]
        self._lines: dict[int, tuple[Callable[[memoryview], int], int]] = {}
        self._knocks: dict[int, tuple[socket.socket, Knock, Callable[[int], None]]] = {}
        self._entries = uring.entries(rows, uring.RECV, SLOT_BYTES)
        self._rows: Ints | None = None
        """Rows of all lines; None when that has to be found out anew."""
        self._addresses = self.inbox.ctypes.data + np.arange(rows, dtype=np.uint64) * np.uint64(SLOT_BYTES)
        self._fast = select.epoll()
        self._slow = select.epoll()
        self._full: set[int] = set()

    @property
    def overfull(self) -> bool:
        """After `batches`: some line had as many packets as are read, and may have more."""
        return bool(self._full)

    def add_line(self, line: socket.socket, row: int) -> None:
        self._lines[line.fileno()] = (line.recv_into, row)
        self._entries["fd"][row] = line.fileno()
        self._rows = None
        self._fast.register(line.fileno(), select.EPOLLIN)

    def add_knock(self, sock: socket.socket, knock: Knock, flooded: Callable[[int], None]) -> None:
        """`knock(packet, source)` for each packet on `sock`; `flooded(n)` for those thrown away unread."""
        self._knocks[sock.fileno()] = (sock, knock, flooded)
        self._slow.register(sock.fileno(), select.EPOLLIN)

    def remove(self, sock: socket.socket) -> None:
        """Forget `sock` and close it."""
        fd = sock.fileno()
        if fd < 0:
            return
        if self._lines.pop(fd, None) is not None:
            self._fast.unregister(fd)
            self._rows = None
        if self._knocks.pop(fd, None) is not None:
            self._slow.unregister(fd)
        sock.close()

    def batches(self, extra: int) -> Iterator[tuple[npt.NDArray[np.uint8], Ints, Ints]]:
        """Yields (packets, rows, sizes), one packet a row in each batch; `packets` is valid until the next call.

        Read are at most ROUNDS + extra packets of a line. A line whose first packet comes while the others are read
        waits for the next tick.
        """
        used, rows, sizes = self._first()
        later: list[list[tuple[int, int, int]]] = []
        self._full.clear()
        times = dict.fromkeys(rows.tolist(), 0)
        spare, last = self._half, ROUNDS + extra - 1
        for _ in range(last if rows.size else 0):
            again = False
            for fd, _event in self._fast.poll(0, self._half):
                receive, row = self._lines[fd]
                batch = times.get(row, -1) + 1
                if not batch or spare >= len(self._slots):
                    continue
                try:
                    size = receive(self._slots[spare])
                except OSError as error:
                    self._came_back(row, error)
                    continue
                times[row] = batch
                again = True
                if batch == last:
                    self._full.add(row)
                if batch > len(later):
                    later.append([])
                later[batch - 1].append((spare, row, size))
                spare += 1
            if not again:
                break
        if rows.size:
            yield used, rows, sizes
        for some in later:
            columns = np.array(some, np.int64)
            yield self.inbox[columns[:, 0]], columns[:, 1], columns[:, 2]

    def _first(self) -> tuple[npt.NDArray[np.uint8], Ints, Ints]:
        """The first packet of each line that has one: (packets, rows, sizes)."""
        ring = self._ring
        if ring is not None and not ring.broken and len(self._lines) >= uring.FEWEST:
            try:
                return self._first_of_all(ring)
            except OSError:
                pass  # what it has read is lost (`Ring.broken`); from now on the sockets are served one by one
        rows: list[int] = []
        sizes: list[int] = []
        for fd, _event in self._fast.poll(0, self._half):
            receive, row = self._lines[fd]
            try:
                sizes.append(receive(self._slots[len(rows)]))
            except OSError as error:
                self._came_back(row, error)
                continue
            rows.append(row)
        return self.inbox[: len(rows)], np.array(rows, np.int64), np.array(sizes, np.int64)

    def _came_back(self, row: int, error: OSError) -> None:
        if error.errno != errno.EAGAIN:
            self._refused[row] += 1

    def _first_of_all(self, ring: Ring) -> tuple[npt.NDArray[np.uint8], Ints, Ints]:
        if self._rows is None:
            self._rows = np.array([row for _receive, row in self._lines.values()], np.int64)
        todo = self._entries[self._rows]
        todo["addr"] = self._addresses[: todo.size]
        todo["user_data"] = np.arange(todo.size)
        slots, sizes = ring.carry_out(todo)
        there = sizes >= 0
        if not there.all():
            back = sizes < 0
            back &= sizes != -errno.EAGAIN
            if back.any():
                self._refused[self._rows[slots[back]]] += 1
            slots, sizes = slots[there], sizes[there]
            return self.inbox[slots], self._rows[slots], sizes
        in_order = np.empty_like(sizes)
        in_order[slots] = sizes
        return self.inbox[: todo.size], self._rows, in_order

    def flood(self) -> Iterator[tuple[int, int]]:
        """Yields (row, packets) of what was thrown away because a line still had more after all rounds.

        Of other lines nothing is: what has come to them meanwhile is the next tick's.
        """
        for fd, _event in self._fast.poll(0, self._half):
            receive, row = self._lines[fd]
            if row not in self._full:
                continue
            count = 0
            with contextlib.suppress(OSError):
                while count < FLOOD:
                    receive(self._slots[0])
                    count += 1
            if count:
                yield row, count

    def knocks(self) -> None:
        """Serve doors and RTCP sockets, a few packets each."""
        for fd, _event in self._slow.poll(0, KNOCKS):
            entry = self._knocks.get(fd)
            if entry is None:
                continue
            sock, knock, flooded = entry
            count = 0
            try:
                while count < ROUNDS:
                    packet, source = sock.recvfrom(2048)
                    count += 1
                    knock(packet, source)
                    if fd not in self._knocks:
                        break
                else:
                    count = 0
                    with contextlib.suppress(OSError):
                        while count < FLOOD:
                            sock.recv(1)
                            count += 1
                    if count:
                        flooded(count)
            except OSError:
                continue

    def close(self) -> None:
        for sock, _knock, _flooded in list(self._knocks.values()):
            self.remove(sock)
        self._fast.close()
        self._slow.close()
