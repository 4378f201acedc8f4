"""A row of the board that is used again at once: whoever has it now is not disturbed by who had it."""

from __future__ import annotations

import socket
from pathlib import Path

from media.orders import Tie
from media.paths import Codec
from media.words import StreamId
from tests.stage.replay import Bench
from tests.stage.rtp_peer import Peer, sine


def test_a_tie_that_gets_the_row_of_a_stream_just_closed_is_heard(tmp_path: Path) -> None:
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    codes = Peer(Codec.PCMU).encode(sine(440.0))
    with Bench() as bench, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as far:
        bench.connect()
        far.bind(there)
        far.setblocking(False)
        for n in range(5):
            bench.send(bytes([0x80, 0, 0, n]) + (n * 160).to_bytes(4, "big") + b"\0\0\0\7" + codes[:160])
            bench.tick()
        row = bench.engine.hall.streams[StreamId("speaker")].row
        bench.engine.hall.close(StreamId("speaker"))
        bench.order(Tie("~1", here, there, True, ""))
        assert bench.engine.hall.ties._ties[StreamId("~1")].row == row
        for _ in range(5):
            bench.tick()
        assert len([far.recv(2048) for _ in range(3)]) == 3
