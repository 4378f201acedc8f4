"""The engine's socket for orders: served between ticks, never longer than until the next one is due.

Orders are done in the order in which they came; an order that is wrong gets an error, a client that does not speak
the framing is dropped. Events go to every client.

Deliberately absent: what an order does (hall.py).
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from media import orders, process
from media.events import MediaEvent
from media.hall import Hall, Refused
from media.messages import DeskOrder, Load, Reply, Request
from media.stream_report import StreamReport
from media.wire import FrameError, Unframer, frame
from media.words import RoomId, StreamId

MAX_UNSENT = 8 << 20
"""A client that leaves so much unread is gone."""
_COARSE_S = 0.0005
"""The poll knows only milliseconds; the last bit before a deadline is slept exactly."""
LEAST_S = 0.001
"""Orders get so much of every tick even when it is late: an engine with too much to do must still hear "close"."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Request).decode
_LATER = object()


class Client:
    """One desk."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.unframer = Unframer()
        self.unsent = bytearray()

    def send(self, reply: Reply) -> None:
        """OSError when the client is gone or does not read."""
        self.unsent += frame(_encode(reply))
        self.flush()

    def flush(self) -> None:
        """OSError as above."""
        with contextlib.suppress(BlockingIOError):
            while self.unsent:
                del self.unsent[: self.sock.send(self.unsent)]
        if len(self.unsent) > MAX_UNSENT:
            raise ConnectionError("it does not read")


class Control:
    """Serves desks. `hurry` makes `serve` return at once, for good."""

    def __init__(self, path: str, hall: Hall, figures: Callable[[], dict[str, Any]]) -> None:
        self._hall = hall
        self._figures = figures
        self._listener = process.listen(path)
        self._clients: dict[int, Client] = {}
        self._watched: dict[int, Callable[[], None]] = {}
        self._poll = select.epoll()
        self._todo: deque[tuple[Client, Request]] = deque()
        self.hurry = False
        self.lost = dict.fromkeys(("events_untold", "clients_dropped", "orders_wrong", "orders_refused"), 0)
        """Events that nobody was there to hear, clients whose connection broke, orders that were not done."""
        self.watch(self._listener.fileno(), self._accept)

    def watch(self, fd: int, ready: Callable[[], None]) -> None:
        """Call `ready` whenever `fd` is readable; a closed descriptor is forgotten by the kernel itself."""
        self._watched[fd] = ready
        with contextlib.suppress(FileExistsError):
            self._poll.register(fd, select.EPOLLIN)

    def tell(self, event: MediaEvent | Load) -> None:
        """Send an event to every client."""
        self.lost["events_untold"] += not self._clients
        for client in list(self._clients.values()):
            self._send(client, Reply(0, type(event).__name__, msgspec.to_builtins(event)))

    def serve(self, until: float) -> None:
        """Do orders until the monotonic time `until`, which is kept to some 50 us; sleep when there are none."""
        self.serve_about(until - _COARSE_S)
        left = until - time.monotonic()
        if left > 0 and not self.hurry:
            time.sleep(left)

    def serve_about(self, until: float) -> None:
        """The same, up to a millisecond early."""
        for client in list(self._clients.values()):
            if client.unsent:
                self._attempt(client, client.flush)
        least = time.monotonic() + LEAST_S
        while not self.hurry:
            while self._todo and time.monotonic() < max(until, least):
                self._do(*self._todo.popleft())
            left = int((until - time.monotonic()) * 1000)
            for fd, _event in self._poll.poll(max(left, 0) / 1000):
                self._watched[fd]()
            if left <= 0:
                return

    # ---- clients -------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            sock, _ = self._listener.accept()
            sock.setblocking(False)
            client = self._clients[sock.fileno()] = Client(sock)
            self.watch(sock.fileno(), lambda: self._attempt(client, lambda: self._read(client)))

    def _read(self, client: Client) -> None:
        data = client.sock.recv(1 << 16)
        if not data:
            raise ConnectionError("it went away")
        for body in client.unframer.feed(data):
            try:
                self._todo.append((client, _decode(body)))
            except msgspec.MsgspecError as mistake:
                self.lost["orders_wrong"] += 1
                self._send(client, Reply(_number(body), "Malformed", str(mistake)))

    def _attempt(self, client: Client, act: Callable[[], None]) -> None:
        try:
            act()
        except BlockingIOError:
            return
        except (OSError, FrameError):
            self.lost["clients_dropped"] += self._clients.pop(client.sock.fileno(), None) is not None
            client.sock.close()

    def _send(self, client: Client, reply: Reply) -> None:
        if client.sock.fileno() >= 0:
            self._attempt(client, lambda: client.send(reply))

    # ---- orders --------------------------------------------------------------------------------------------

    def _do(self, client: Client, request: Request) -> None:
        self._hall.board.now = time.monotonic()

        def answer(result: object) -> None:
            if request.number:
                self._send(client, Reply(request.number, "", msgspec.to_builtins(result)))

        try:
            result = self._carry_out(request.order, answer)
        except Refused as refused:
            self.lost["orders_refused"] += 1
            if request.number:
                self._send(client, Reply(request.number, refused.name, str(refused)))
            return
        except (KeyError, ValueError) as mistake:
            self.lost["orders_wrong"] += 1
            process.log(f"order {type(request.order).__name__} makes no sense: {mistake}")
            if request.number:
                self._send(client, Reply(request.number, "Malformed", str(mistake)))
            return
        if result is not _LATER:
            answer(result)

    def _carry_out(self, order: DeskOrder, answer: Callable[[object], None]) -> object:
        hall = self._hall
        match order:
            case orders.Open():
                return hall.open(StreamId(order.stream))
            case orders.SetPath():
                hall.set_path(order)
            case orders.Close():
                return hall.close(StreamId(order.stream))
            case orders.Bridge():
                hall.rooms.bridge(RoomId(order.room), [StreamId(name) for name in order.streams])
            case orders.Hear():
                hall.hear(order)
            case orders.RecordSilence():
                hall.recorder.silence(order.recording, order.left, order.right, order.what)
            case orders.RecordAway():
                hall.recorder.leave_out(order.recording, order.away)
            case orders.Tap():
                hall.taps.start(order.path, order.streams, order.seconds, hall.board.now)
            case orders.WatchFloor():
                hall.floors.watch(RoomId(order.room), on=order.on, loudest=order.loudest)
            case orders.Join():
                hall.rooms.join(RoomId(order.room), StreamId(order.stream))
            case orders.Announce():
                hall.announcer.announce(order)
            case orders.StopAnnounce():
                hall.announcer.stop(order.number)
            case orders.Doorbell():
                hall.announcer.doorbell(order)
            case orders.Unbridge():
                hall.rooms.leave(StreamId(order.stream))
            case orders.Tie():
                hall.ties.open(order)
            case orders.Untie():
                hall.close_tie(order.name)
            case orders.SetMusic():
                hall.sounding.set_music(order.classes)
            case orders.Record():
                hall.record(order)
            case orders.RecordRight():
                hall.record_right(order)
            case orders.RecordStop():
                hall.record_stop(order.recording, answer)
                return _LATER
            case orders.Hello():
                return {"streams": list(hall.streams), "ties": hall.ties.names, "recordings": hall.recorder.names}
            case orders.State():
                return self._figures()
            case orders.Steer():
                if (stream := hall.streams.get(StreamId(order.stream))) is not None:
                    hall.sounding.steer(stream, order)
            case orders.Report() | orders.Play() | orders.StopPlay() | orders.Music() | orders.Press():
                return self._on_stream(order)
            case orders.HideKeys():
                if (stream := hall.streams.get(StreamId(order.stream))) is not None:
                    stream.hidden = order.on
            case orders.WatchSpeech() | orders.WatchTones() | orders.WatchProgress() | orders.WatchAnswer():
                self._watch(order)
        return None

    def _watch(self, order: orders.WatchSpeech | orders.WatchTones | orders.WatchProgress | orders.WatchAnswer) -> None:
        hall = self._hall
        stream = hall.streams.get(StreamId(order.stream))
        if stream is None:
            return
        match order:
            case orders.WatchSpeech():
                hall.speech.watch(stream.row, order.on)
            case orders.WatchTones():
                hall.tones.digits(stream.row, order.on)
            case orders.WatchProgress():
                hall.tones.progress(stream.row, order.country)
            case orders.WatchAnswer():
                hall.answers.judge(stream.row, order.parameters)

    def _on_stream(self, order: orders.Report | orders.Play | orders.StopPlay | orders.Music | orders.Press) -> object:
        hall = self._hall
        stream = hall.streams.get(StreamId(order.stream))
        if isinstance(order, orders.Report):
            return hall.report(stream) if stream else StreamReport()
        if stream is None:
            if isinstance(order, orders.Play):
                hall.sounding.unplayed(order)
            return None
        match order:
            case orders.Play():
                hall.sounding.play(stream, order)
            case orders.StopPlay():
                hall.sounding.stop_play(stream)
            case orders.Music():
                hall.sounding.set_music_of(stream, order.name)
            case orders.Press():
                hall.press(stream, order.digits, order.on_ms, order.gap_ms)
        return None

    def close(self) -> None:
        for client in self._clients.values():
            client.sock.close()
        self._listener.close()
        self._poll.close()


def _number(body: bytes) -> int:
    """Number of a request that could not be read; 0 when even that cannot."""
    try:
        head = msgspec.msgpack.decode(body)
    except msgspec.MsgspecError:
        return 0
    return head[0] if isinstance(head, list) and head and isinstance(head[0], int) else 0
