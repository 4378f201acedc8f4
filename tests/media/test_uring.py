"""The ring: many sockets in one call, and the same audio with it and without."""

from __future__ import annotations

import errno
import socket

import numpy as np
import pytest

from media import uring
from media.udp import Yard
from media.uring import Ring, open_ring


@pytest.fixture
def ring() -> Ring:
    found = open_ring(32)
    if found is None:
        pytest.skip("the kernel gives no io_uring here")
    return found


def pairs(count: int) -> tuple[list[socket.socket], list[socket.socket]]:
    near, far = ([socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)] for _ in range(2))
    for here, there in zip(near, far, strict=True):
        here.bind(("127.0.0.1", 0)), there.bind(("127.0.0.1", 0))
        here.connect(there.getsockname()), there.connect(here.getsockname())
        here.setblocking(False), there.setblocking(False)
    return near, far


def packets(todo: uring.Entries, sound: np.ndarray, sockets: list[socket.socket]) -> uring.Entries:
    todo["fd"] = [one.fileno() for one in sockets]
    todo["addr"] = sound.ctypes.data + np.arange(len(sockets)) * sound.strides[0]
    todo["user_data"] = np.arange(len(sockets))
    return todo


@pytest.mark.parametrize("count", [1, 31, 32, 33, 100])
def test_every_socket_sends_and_receives_its_own_packet_however_often_the_ring_goes_round(
    ring: Ring, count: int
) -> None:
    near, far = pairs(count)
    for turn in range(7):
        said = np.random.default_rng(turn).integers(0, 256, (count, 172), np.uint8)
        heard = np.zeros((count, 640), np.uint8)
        order, sent = ring.carry_out(packets(uring.entries(count, uring.SEND, 172), said, near))
        assert sorted(order) == list(range(count)) and (sent == 172).all()
        order, sizes = ring.carry_out(packets(uring.entries(count, uring.RECV, 640), heard, far))
        assert sorted(order) == list(range(count)) and (sizes == 172).all()
        assert (heard[:, :172] == said).all()
    for one in near + far:
        one.close()


def test_what_cannot_be_done_is_told_by_socket_and_the_others_are_served(ring: Ring) -> None:
    near, far = pairs(20)
    sound = np.zeros((20, 640), np.uint8)
    far[3].send(b"only me")
    order, result = ring.carry_out(packets(uring.entries(20, uring.RECV, 640), sound, near))
    by_socket = dict(zip(order.tolist(), result.tolist(), strict=True))
    assert by_socket.pop(3) == 7 and set(by_socket.values()) == {-errno.EAGAIN}
    todo = packets(uring.entries(20, uring.SEND, 172), sound, near)
    near[5].close()
    order, result = ring.carry_out(todo)
    by_socket = dict(zip(order.tolist(), result.tolist(), strict=True))
    assert by_socket.pop(5) == -errno.EBADF and set(by_socket.values()) == {172}
    for one in near + far:
        one.close()


@pytest.mark.parametrize("with_ring", [True, False])
def test_a_yard_gives_the_same_packets_with_a_ring_and_without(ring: Ring, with_ring: bool) -> None:
    near, far = pairs(40)
    yard = Yard(64, ring if with_ring else None)
    for row, line in enumerate(near, 1):
        yard.add_line(line, row)
    for nth, one in enumerate(far):
        for packet in range(nth % 4):
            one.send(bytes([nth, packet]))
    found: dict[int, list[bytes]] = {}
    for batch, rows, sizes in yard.batches(0):
        assert len(set(rows.tolist())) == len(rows)
        for packet, row, size in zip(batch, rows.tolist(), sizes.tolist(), strict=True):
            found.setdefault(row, []).append(packet[:size].tobytes())
    assert found == {nth + 1: [bytes([nth, packet]) for packet in range(nth % 4)] for nth in range(40) if nth % 4}
    assert not list(yard.batches(0))
    yard.remove(near[2])
    far[3].send(b"still here")
    ((batch, rows, sizes),) = yard.batches(0)
    assert rows.tolist() == [4] and batch[0, : sizes[0]].tobytes() == b"still here"
    yard.close()
    for one in near + far:
        one.close()


def test_a_ring_that_fails_is_left_and_the_sockets_are_served_one_by_one(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, far = pairs(20)
    yard = Yard(32, ring)
    for row, line in enumerate(near, 1):
        yard.add_line(line, row)
    ring.close()
    for turn in range(2):
        for one in far:
            one.send(bytes([turn]))
        ((_, rows, _),) = yard.batches(0)
        assert sorted(rows.tolist()) == list(range(1, 21))
    assert ring.broken
    for one in near + far:
        one.close()
