"""io_uring (Linux 5.6): a packet to or from each of a thousand sockets in one system call.

A send and a receive through Python cost 5 us a stream and tick, of which the kernel's own work is little more than
half. An *entry* says what is to be done with one socket; entries of all streams are one array, so that filling them in
costs nothing per stream either. Everything is asked for without waiting: each batch is done when the call returns.

Where the kernel has no io_uring, or a sandbox forbids it, `open_ring` gives None, and sockets are served one by one.

Layouts: include/uapi/linux/io_uring.h. Deliberately absent: whose sockets they are (udp.py, sender.py).
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import socket
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from media.board import Ints

ENTRY = np.dtype(
    [
        ("opcode", "u1"), ("flags", "u1"), ("ioprio", "<u2"), ("fd", "<i4"), ("off", "<u8"), ("addr", "<u8"),
        ("len", "<u4"), ("msg_flags", "<u4"), ("user_data", "<u8"), ("rest", "<u8", (3,)),
    ]
)  # fmt: skip
"""struct io_uring_sqe: 64 bytes."""
_DONE = np.dtype([("user_data", "<u8"), ("res", "<i4"), ("flags", "<u4")])
"""struct io_uring_cqe."""
SEND, RECV = 26, 27
"""IORING_OP_SEND, IORING_OP_RECV."""
FEWEST = 16
"""Of fewer sockets each is served sooner by a call of its own."""

TRIES = 100
"""Calls for one batch; a signal or want of memory may cut one short."""

_SETUP, _ENTER = 425, 426
_GETEVENTS = 1
_OFF_ENTRIES = 0x10000000
Entries = npt.NDArray[np.void]

_syscall = ctypes.CDLL(None, use_errno=True).syscall
_syscall.restype = ctypes.c_long


def entries(count: int, opcode: int, length: int) -> Entries:
    """`count` entries of one kind; fd, addr and user_data are still to be set. They never wait."""
    made = np.zeros(count, ENTRY)
    made["opcode"], made["len"], made["msg_flags"], made["fd"] = opcode, length, socket.MSG_DONTWAIT, -1
    return made


class Ring:
    """One ring, for one thread. OSError when the kernel refuses it."""

    def __init__(self, size: int) -> None:
        told = (ctypes.c_uint32 * 30)()
        fd = _syscall(_SETUP, size, ctypes.byref(told))
        if fd < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self._fd = fd
        self.broken = False
        """It failed once, and must not be used again: what it was carrying out is lost."""
        self.size: int = told[0]
        """Entries of one batch at most; longer ones go in parts."""
        # struct io_sqring_offsets and io_cqring_offsets: head, tail, ring_mask, ring_entries, ...
        ask, answer = list(told[10:20]), list(told[20:30])
        shared = mmap.mmap(fd, max(ask[6] + self.size * 4, answer[5] + told[1] * 16))
        whole = np.frombuffer(shared, np.uint8)
        word = {
            name: whole[at : at + 4].view(np.uint32)
            for name, at in (("tail", ask[1]), ("done_head", answer[0]), ("done_tail", answer[1]))
        }
        self._tail, self._done_head, self._done_tail = word["tail"], word["done_head"], word["done_tail"]
        self._mask, self._done_mask = self.size - 1, told[1] - 1
        whole[ask[6] : ask[6] + self.size * 4].view(np.uint32)[:] = np.arange(self.size)
        self._done = whole[answer[5] : answer[5] + told[1] * 16].view(_DONE)
        self._entries = np.frombuffer(mmap.mmap(fd, self.size * 64, offset=_OFF_ENTRIES), ENTRY)

    def carry_out(self, todo: Entries) -> tuple[Ints, Ints]:
        """Do it all: (user_data, result) of each; a result below 0 is a negative errno. OSError when the ring fails."""
        if todo.size <= self.size:
            return self._carry_out(todo)
        parts = [self._carry_out(todo[at : at + self.size]) for at in range(0, todo.size, self.size)]
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])

    def _carry_out(self, todo: Entries) -> tuple[Ints, Ints]:
        count = todo.size
        tail = int(self._tail[0])
        at, room = tail & self._mask, self.size - (tail & self._mask)
        self._entries[at : at + count] = todo[:room]
        self._entries[: max(count - room, 0)] = todo[room:]
        self._tail[0] = (tail + count) & 0xFFFFFFFF
        left, tries = count, TRIES
        while left:
            left -= self._enter(left, 0, 0)
            tries -= 1
            if not tries:
                self._fail(errno.EBUSY)
        first = int(self._done_head[0])
        while (there := (int(self._done_tail[0]) - first) & 0xFFFFFFFF) < count:
            self._enter(0, count - there, _GETEVENTS)  # something was put off; it comes at once
        done = self._done[(first + np.arange(count)) & self._done_mask]
        self._done_head[0] = (first + count) & 0xFFFFFFFF
        return done["user_data"].astype(np.int64), done["res"].astype(np.int64)

    def _enter(self, submit: int, wait: int, flags: int) -> int:
        taken: int = _syscall(_ENTER, self._fd, submit, wait, flags, None, 0)
        if taken < 0:
            if (number := ctypes.get_errno()) in (errno.EINTR, errno.EAGAIN, errno.EBUSY):
                return 0
            self._fail(number)
        return taken

    def _fail(self, number: int) -> NoReturn:
        self.broken = True
        raise OSError(number, os.strerror(number))

    def close(self) -> None:
        os.close(self._fd)


def open_ring(size: int) -> Ring | None:
    """A ring for batches of up to `size` sockets, tried out; None where there is none to be had."""
    try:
        ring = Ring(min(max(size, FEWEST), 4096))
    except OSError:
        return None
    try:
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    except OSError:
        ring.close()
        return None
    with here, there:
        sound = np.zeros(4, np.uint8)
        both = np.concatenate([entries(1, SEND, 4), entries(1, RECV, 4)])
        both["fd"], both["addr"] = [here.fileno(), there.fileno()], sound.ctypes.data
        try:
            _, results = ring.carry_out(both)
        except OSError:
            results = np.array([-1])
    if (results == 4).all():
        return ring
    ring.close()
    return None
