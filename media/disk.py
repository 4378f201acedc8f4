"""The disk process: recordings of all engines into files. Slow disks make this process wait, and nothing else.

What is recorded is always a WAV while it grows (tape.py). FLAC and Opus are made of it when the recording is over, in
a thread (encoder.py); whoever kills this process before finds the WAV, whole, under the same name with `.wav` behind.

`python -m media.disk --socket PATH`
Deliberately absent: when to record (the engine), how long files are kept (apps).
"""

from __future__ import annotations

import argparse
import contextlib
import select
import signal
import socket
from dataclasses import dataclass, field

import msgspec

from media import process
from media.disk_orders import (
    Block,
    Create,
    Created,
    DiskAnswer,
    DiskOrder,
    Encoded,
    Failed,
    Finish,
    Finished,
    Widen,
)
from media.encoder import Encoder
from media.tape import Tape
from media.wire import FrameError, Unframer, frame

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(DiskOrder).decode


@dataclass(slots=True, eq=False)
class Client:
    """One engine."""

    sock: socket.socket
    encoder: Encoder
    unframer: Unframer = field(default_factory=Unframer)
    tapes: dict[str, Tape] = field(default_factory=dict)

    def answer(self, answer: DiskAnswer) -> None:
        """OSError when the engine is gone or does not read."""
        self.sock.sendall(frame(_encode(answer)))

    def do(self, order: DiskOrder) -> None:
        """Carry out one order; a disk that refuses is an answer, not an exception."""
        tape = self.tapes.get(order.recording)
        try:
            match order:
                case Create():
                    if tape is None:
                        self.tapes[order.recording] = Tape.create(order)
                    self.answer(Created(order.recording))
                case Block():
                    if tape is not None and not tape.failed:
                        tape.add(order)
                case Widen():
                    if tape is not None and not tape.failed:
                        tape.widen()
                case Finish():
                    self._finish(order, tape)
        except (OSError, ValueError) as mistake:
            if isinstance(mistake, ConnectionError | TimeoutError):
                raise
            why = f"{getattr(mistake, 'strerror', None) or mistake}"
            if tape is not None:
                tape.failed = why
            self.answer(Failed(order.recording, why))

    def _finish(self, order: Finish, tape: Tape | None) -> None:
        if tape is None:
            self.answer(Finished(order.recording, 0, 0, "there is no file"))
            return
        if not tape.failed:
            try:
                tape.end(order.samples)
            except OSError as mistake:
                tape.failed = str(mistake.strerror)
        tape.close()
        del self.tapes[order.recording]
        self.answer(Finished(order.recording, tape.samples, tape.total_bytes, tape.failed, tape.written))
        if not tape.failed and tape.form.encoded:
            self.encoder.submit(self, order.recording, tape)

    def encoded(self, answer: Encoded) -> None:
        """A file has got its final form. OSError as above."""
        self.answer(answer)

    def close(self) -> None:
        """The engine is gone; its files are whole as they are."""
        for tape in self.tapes.values():
            with contextlib.suppress(OSError):
                tape.close()
        self.sock.close()


class Disk:
    """Serves all engines."""

    def __init__(self, path: str) -> None:
        self._listener = process.listen(path)
        self._clients: dict[int, Client] = {}
        self._poll = select.epoll()
        self._poll.register(self._listener.fileno(), select.EPOLLIN)
        self._encoder = Encoder()
        self._poll.register(self._encoder.wake, select.EPOLLIN)
        self._stop = False

    def run(self) -> None:
        """Serve until SIGTERM."""
        signal.signal(signal.SIGTERM, self._stopped)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        process.say_ready()
        while not self._stop:
            for fd, _event in self._poll.poll(1.0):
                if fd == self._listener.fileno():
                    self._accept()
                elif fd == self._encoder.wake:
                    self._tell_encoded()
                else:
                    self._read(self._clients[fd])
        for client in list(self._clients.values()):
            client.close()

    def _stopped(self, *_: object) -> None:
        self._stop = True

    def _tell_encoded(self) -> None:
        for owner, answer in self._encoder.collect():
            if owner in self._clients.values() and isinstance(owner, Client):
                with contextlib.suppress(OSError):
                    owner.encoded(answer)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            sock, _ = self._listener.accept()
            sock.settimeout(2.0)
            self._clients[sock.fileno()] = Client(sock, self._encoder)
            self._poll.register(sock.fileno(), select.EPOLLIN)

    def _read(self, client: Client) -> None:
        try:
            data = client.sock.recv(1 << 20)
            for body in client.unframer.feed(data):
                client.do(_decode(body))
        except (OSError, FrameError, msgspec.MsgspecError) as mistake:
            process.log(f"disk: an engine's connection ends: {mistake}")
            data = b""
        if not data:
            self._poll.unregister(client.sock.fileno())
            del self._clients[client.sock.fileno()]
            client.close()


def main() -> None:
    """Entry of the process."""
    parser = argparse.ArgumentParser(prog="media.disk")
    parser.add_argument("--socket", required=True)
    arguments = parser.parse_args()
    process.end_with_parent()
    Disk(arguments.socket).run()


if __name__ == "__main__":
    main()
