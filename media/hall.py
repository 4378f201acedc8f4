"""The hall of one engine: its streams, rooms, music and recordings, and what each order does to them.

Orders change things between ticks; the tick (engine.py) reads them. Plays and music are in sounding.py.

Time: the board's `now` and `tick`. Deliberately absent: the order of a tick, and the socket orders come by.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

import numpy as np

from media import conceal, dtmf, g711, intake, orders, report, speech, wording
from media.announce import Announcer
from media.answer_watch import AnswerWatch
from media.board import DROPS, NOBODY, SLOTS, Board, Ints
from media.crowd import Crowds
from media.events import DigitHeard, MediaEvent, RtpBack, RtpLost, SpeechChanged, ToneHeard
from media.files import Loader
from media.floor_watch import Floors
from media.intake import DigitPacket
from media.mixer import Wiring
from media.mux import Mux
from media.ports import Ports
from media.quality import Quality
from media.recorder import Recorder
from media.recording_report import RecordingFormat, RecordingReport
from media.room import Rooms
from media.seals import Seals
from media.sender import Sender
from media.sounding import Sounding
from media.stream import Stream
from media.stream_report import StreamReport
from media.tap import Taps
from media.tie import Ties
from media.tone_watch import ToneWatch
from media.totals import Totals
from media.udp import Yard
from media.uring import Ring
from media.wide import Wide
from media.words import FRAME_MS, RoomId, StreamId

TRIES = 20
"""Ports tried before a stream is refused: others may sit on some."""
_WAITED, _DIGIT = DROPS.index("waited"), DROPS.index("digit")

Tell = Callable[[MediaEvent], None]


class Refused(Exception):
    """An order cannot be done: (name of the error, sentence)."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


