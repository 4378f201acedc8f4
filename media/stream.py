"""One stream: its sockets, its path, its lock, and the Python-side state of its row.

The numbers that change every tick are on the board; what is here changes with commands, digits and strangers.

Time: the board's `now` (monotonic seconds) and `tick`.
Deliberately absent: who hears whom (room.py), when packets and reports go (sender.py, report.py).
"""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Callable

from media import conceal, jitter, udp
from media.board import DROPS, Board
from media.dtmf import Ear, Finger
from media.far_end import FarEnd
from media.g711 import law_of
from media.g722 import QUIET
from media.l16 import LONGEST_MS, SAMPLE_BYTES
from media.lock import Watch
from media.outlet import Outlet
from media.paths import Direction, LocalAddress, Path
from media.rtcp import is_rtcp
from media.rtp import COMFORT_NOISE, Header
from media.source import Player
from media.srtp import Seal, Sealed
from media.stream_report import StreamReport
from media.words import FRAME_MS, FRAME_SAMPLES, RATE_HZ, RoomId, StreamId

SILENT_S = 2.0
"""A locked source that is silent for so long may be replaced by another that proves itself."""
_SOURCE, _FLOOD, _TYPE, _EARLY, _LINE, _OVERRUN = (
    DROPS.index(reason) for reason in ("source", "flood", "type", "early", "line", "overrun")
)

Inject = Callable[[int, bytes], None]
"""Feed one packet that came through the door into a row."""
# `aimed(stream)` is called whenever `Stream.outlet` has changed.


def _deaf(packet: bytes, source: tuple[str, int]) -> None:
    pass


