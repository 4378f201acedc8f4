"""Sockets: the kernel tells the source from strangers, and a flood costs only itself."""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Iterator

import pytest

from media import udp
from media.udp import FLOOD, ROUNDS, Yard


def far() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    return sock


@pytest.fixture
def near() -> Iterator[tuple[socket.socket, socket.socket, int]]:
    for port in range(42000, 60000, 2):
        with contextlib.suppress(OSError):
            door, control = udp.open_pair("127.0.0.1", port)
            break
    yield door, control, port
    door.close()
    control.close()


def wait(sock: socket.socket) -> None:
    assert select.select([sock], [], [], 2)[0]


def test_the_line_hears_its_source_and_the_door_hears_the_others(
    near: tuple[socket.socket, socket.socket, int],
) -> None:
    door, _, port = near
    friend, stranger = far(), far()
    line = udp.open_line(door, friend.getsockname())[0]
    friend.sendto(b"friend", ("127.0.0.1", port))
    stranger.sendto(b"stranger", ("127.0.0.1", port))
    wait(line), wait(door)
    assert line.recv(100) == b"friend" and door.recv(100) == b"stranger"
    line.close()
    friend.sendto(b"again", ("127.0.0.1", port))
    wait(door)
    assert door.recv(100) == b"again"
    friend.close(), stranger.close()


def test_a_port_in_use_is_ours_alone_with_and_without_a_line(near: tuple[socket.socket, socket.socket, int]) -> None:
    door, _, port = near
    friend = far()
    line = None
    for _ in range(2):
        with far() as thief:
            thief.close()
        thief = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError):
            thief.bind(("127.0.0.1", port))
        with pytest.raises(OSError):
            udp.open_pair("127.0.0.1", port)
        thief.close()
        line = line or udp.open_line(door, friend.getsockname())[0]
    line.close(), friend.close()


def test_a_pair_whose_second_port_is_taken_leaves_the_first_free(
    near: tuple[socket.socket, socket.socket, int],
) -> None:
    door, _control, port = near
    door.close()
    with pytest.raises(OSError):
        udp.open_pair("127.0.0.1", port)
    again = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    again.bind(("127.0.0.1", port))
    again.close()


def test_batches_have_each_row_once_and_the_rest_is_flood(near: tuple[socket.socket, socket.socket, int]) -> None:
    door, _, port = near
    friend = far()
    line = udp.open_line(door, friend.getsockname())[0]
    yard = Yard(64)
    yard.add_line(line, 7)
    count = ROUNDS + 20
    for n in range(count):
        friend.sendto(bytes([n]) * 172, ("127.0.0.1", port))
    wait(line)
    got = [(packets[0, 0], list(rows), list(sizes)) for packets, rows, sizes in yard.batches(0)]
    assert got == [(n, [7], [172]) for n in range(ROUNDS)]
    assert yard.overfull and list(yard.flood()) == [(7, 20)]
    assert list(yard.batches(0)) == [] and not yard.overfull
    yard.remove(line)
    yard.close()
    friend.close()


def test_a_flood_costs_only_itself_also_when_others_are_just_heard(
    near: tuple[socket.socket, socket.socket, int],
) -> None:
    door, _, port = near
    flooder, friend, yard = far(), far(), Yard(64)
    other = far()
    lines = [udp.open_line(door, flooder.getsockname())[0], udp.open_line(other, friend.getsockname())[0]]
    for line, row in zip(lines, (7, 8), strict=True):
        yard.add_line(line, row)
    for n in range(ROUNDS + 20):
        flooder.sendto(bytes([n]) * 172, ("127.0.0.1", port))
    friend.sendto(b"first" * 20, other.getsockname())
    wait(lines[1])
    assert [row for _, rows, _ in yard.batches(0) for row in rows].count(8) == 1
    friend.sendto(b"next" * 20, other.getsockname())
    wait(lines[1])
    assert yard.overfull and list(yard.flood()) == [(7, 20)]
    assert [list(rows) for _, rows, _ in yard.batches(0)] == [[8]]
    for line in lines:
        yard.remove(line)
    yard.close()
    flooder.close(), friend.close(), other.close()


def test_a_refusing_far_end_does_not_disturb_the_others(near: tuple[socket.socket, socket.socket, int]) -> None:
    door, _, port = near
    gone, friend = far(), far()
    yard = Yard(64)
    deaf = udp.open_line(door, gone.getsockname())[0]
    yard.add_line(deaf, 1)
    gone.close()
    for _ in range(3):
        with contextlib.suppress(OSError):
            deaf.send(b"x")
        for n in range(3):
            friend.sendto(bytes([n]) * 20, ("127.0.0.1", port))
        assert [list(rows) for _, rows, _ in yard.batches(2)] == []
    yard.remove(deaf)
    yard.close()
    friend.close()


def test_knocks_are_served_a_few_at_a_time_and_the_flood_is_counted(
    near: tuple[socket.socket, socket.socket, int],
) -> None:
    door, _, port = near
    stranger = far()
    yard, heard, flooded = Yard(4), [], []
    yard.add_knock(door, lambda packet, source: heard.append((packet, source)), flooded.append)
    for n in range(ROUNDS + FLOOD + 5):
        stranger.sendto(bytes([n]), ("127.0.0.1", port))
    yard.knocks()
    assert heard == [(bytes([n]), stranger.getsockname()) for n in range(ROUNDS)] and flooded == [FLOOD]
    yard.knocks()
    assert len(heard) == ROUNDS + 5
    yard.remove(door)
    yard.close()
    stranger.close()