class Hall:
    """Everything of one engine but its clock."""

    def __init__(
        self, ip: str, ports: Ports, disk: str, tell: Tell, *, rows: int, lost_s: float, ring: Ring | None = None
    ) -> None:
        self.board = Board(rows)
        self.streams: dict[StreamId, Stream] = {}
        self.ring = ring
        self.yard = Yard(rows, ring, self.board.refused_out)
        self.loader = Loader()
        self.sounding = Sounding(self.board, self.loader, self.streams, tell)
        self.rooms = Rooms()
        self.recorder = Recorder(self.board, disk, tell)
        self.sender = Sender(self.board, ring)
        self._by_row: dict[int, Stream] = {}
        self.ears: dict[int, speech.Listener] = {}
        """Rows whose speech is watched."""
        self.tones = ToneWatch(self.board, lambda row: self._by_row[row].id, self._toned)
        self.answers = AnswerWatch(self.board, lambda row: self._by_row[row].id, tell)
        self.wiring = Wiring(rows)
        self.wide = Wide(self.board, self._wanted)
        self.crowds = Crowds()
        self.quality = Quality(self.board)
        self.mux = Mux(rows, self._muxed)
        self.seals = Seals(self.board)
        self.taps = Taps(self.loader, self.streams, tell)
        self._rows: dict[StreamId, int] = {}
        self.announcer = Announcer(self.board, self.loader, self.rooms, self._rows, tell)
        self.floors = Floors(self.board, self.rooms, self._rows, tell)
        self.totals = Totals(self.board)
        self.ties = Ties(
            *(self.board, self._rows),
            yard=self.yard,
            sender=self.sender,
            rooms=self.rooms,
            recorder=self.recorder,
            quality=self.quality,
        )
        self._ip = ip
        self._ports = ports
        self._tell = tell
        self._lost_ticks = int(lost_s * 1000 / FRAME_MS)
        self._lost: dict[int, int] = {}
        """Rows whose RTP stopped, and how many packets had come by then."""
        self._admitted: list[tuple[int, bytes]] = []

    @property
    def ports_free(self) -> int:
        """Streams that could still be given a port."""
        return len(self._ports)

    # ---- streams -------------------------------------------------------------------------------------------

    def open(self, name: StreamId) -> tuple[str, int]:
        """(ip, port) of a new stream. Refused: Taken, NoPort."""
        if name in self.streams:
            raise Refused("Taken", f"stream {name!r} is open already")
        for _ in range(TRIES):
            port = self._ports.take(self.board.now)
            if port is None:
                break
            try:
                stream = Stream(name, self._ip, port, self.board, self.yard, self._inject, self.sender.arrange)
            except OSError:
                self._ports.rest(port, self.board.now)
                continue
            except IndexError:
                self._ports.rest(port, self.board.now)
                raise Refused("NoPort", "the engine is full") from None
            self.streams[name] = self._by_row[stream.row] = stream
            self._rows[name] = stream.row
            self.quality.begin(stream.row)
            stream.hear_control = functools.partial(self._rtcp, stream)
            self.yard.add_knock(stream.control, stream.hear_control, stream.flooded)
            report.schedule(stream, self.board.now)
            if (room := self.rooms.where(name)) is not None:
                self.rooms.touched.add(room)
            self.ties.refeed(name)
            return self._ip, port
        raise Refused("NoPort", "no RTP port is free")

    def set_path(self, order: orders.SetPath) -> None:
        """Start or change a stream; an unknown stream is passed over."""
        stream = self.streams.get(StreamId(order.stream))
        if stream is None:
            return
        path = wording.path_of(order)
        changed = stream.path is None or stream.path.codec is not path.codec
        if changed:
            self.wide.forget(stream.row)
            self.recorder.law_changes(stream.row)
            if (room := self.rooms.where(stream.id)) is not None:
                self.rooms.touched.add(room)
        stream.set_path(path)
        if changed:
            self.wide.speak(stream.row, path.codec)
        self.mux.set(stream.row, path.rtcp_mux)
        self.seals.set(stream.row, stream.seal, path.rtcp_mux)

    def close(self, name: StreamId) -> StreamReport:
        """Close a stream; an empty report for an unknown one."""
        stream = self.streams.pop(name, None)
        if stream is None:
            return StreamReport()
        stream.room = self.rooms.where(name)
        found = self.report(stream)
        self.sounding.leave(stream)
        report.say(stream, self.board, time.time(), bye=True)
        self.recorder.forget(stream.row)
        self.wide.forget(stream.row)
        self.sender.forget(stream.row)
        del self._by_row[stream.row], self._rows[name]
        self._let_go(name, stream.row)
        self.ties.refeed(name)
        self._lost.pop(stream.row, None)
        self.mux.set(stream.row, False)
        self.seals.set(stream.row, None, False)
        self.taps.forget(stream.row)
        self.ears.pop(stream.row, None)
        self.tones.forget(stream.row)
        self.answers.forget(stream.row)
        stream.close()
        self._ports.rest(stream.address.port, self.board.now)
        return found

    def close_tie(self, name: str) -> None:
        """Close a tie; an unknown one is passed over."""
        if (row := self.ties.close(name)) != NOBODY:
            self._let_go(StreamId(name), row)
            self.board.give_back(row)

    def _let_go(self, name: StreamId, row: int) -> None:
        """Row closes: it leaves its room, which hears it fade, and its counts are kept."""
        self.rooms.leave(name)
        self.wiring.forget(row, self.board.ring[self.board.tick % SLOTS, row], int(self.board.law[row]))
        self.crowds.forget(row)
        self.totals.add(row)

    def report(self, stream: Stream) -> StreamReport:
        """Totals of an open stream."""
        return report.totals(stream, self.board, self.quality.losses(stream.row))

    def press(self, stream: Stream, digits: str, on_ms: int, gap_ms: int) -> None:
        """Send digits: as events when the far end reads them, else as tones."""
        if stream.path is not None and stream.path.dtmf_payload_type is None:
            self.sounding.press(stream, digits, on_ms, gap_ms)
        else:
            stream.finger.press(digits, on_ms, gap_ms)
            self.sender.arrange(stream)

    def watch_speech(self, stream: Stream, on: bool) -> None:
        """Judge the stream's speech from now on, or no more."""
        if on:
            self.ears.setdefault(stream.row, speech.Listener())
        else:
            self.ears.pop(stream.row, None)

    # ---- rooms ---------------------------------------------------------------------------------------------

    def hear(self, order: orders.Hear) -> None:
        """Room's gains are exactly these."""
        pairs = {(StreamId(speaker), StreamId(listener)): gain for speaker, listener, gain in order.gains}
        says = {StreamId(name): gain for name, gain in order.says.items()}
        self.rooms.hear(RoomId(order.room), pairs, says, {StreamId(name): gain for name, gain in order.hears.items()})

    # ---- recording -----------------------------------------------------------------------------------------

    def record(self, order: orders.Record) -> None:
        """Begin. Refused: Running."""
        left, right = self._row(order.left), self._row(order.right)
        form, names = RecordingFormat(order.form), (order.left, self.ties.speaker(order.right or ""))
        why = self.recorder.start(order.recording, order.path, left, right, order.channels, form, order.mix, names)
        if why:
            raise Refused("Running", why)

    def record_right(self, order: orders.RecordRight) -> None:
        self.recorder.set_right(order.recording, self._row(order.right), self.ties.speaker(order.right or ""))

    def record_stop(self, recording: str, ended: Callable[[RecordingReport], None]) -> None:
        self.recorder.stop(recording, self.board.now, ended)

    def _row(self, name: str | None) -> int:
        return self._rows.get(StreamId(name), NOBODY) if name is not None else NOBODY

    # ---- in the tick ---------------------------------------------------------------------------------------

    def rewire(self) -> None:
        """Take over what has changed in the rooms since the last tick."""
        for name in self.rooms.left:
            if name in self.streams:
                self.streams[name].room = None
        for room in self.rooms.touched & self.rooms.rooms.keys():
            for name in self.rooms.rooms[room].members:
                if name in self.streams:
                    self.streams[name].room = room
        if self.rooms.touched:
            self.announcer.notice(self.rooms.touched)
            self.crowds.follow(self.rooms, self._rows, self.board.law)
            self.floors.follow()
        self.wide.follow(self.rooms, self._rows)
        self.wiring.follow(self.rooms, self._rows)

    def admit(self) -> None:
        """Packets that proved their source at the door are heard like all others; the newest of each stream is.

        Older ones have waited there: to play them would only be a delay that lasts.
        """
        if self._admitted:
            packets: dict[int, bytes] = {}
            for row, packet in self._admitted:
                self.board.dropped[row, _WAITED] += row in packets
                packets[row] = packet
            self._admitted = []
            for digit in intake.take_bytes(self.board, packets, self.wide.linear):
                self.digit(digit)

    def digit(self, packet: DigitPacket) -> None:
        """A telephone-event came."""
        stream = self._by_row[packet.row]
        conceal.excuse(self.board, packet.row)
        if not dtmf.readable(packet.payload):
            self.board.dropped[packet.row, _DIGIT] += 1
        digit = stream.ear.hear(packet.ssrc, packet.ts, packet.marker, packet.payload)
        if digit is not None:
            self._keyed(DigitHeard(stream.id, digit))

    def _keyed(self, heard: DigitHeard) -> None:
        self._tell(heard)
        if (stream := self.streams.get(heard.stream)) is not None:
            self.sounding.keyed(stream, heard.digit)

    def _toned(self, heard: DigitHeard | ToneHeard) -> None:
        if isinstance(heard, DigitHeard):
            self._keyed(heard)
        else:
            self._tell(heard)

    def listen(self, frames: g711.Codes) -> None:
        """Judge this tick's frames of the rows whose speech is watched."""
        rows = list(self.ears)
        for row, samples in zip(rows, g711.decode(frames[rows], self.board.law[rows]), strict=True):
            ear = self.ears[row]
            if ear.hear(samples):
                self._tell(SpeechChanged(self._by_row[row].id, ear.speaking))

    def watch(self) -> None:
        """RTP that stopped or came back, and reports that are due. Every few ticks is enough."""
        b = self.board
        self.taps.beat(b.now)
        for row, stream in self._by_row.items():
            if b.now >= stream.report_at:
                report.schedule(stream, b.now)
                report.say(stream, b, time.time(), bye=False)
                stream.count_overruns()
            quiet = b.tick - int(b.heard_tick[row])
            if row in self._lost:
                back = int(b.packets_in[row]) > self._lost[row]
                if back or not b.hears[row]:
                    del self._lost[row]
                if back:
                    self._tell(RtpBack(stream.id))
            elif quiet > self._lost_ticks and b.hears[row]:
                self._lost[row] = int(b.packets_in[row])
                self._tell(RtpLost(stream.id, round(quiet * FRAME_MS / 1000, 1)))

    def shut(self) -> None:
        """Say good-bye on all streams and let go of everything."""
        for name in list(self.streams):
            self.close(name)
        self.ties.shut()
        self.yard.close()
        self.loader.close()
        self.recorder.link.close()

    # ---- inside --------------------------------------------------------------------------------------------

    def _inject(self, row: int, packet: bytes) -> None:
        self._admitted.append((row, packet))
        self.taps.came(row, packet)

    def _muxed(self, row: int, packet: bytes) -> None:
        stream = self._by_row[row]
        report.hear(stream, self.board, packet, stream.watch.source or ("", 0), time.time())

    def _wanted(self) -> tuple[Ints, ...]:
        """Rows whose sound is looked at, besides by those in their room."""
        ears = np.array(list(self.ears), np.int64)
        here = self.recorder.wanted, self.tones.wanted, self.announcer.wanted, ears
        return *here, self.answers.wanted, self.floors.wanted, self.ties.wanted

    def _rtcp(self, stream: Stream, packet: bytes, source: tuple[str, int]) -> None:
        """RTCP came by a socket, and not among the RTP, where it would have been opened already."""
        if (opened := self.seals.opened_control(stream.row, packet)) is not None:
            report.hear(stream, self.board, opened, source, time.time())
