"""Where a stream's packets leave: sealed or not, by a line of its own or by the door, with a copy for a tap.

Deliberately absent: when packets go (sender.py), the sockets' opening (stream.py).
"""

from __future__ import annotations

import socket
from collections.abc import Callable

from media.srtp import Seal

Put = Callable[[memoryview | bytes], int]


def _nowhere(packet: memoryview | bytes) -> int:
    return 0


class Outlet:
    """`changed` is called whenever `send` has changed."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.send: Put = _nowhere
        """Puts one packet on the wire; OSError when the kernel refuses."""
        self.fd = -1
        """The connected socket that `send` puts packets on, sealed or not, and does nothing else; -1 when it does."""
        self._put: Put = _nowhere
        self._line = -1
        """Both without the copy."""
        self._copy: Callable[[memoryview | bytes], None] | None = None

    def shut(self) -> None:
        """Packets go nowhere."""
        self._aim(_nowhere, -1)

    def by_line(self, line: socket.socket, seal: Seal | None) -> None:
        """They go by a connected socket."""
        self._aim(line.send if seal is None else seal.sender(line.send), line.fileno())

    def by_door(self, door: socket.socket, remote: tuple[str, int], seal: Seal | None) -> None:
        """They go from the open door."""

        def put(packet: memoryview | bytes) -> int:
            return door.sendto(packet, remote)

        self._aim(put if seal is None else seal.sender(put), -1)

    def _aim(self, put: Put, fd: int) -> None:
        self.send, self.fd = self._put, self._line = put, fd
        if (copy := self._copy) is not None and put is not _nowhere:

            def both(packet: memoryview | bytes) -> int:
                copy(packet)
                return put(packet)

            self.send, self.fd = both, -1
        self._changed()

    def copy(self, copy: Callable[[memoryview | bytes], None] | None) -> None:
        """From now on `copy` gets every packet that is sent, or nobody does."""
        self._copy = copy
        self._aim(self._put, self._line)
