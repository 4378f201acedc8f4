"""Ties: lines of our own between two engines, which join the parts of a room or carry one voice to a recording.

A tie is a row of the board like a stream's, one at each end, with RTP between them (µ-law, one frame a packet) over a
pair of Unix datagram sockets that are connected to each other: the kernel refuses everybody else's packets, no port is
taken, and strangers on the network cannot even ask. All engines keep the same monotonic clock, so what came is due with
the next tick after its arrival, 20 to 40 ms after it was said. A far end that does not read costs its own ten packets;
what does not fit is refused and counted.

A tie that carries one speaker *feeds*: its row sends what that stream says, whatever rooms do, and hears nothing.
Deliberately absent: which ties there are (span.py, desk_ties.py), RTCP, digits, locks: nobody else can speak here.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import struct
from dataclasses import dataclass

import numpy as np

from media import g711, orders
from media.board import NOBODY, Board, Ints
from media.paths import Codec
from media.process import log
from media.quality import Quality
from media.recorder import Recorder
from media.room import Rooms
from media.sender import Sender
from media.udp import Yard
from media.words import StreamId

CODEC = Codec.PCMU
_COUNTED = ("packets_in", "packets_out", "refused_out", "late", "concealed")


@dataclass(slots=True, eq=False)
class _Tie:
    row: int
    sock: socket.socket
    here: str
    there: str
    sends: bool
    of: StreamId
    """Whose voice alone it carries; empty for a mix."""
    connected: bool = False


class Ties:
    """All ties of an engine. Nothing of it costs an engine without ties anything."""

    def __init__(
        self,
        board: Board,
        rows: dict[StreamId, int],
        *,
        yard: Yard,
        sender: Sender,
        rooms: Rooms,
        recorder: Recorder,
        quality: Quality,
    ) -> None:
        self._board = board
        self._rows = rows
        self._yard, self._sender, self._rooms = yard, sender, rooms
        self._recorder, self._quality = recorder, quality
        self._ties: dict[StreamId, _Tie] = {}
        self._strange: set[StreamId] = set()
        """Whose far end is not there yet."""
        self._fed: Ints = np.zeros(0, np.int64)
        self._speakers: Ints = np.zeros(0, np.int64)
        self._gone = dict.fromkeys(_COUNTED, 0)
        """Counts of ties that are closed."""
        self.failed = 0
        """Ties that could not be opened."""

    def __len__(self) -> int:
        return len(self._ties)

    @property
    def names(self) -> list[StreamId]:
        return list(self._ties)

    def speaker(self, name: str) -> str:
        """Whose voice a tie carries, for a recording's marks; other names are themselves."""
        tie = self._ties.get(StreamId(name))
        return tie.of if tie is not None else name

    def open(self, order: orders.Tie) -> None:
        """Open one end. What fails is counted and logged: the room then is without the far part."""
        b, name = self._board, StreamId(order.name)
        if name in self._ties:
            return
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(order.here)
            sock.bind(order.here)
            os.chmod(order.here, 0o600)
            row = b.take()
        except (OSError, IndexError) as mistake:
            sock.close()
            self.failed += 1
            log(f"tie {order.name} cannot be opened: {mistake}")
            return
        b.audio_type[row] = CODEC.payload_type
        b.hears[row] = not (order.sends and order.of)
        b.heard_tick[row] = b.tick
        b.seq_out[row], b.ts_out[row] = random.getrandbits(15), random.getrandbits(31)
        b.packets[row, 0], b.packets[row, 1] = 0x80, CODEC.payload_type
        b.packets[row, 8:12] = memoryview(struct.pack(">I", random.getrandbits(32)))
        self._quality.begin(row)
        self._ties[name] = _Tie(row, sock, order.here, order.there, order.sends, StreamId(order.of))
        self._rows[name] = row
        self._strange.add(name)
        self._seat(name)
        self._refeed()

    def close(self, name: str) -> int:
        """The row of a tie that is closed, NOBODY for an unknown one; the caller lets go of the row."""
        tie = self._ties.pop(StreamId(name), None)
        if tie is None:
            return NOBODY
        b, row = self._board, tie.row
        self._strange.discard(StreamId(name))
        self._recorder.forget(row)
        self._sender.forget(row)
        for column in _COUNTED:
            self._gone[column] += int(getattr(b, column)[row])
        del self._rows[StreamId(name)]
        self._yard.remove(tie.sock)
        with contextlib.suppress(OSError):
            os.unlink(tie.here)
        self._refeed()
        return row

    def refeed(self, name: StreamId) -> None:
        """A stream was opened or closed: those who carry it carry its row, or silence."""
        if any(tie.of == name for tie in self._ties.values()):
            self._refeed()

    def meet(self) -> None:
        """Every tick: connect those whose far end was not there yet."""
        for name in list(self._strange):
            tie = self._ties[name]
            with contextlib.suppress(OSError):
                tie.sock.connect(tie.there)
                with contextlib.suppress(OSError):
                    while True:  # before it was connected anybody who may open the file could send
                        tie.sock.recv(1)
                tie.connected = True
                self._strange.discard(name)
                if self._board.hears[tie.row]:
                    self._yard.add_line(tie.sock, tie.row)
                if tie.sends:
                    self._board.sends[tie.row] = True
                    self._sender.carry(tie.row, tie.sock)

    @property
    def wanted(self) -> Ints:
        """Rows that are sent on alone."""
        return self._speakers

    def feed(self, frames: g711.Codes) -> None:
        """Rows that carry one voice send that, brought to the law of ties."""
        if self._fed.size:
            b = self._board
            laws = b.law[self._speakers]
            b.out[self._fed] = g711.transcode(frames[self._speakers], laws, b.law[self._fed])

    def figures(self) -> dict[str, int]:
        """Counts by name; those of streams and ties together are in `Totals`."""
        rows = [tie.row for tie in self._ties.values()]
        found = {f"tie_{name}": self._gone[name] + int(getattr(self._board, name)[rows].sum()) for name in _COUNTED}
        return found | {"ties_failed": self.failed}

    def shut(self) -> None:
        """The engine ends: no socket's file stays behind."""
        for name in self.names:
            self.close(name)

    def _seat(self, name: StreamId) -> None:
        if (room := self._rooms.where(name)) is not None:
            self._rooms.touched.add(room)

    def _refeed(self) -> None:
        feeding = [tie for tie in self._ties.values() if tie.sends and tie.of]
        self._fed = np.array([tie.row for tie in feeding], np.int64)
        self._speakers = np.array([self._rows.get(tie.of, NOBODY) for tie in feeding], np.int64)
