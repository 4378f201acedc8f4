"""Clients of the socket API: a plain one for the command line, an asyncio one for programs and tests.

Both give typed answers (`call(catalogue.CALLS_SHOW, ByCall(id))`) and raise `ApiError` as the server sent it, or
`Unreachable`, whose message is one sentence with what to do.

Deliberately absent: reconnecting. Who follows events keeps the last number and the greeting's `instance`.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from apps.api.catalogue import EVENTS_SUBSCRIBE, Signature
from apps.api.params import Nothing, Subscribe, Subscribed
from apps.api.protocol import ApiError, Code, ErrorObject, EventLost, Greeting, Incoming

P = TypeVar("P", bound=Struct)
R = TypeVar("R")

MAX_ANSWER = 64 << 20
_decoder = msgspec.json.Decoder(Incoming)


class Unreachable(Exception):
    """Nobody answers on the socket, or the connection broke; one sentence and a hint."""


class NotRunning(Unreachable):
    """There is no switch behind this socket now; it can be started."""


class SeenEvent(Struct, frozen=True):
    """An event as a client reads it; `data` is plain JSON data."""

    seq: int
    at: str
    type: str
    data: dict[str, Any]


Told = SeenEvent | EventLost


def _request(number: int, method: str, params: Any) -> bytes:
    return msgspec.json.encode({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + b"\n"


def _read(text: bytes) -> Incoming:
    try:
        return _decoder.decode(text)
    except msgspec.MsgspecError:
        raise Unreachable("What answers on the socket does not speak this API") from None


def _error(error: ErrorObject) -> ApiError:
    data = error.data
    code = Code(error.code) if error.code in set(Code) else Code.INTERNAL
    return ApiError(
        code,
        error.message,
        what=data.what if data else "",
        where=data.where if data else "",
        hint=data.hint if data else "",
    )


def _told(message: Incoming) -> Told | None:
    if not bytes(message.params):
        return None
    if message.method == "event":
        return msgspec.json.decode(message.params, type=SeenEvent)
    if message.method == "events.lost":
        return msgspec.json.decode(message.params, type=EventLost)
    return None


def _why(path: Path, error: OSError) -> Unreachable:
    if isinstance(error, FileNotFoundError):
        return NotRunning(f"The switch is not running: there is no socket {path}")
    if isinstance(error, ConnectionRefusedError):
        return NotRunning(f"The switch is not running: nobody answers on {path}")
    if isinstance(error, PermissionError):
        return Unreachable(f"You may not talk to the switch: {path} is for its own group. Join that group, or use sudo")
    if isinstance(error, TimeoutError):
        return Unreachable(f"The switch does not answer on {path}. Look at its log")
    return Unreachable(f"The connection to the switch broke ({error.strerror or error}). Is it still running?")


class Client:
    """A connection that waits for each answer. A context manager."""

    def __init__(self, path: Path, timeout_s: float = 15.0) -> None:
        self._path = path
        self._timeout_s = timeout_s
        self._socket = socket.socket(socket.AF_UNIX)
        self._rest = b""
        self._numbers = itertools.count(1)
        self._waiting: list[Told] = []
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(os.fspath(path))
            hello = self._next()
        except OSError as error:
            self._socket.close()
            raise _why(path, error) from None
        if hello.error is not None:
            raise Unreachable(hello.error.message)
        if hello.method != "greeting":
            raise Unreachable("What answers on the socket does not speak this API")
        self.greeting = msgspec.json.decode(hello.params, type=Greeting)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Say good-bye."""
        self._socket.close()

    def call(self, signature: Signature[P, R], params: P | None = None) -> R:
        """Ask and wait. Raises ApiError, Unreachable."""
        answer = self.call_raw(signature.name, Nothing() if params is None else params)
        return msgspec.json.decode(answer, type=signature.result)

    def call_raw(self, method: str, params: Any = None) -> Raw:
        """Ask and wait; the answer as JSON text. Raises ApiError, Unreachable."""
        number = next(self._numbers)
        try:
            self._socket.settimeout(self._timeout_s)
            self._socket.sendall(_request(number, method, {} if params is None else params))
            while True:
                message = self._next()
                if message.id == number:
                    break
                told = _told(message)
                if told is not None:
                    self._waiting.append(told)
        except OSError as error:
            raise _why(self._path, error) from None
        if message.error is not None:
            raise _error(message.error)
        return message.result

    def subscribe(self, params: Subscribe) -> Subscribed:
        """Begin to be told events; read them from `events`."""
        return self.call(EVENTS_SUBSCRIBE, params)

    def events(self, timeout_s: float | None = None) -> Iterator[Told]:
        """Events as they come, for ever; ends when none came for `timeout_s`. Raises Unreachable."""
        self._socket.settimeout(timeout_s)
        while True:
            while self._waiting:
                yield self._waiting.pop(0)
            try:
                told = _told(self._next())
            except TimeoutError:
                return
            except OSError as error:
                raise _why(self._path, error) from None
            if told is not None:
                yield told

    def _next(self) -> Incoming:
        pieces = [self._rest]
        while b"\n" not in pieces[-1]:
            piece = self._socket.recv(1 << 18)
            if not piece:
                raise ConnectionResetError("it closed the connection")
            pieces.append(piece)
        text, _, self._rest = b"".join(pieces).partition(b"\n")
        return _read(text)


class AsyncClient:
    """A connection for programs on asyncio: calls may overlap, events come by `events()`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, greeting: Greeting) -> None:
        self.greeting = greeting
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._asked: dict[object, asyncio.Future[Raw]] = {}
        self._told: asyncio.Queue[Told | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._listen(), name="api client")

    @classmethod
    async def connect(cls, path: Path) -> AsyncClient:
        """A greeted connection. Raises Unreachable."""
        try:
            reader, writer = await asyncio.open_unix_connection(os.fspath(path), limit=MAX_ANSWER)
            hello = _read(await reader.readline())
        except OSError as error:
            raise _why(path, error) from None
        if hello.error is not None or hello.method != "greeting":
            writer.close()
            raise Unreachable(hello.error.message if hello.error else "What answers does not speak this API")
        return cls(reader, writer, msgspec.json.decode(hello.params, type=Greeting))

    async def close(self) -> None:
        """Say good-bye."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._writer.close()

    async def call(self, signature: Signature[P, R], params: P | None = None) -> R:
        """Ask and wait. Raises ApiError, Unreachable."""
        answer = await self.call_raw(signature.name, Nothing() if params is None else params)
        return msgspec.json.decode(answer, type=signature.result)

    async def call_raw(self, method: str, params: Any = None) -> Raw:
        """Ask and wait; the answer as JSON text. Raises ApiError, Unreachable."""
        if self._task.done():
            raise Unreachable("The connection to the switch is closed")
        number = next(self._numbers)
        answer: asyncio.Future[Raw] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        self._writer.write(_request(number, method, {} if params is None else params))
        return await answer

    async def events(self) -> AsyncIterator[Told]:
        """Events as they come, until the connection ends."""
        while (told := await self._told.get()) is not None:
            yield told

    async def _listen(self) -> None:
        try:
            while text := await self._reader.readline():
                message = _read(text)
                if told := _told(message):
                    self._told.put_nowait(told)
                answer = self._asked.pop(message.id, None)
                if answer is None or answer.done():
                    continue
                if message.error is not None:
                    answer.set_exception(_error(message.error))
                else:
                    answer.set_result(message.result)
        except (OSError, Unreachable):
            pass  # those who wait are told below
        finally:
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(Unreachable("The connection to the switch broke"))
            self._asked.clear()
            self._told.put_nowait(None)