class Stream:
    """An open stream. OSError when its ports are taken, IndexError when the board is full."""

    def __init__(
        self,
        stream: StreamId,
        ip: str,
        port: int,
        board: Board,
        yard: udp.Yard,
        inject: Inject,
        aimed: Callable[[Stream], None],
    ) -> None:
        self.id = stream
        self.address = LocalAddress(ip, port)
        self._board = board
        self._yard = yard
        self._inject = inject
        self.door, self.control = udp.open_pair(ip, port)
        try:
            self.row = board.take()
        except IndexError:
            self.door.close()
            self.control.close()
            raise
        self._line: socket.socket | None = None
        self.path: Path | None = None
        self.seal: Seal | None = None
        """Opens and closes its packets; None while the path is in the clear."""
        self.watch = Watch()
        self.ear, self.finger = Ear(), Finger()
        self.player: Player | None = None
        self.play = 0
        """Number of the play that is wanted; its player may still be loading."""
        self.stop_on = ""
        """Digits of the far end's that end it."""
        self.music: str | None = None
        self.hidden = False
        """What comes must not be kept by a tap."""
        self.room: RoomId | None = None
        self.ssrc = random.getrandbits(32)
        self.outlet = Outlet(lambda: aimed(self))
        self.pending = b""
        """Audio that waits for a whole packet, when our packet time is not one frame."""
        self.digit_ts = 0
        self.far = FarEnd()
        self.hear_control: Callable[[bytes, tuple[str, int]], None] = _deaf
        """Takes RTCP."""
        self.rtcp_to: tuple[str, int] | None = None
        """Where the far end's RTCP comes from, when that differs from the path."""
        self.report_at = 0.0
        self._overrun_before = 0
        """Of lines that are closed."""
        board.seq_out[self.row] = random.getrandbits(15)
        board.ts_out[self.row] = random.getrandbits(31)
        yard.add_knock(self.door, self._knocked, self.flooded)

    # ---- path ----------------------------------------------------------------------------------------------

    def set_path(self, path: Path) -> None:
        """Start, or change: a new address lets the old source go; the same address keeps it."""
        b, row = self._board, self.row
        if self.watch.path((path.remote_ip, path.remote_port), b.now, path.signalling_ip):
            self._drop_line()
        law = law_of(path.codec)
        if self.path is None or path.codec is not self.path.codec:
            b.set_law(row, law, QUIET if path.codec.wide else None, SAMPLE_BYTES.get(path.codec, 1))
            if self.player is not None:
                self.player.speak(law)
        if not b.hears[row] and path.direction.receives:
            b.heard_tick[row] = b.tick
        self.path = path
        if path.srtp is None:
            self.seal = None
        elif self.seal is None:
            self.seal = Seal(path.srtp)
        else:
            self.seal.rekey(path.srtp)
        b.audio_type[row] = path.payload_type
        b.digit_type[row] = -1 if path.dtmf_payload_type is None else path.dtmf_payload_type
        b.hears[row] = path.direction.receives
        b.regular[row] = False
        # RFC 3264 8.4: an address of 0.0.0.0 is the old way to say "send nothing".
        b.sends[row] = path.direction.sends and path.remote_port > 0 and path.remote_ip != "0.0.0.0"
        conceal.excuse(b, row)
        self.pending = b""
        b.packets[row, 0] = 0x80
        b.packets[row, 1] = path.payload_type
        b.packets[row, 8:12] = memoryview(struct.pack(">I", self.ssrc))
        self._aim()

    @property
    def packet_bytes(self) -> int:
        """Audio bytes in one packet of ours: 80..640."""
        ptime = self.path.ptime_ms if self.path else FRAME_MS
        size = int(self._board.sample_bytes[self.row])
        return 8 * size * min(max(ptime - ptime % 10, 10), 60 if size == 1 else LONGEST_MS)

    @property
    def plain(self) -> bool:
        """It sends just its outgoing frame in each packet."""
        return self.packet_bytes == FRAME_SAMPLES and self._board.sample_bytes[self.row] == 1

    @property
    def clock(self) -> int:
        """How often the clock of its time stamps ticks for each of ours, at 8 kHz: 1 or 2."""
        return self.path.codec.clock_hz // RATE_HZ if self.path else 1

    def _aim(self) -> None:
        path = self.path
        if path is None or not self._board.sends[self.row]:
            self.outlet.shut()
        elif self._line is not None:
            self.outlet.by_line(self._line, self.seal)
        else:
            self.outlet.by_door(self.door, (path.remote_ip, path.remote_port), self.seal)

    # ---- the door ------------------------------------------------------------------------------------------

    def _knocked(self, packet: bytes, source: tuple[str, int]) -> None:
        b, row = self._board, self.row
        if self.path is not None and self.path.rtcp_mux and is_rtcp(packet):
            self.hear_control(packet, source)
            return
        head = Header.read(packet)
        if isinstance(head, str):
            b.dropped[row, DROPS.index(head)] += 1
            return
        if self.path is None:
            b.dropped[row, _EARLY] += 1
            return
        if head.payload_type not in (b.audio_type[row], b.digit_type[row], COMFORT_NOISE):
            b.dropped[row, _TYPE] += 1
            return
        if self.seal is not None:
            # Before the lock hears of it: a stranger without the key proves nothing.
            try:
                packet = self.seal.open(packet)
            except Sealed as why:
                b.dropped[row, why.column] += 1
                return
        if self._line is not None and source == self.watch.source:
            self._inject(row, packet)  # it lay here before the line was there
            return
        silent = (b.tick - int(b.heard_tick[row])) * FRAME_MS > SILENT_S * 1000
        if not self.watch.knock(source, head, b.now, silent):
            b.dropped[row, _SOURCE] += 1
            return
        self._drop_line()
        try:
            self._line, thrown = udp.open_line(self.door, source)
        except OSError:
            b.dropped[row, _LINE] += 1
            return
        b.dropped[row, _LINE] += thrown
        self._yard.add_line(self._line, row)
        self._aim()
        self._inject(row, packet)

    def flooded(self, packets: int) -> None:
        """So many packets were not read."""
        self._board.dropped[self.row, _FLOOD] += packets

    def count_overruns(self) -> None:
        """Ask the kernel what it threw away. Three system calls: for now and then."""
        open_now = (self.door, self.control, *((self._line,) if self._line is not None else ()))
        self._board.dropped[self.row, _OVERRUN] = self._overrun_before + sum(map(udp.overrun, open_now))

    def _drop_line(self) -> None:
        if self._line is not None:
            self._overrun_before += udp.overrun(self._line)
            self._yard.remove(self._line)
            self._line = None
            self.rtcp_to = None
            self._aim()

    def send_control(self, packet: bytes, to: tuple[str, int]) -> None:
        """Send RTCP; on the way of the RTP when both share it. OSError, OverflowError."""
        if self.seal is not None:
            packet = self.seal.close_control(packet)
        if self.path is None or not self.path.rtcp_mux:
            self.control.sendto(packet, to)
        elif self._line is not None:
            self._line.send(packet)
        else:
            self.door.sendto(packet, (self.path.remote_ip, self.path.remote_port))

    # ---- the end -------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the sockets and give the row back."""
        self._board.sends[self.row] = False
        self._drop_line()
        self._yard.remove(self.door)
        self._yard.remove(self.control)
        self.outlet.shut()
        self._board.give_back(self.row)

    @property
    def lost(self) -> int:
        """Packets of the far end that never came."""
        return int(self._board.lost(slice(self.row, self.row + 1))[0])

    def report(self) -> StreamReport:
        """What is counted up to now; report.py adds what is reckoned from it."""
        b, row = self._board, self.row
        self.count_overruns()
        return StreamReport(
            packets_in=int(b.packets_in[row]),
            packets_out=int(b.packets_out[row]),
            bytes_in=int(b.bytes_in[row]),
            lost=self.lost,
            late=int(b.late[row]),
            duplicate=int(b.duplicate[row]),
            concealed_ms=int(b.concealed[row]) * FRAME_MS // 2,
            jitter_ms=round(float(b.jitter[row]) / 8, 2),
            round_trip_ms=self.far.round_trip_ms,
            far_lost=int(b.far_lost[row]),
            dropped={name: int(n) for name, n in zip(DROPS, b.dropped[row], strict=True) if n},
            refused_out=int(b.refused_out[row]),
            resynced=int(b.resynced[row]),
            stretched_ms=int(b.stretched[row]) * FRAME_MS,
            shrunk_ms=int(b.shrunk[row]) * FRAME_MS,
        )

    @property
    def delay_ms(self) -> int:
        """Play-out delay: how much earlier than needed the latest packet of this window came, or what we begin with."""
        low = int(self._board.margin_low[self.row])
        return (low if low < 1 << 20 else jitter.START_FRAMES * FRAME_SAMPLES) // 8

    @property
    def way(self) -> str:
        """Where its audio comes from and what it hears: `udp 40002 > jitter 60ms > PCMU > room 12`, with
        `srtp >` after the port when it is secure."""
        if self.path is None:
            return f"udp {self.address.port} > {self.watch.state.value}"
        hears = f"play {self.player.play}" if self.player else f"music {self.music}" if self.music else ""
        hears = hears or (f"room {self.room}" if self.room else "silence")
        codec = self.path.codec.sdp_name
        if self.path.direction is not Direction.SENDRECV:
            codec += f" {self.path.direction.value}"
        locked = "" if self.watch.source else f"{self.watch.state.value} > "
        secure = "" if self.seal is None else "srtp > "
        return f"udp {self.address.port} > {secure}{locked}jitter {self.delay_ms}ms > {codec} > {hears}"

    def __repr__(self) -> str:
        return f"<{self.way}>"
