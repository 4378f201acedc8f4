"""Framing of the internal sockets: four bytes of length, big endian, then msgpack.

Deliberately absent: what is said (orders.py).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

MAX_FRAME = 16 << 20
"""A longer frame is a mistake, not a message."""
LENGTH = struct.Struct(">I")


class FrameError(Exception):
    """The other side does not speak this framing."""


def frame(body: bytes) -> bytes:
    """`body` with its length before it."""
    return LENGTH.pack(len(body)) + body


class Unframer:
    """Bytes in, bodies out, however the bytes were cut."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yields whole bodies. FrameError when a length is impossible."""
        held = self._held
        held += data
        at = 0
        try:
            while len(held) - at >= LENGTH.size:
                (size,) = LENGTH.unpack_from(held, at)
                if size > MAX_FRAME:
                    raise FrameError(f"a frame of {size} bytes")
                end = at + LENGTH.size + size
                if end > len(held):
                    return
                body = bytes(held[at + LENGTH.size : end])
                at = end
                yield body
        finally:
            del held[:at]
