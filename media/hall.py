"""The hall of one engine: its streams, rooms, music and recordings, and what each order does to them.

Orders change things between ticks; the tick (engine.py) reads them. Plays and music are in sounding.py.

Time: the board's `now` and `tick`. Deliberately absent: the order of a tick, and the socket orders come by.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

from media import orders, report, wording
from media.announce import Announcer
from media.answer_watch import AnswerWatch
from media.arrivals import Arrivals
from media.board import NOBODY, SLOTS, Board, Ints
from media.crowd import Crowds
from media.events import DigitHeard, MediaEvent, ToneHeard
from media.files import Loader
from media.floor_watch import Floors
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
from media.speech_watch import SpeechWatch
from media.stream import Stream
from media.stream_report import StreamReport
from media.tap import Taps
from media.tie import Ties
from media.tone_watch import ToneWatch
from media.totals import Totals
from media.udp import Yard
from media.uring import Ring
from media.watchman import Watchman
from media.wide import Wide
from media.words import RoomId, StreamId

TRIES = 20
"""Ports tried before a stream is refused: others may sit on some."""

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
        self.speech = SpeechWatch(self.board, self._name_of, tell)
        self.tones = ToneWatch(self.board, self._name_of, self._heard)
        self.answers = AnswerWatch(self.board, self._name_of, tell)
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
        self._tell = tell
        self._ports = ports
        self.arrivals = Arrivals(self.board, self._by_row, self.wide.linear, self._heard)
        self.watchman = Watchman(self.board, self._by_row, lost_s, tell)

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
        del self._by_row[stream.row], self._rows[name]
        self._let_go(name, stream.row)
        self.ties.refeed(name)
        self.watchman.forget(stream.row)
        self.mux.set(stream.row, False)
        self.seals.set(stream.row, None, False)
        self.taps.forget(stream.row)
        self.speech.forget(stream.row)
        self.tones.forget(stream.row)
        self.answers.forget(stream.row)
        stream.close()
        self.sender.forget(stream.row)  # after its outlet was shut, which is news of it
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
        how = (order.channels, form, order.mix, names, order.trim_s)
        why = self.recorder.start(order.recording, order.path, left, right, *how)
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

    def watch(self) -> None:
        """What is due on open streams. Every few ticks is enough."""
        self.taps.beat(self.board.now)
        self.watchman.walk(time.time())

    def shut(self) -> None:
        """Say good-bye on all streams and let go of everything."""
        for name in list(self.streams):
            self.close(name)
        self.ties.shut()
        self.yard.close()
        self.loader.close()
        self.recorder.link.close()

    # ---- inside --------------------------------------------------------------------------------------------

    def _heard(self, event: DigitHeard | ToneHeard) -> None:
        """Told first, so that whoever played knows by which key it ended."""
        self._tell(event)
        stream = self.streams.get(event.stream)
        if stream is not None and isinstance(event, DigitHeard):
            self.sounding.keyed(stream, event.digit)

    def _name_of(self, row: int) -> StreamId:
        return self._by_row[row].id

    def _inject(self, row: int, packet: bytes) -> None:
        self.arrivals.inject(row, packet)
        self.taps.came(row, packet)

    def _muxed(self, row: int, packet: bytes) -> None:
        stream = self._by_row[row]
        report.hear(stream, self.board, packet, stream.watch.source or ("", 0), time.time())

    def _wanted(self) -> tuple[Ints, ...]:
        """Rows whose sound is looked at, besides by those in their room."""
        here = self.recorder.wanted, self.tones.wanted, self.announcer.wanted, self.speech.wanted
        return *here, self.answers.wanted, self.floors.wanted, self.ties.wanted

    def _rtcp(self, stream: Stream, packet: bytes, source: tuple[str, int]) -> None:
        """RTCP came by a socket, and not among the RTP, where it would have been opened already."""
        if (opened := self.seals.opened_control(stream.row, packet)) is not None:
            report.hear(stream, self.board, opened, source, time.time())
