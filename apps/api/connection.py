"""One client of the socket API: greeted, answered, told events. One task for its requests, one for its events.

Requests of one client are answered in order. A client that does not read is waited for alone; one that sends
rubbish gets an error object, one that sends an endless line is closed.

Deliberately absent: what methods do (they are given), the wire's form (protocol.py), numbering events (hub.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, Raw, Struct

from apps.api import params as p
from apps.api.catalogue import OWN
from apps.api.discover import openrpc
from apps.api.event_filter import WALLBOARD, TypeFilter
from apps.api.events import WallboardNumbers
from apps.api.hub import Event
from apps.api.instants import utc
from apps.api.protocol import (
    API,
    ApiError,
    Code,
    ErrorResponse,
    Greeting,
    Id,
    Notification,
    Request,
    Response,
    line,
    plain,
    read_batch,
    read_params,
    read_request,
)

if TYPE_CHECKING:
    from apps.api.server import ApiServer

log = logging.getLogger("zongji.api")

CALL_LIMIT_S = 60.0
CAPABILITIES = ["batch", "events.resume", "snapshot", "rpc.discover"]


class Connection:
    """One client of the API."""

    def __init__(self, server: ApiServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._cursor: int | None = None
        self._filter = TypeFilter([])
        self._news = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self._ticks: asyncio.Task[None] | None = None
        """Tells the wallboard's numbers."""

    async def serve(self) -> None:
        """Greet and answer until the client goes."""
        hub, server = self._server.hub, self._server
        started_at = msgspec.to_builtins(server.started_at)
        greeting = Greeting(server.version, API, CAPABILITIES, hub.instance, started_at, hub.seq)
        await self._send(line(Notification("greeting", greeting)))
        try:
            while (text := await self._line()) is not None:
                reply = await self._answer(text)
                if reply:
                    await self._send(reply)
                if self._cursor is not None and self._pump is None:
                    self._pump = asyncio.create_task(self._tell(), name="api events")
                if self._cursor is not None and self._ticks is None and self._filter.wants(WALLBOARD):
                    self._ticks = asyncio.create_task(self._tell_board(), name="api wallboard")
            await self._writer.drain()
            self._writer.close()
            await self._writer.wait_closed()
        finally:
            hub.forget(self)
            self._tell_no_more()

    def _tell_no_more(self) -> None:
        for task in (self._pump, self._ticks):
            if task is not None:
                task.cancel()
        self._cursor = self._pump = self._ticks = None

    async def _line(self) -> bytes | None:
        """The next line that says something; None when there will be none."""
        while True:
            try:
                text = await self._reader.readuntil(b"\n")
            except asyncio.IncompleteReadError as rest:
                text = rest.partial
                if not text:
                    return None
            except asyncio.LimitOverrunError:
                self._server.rejected += 1
                error = ApiError(Code.INVALID_REQUEST, f"A line has at most {self._server.max_line} bytes")
                await self._send(line(ErrorResponse(None, error.as_object())))
                return None
            if text := text.strip():
                return text

    async def _send(self, text: bytes) -> None:
        self._writer.write(text)
        await self._writer.drain()

    async def _answer(self, text: bytes) -> bytes:
        """The line that answers a line; empty for notifications."""
        try:
            batch = read_batch(text)
        except ApiError as error:
            return self._refuse(None, error)
        if batch is None:
            return await self._answer_one(text)
        replies = [reply for member in batch if (reply := await self._answer_one(member))]
        return b"[" + b",".join(reply[:-1] for reply in replies) + b"]\n" if replies else b""

    async def _answer_one(self, text: bytes | Raw) -> bytes:
        number: Id = None
        try:
            request = read_request(text)
            asked = request.id is not UNSET
            number = None if request.id is UNSET else request.id
            async with asyncio.timeout(CALL_LIMIT_S):
                result = await self._call(request)
            return line(Response(number, result)) if asked else b""
        except ApiError as error:
            return self._refuse(number, error)
        except TimeoutError:
            return self._refuse(number, ApiError(Code.TIMED_OUT, f"No answer within {CALL_LIMIT_S:.0f} s"))
        except Exception:
            # A method's own fault must not end the connection of a client who asked rightly.
            log.exception("api call failed")
            hint = "The switch's log says more."
            return self._refuse(number, ApiError(Code.INTERNAL, "The switch failed at this", hint=hint))

    def _refuse(self, number: Id, error: ApiError) -> bytes:
        self._server.rejected += 1
        return line(ErrorResponse(number, error.as_object()))

    async def _call(self, request: Request) -> Any:
        if request.method in OWN:
            return self._own(request)
        method = self._server.methods.get(request.method)
        if method is None:
            raise ApiError(
                Code.METHOD_NOT_FOUND,
                f"There is no method {plain(request.method)}",
                what="method",
                hint="rpc.discover lists them all.",
            )
        call: Callable[[Struct], Awaitable[Any]] = method.call
        return await call(read_params(request.params, method.params))

    def _own(self, request: Request) -> Any:
        hub = self._server.hub
        match request.method:
            case "events.subscribe":
                asked = read_params(request.params, p.Subscribe)
                self._filter = TypeFilter(asked.types)
                if asked.since_seq is None:
                    self._cursor = hub.seq
                elif (asked.instance or hub.instance) != hub.instance or asked.since_seq > hub.seq:
                    self._cursor = 0  # numbers of an earlier run: everything of this one is news
                else:
                    self._cursor = asked.since_seq
                hub.listen(self, self._news.set)
                self._news.set()
                return p.Subscribed(hub.seq, hub.oldest, hub.instance)
            case "events.unsubscribe":
                read_params(request.params, p.Nothing)
                hub.forget(self)
                self._tell_no_more()
                return p.Unsubscribed(hub.seq)
            case _:
                read_params(request.params, p.Nothing)
                return openrpc(self._server.methods, self._server.version)

    async def _tell(self) -> None:
        """Send events as fast as the client reads; what it is too slow for is counted and skipped."""
        with contextlib.suppress(ConnectionError):
            while True:
                await self._news.wait()
                self._news.clear()
                while self._cursor is not None:
                    lost, events = self._server.hub.after(self._cursor)
                    if lost is not None:
                        self._cursor = lost.to_seq
                        self._server.gaps += 1
                        self._server.missed += lost.count
                        await self._send(line(Notification("events.lost", lost)))
                    if not events:
                        break
                    self._cursor = events[-1].seq
                    wanted = b"".join(event.line for event in events if self._filter.wants(event.type))
                    if wanted:
                        await self._send(wanted)

    async def _tell_board(self) -> None:
        """Send the wallboard's numbers once a second, to a client that reads slower as often as it reads."""
        board = self._server.board
        with contextlib.suppress(ConnectionError):
            while board is not None and self._filter.wants(WALLBOARD):
                event = Event(self._cursor or 0, utc(time.time()), WALLBOARD, WallboardNumbers(board()))
                await self._send(line(Notification("event", event)))
                await asyncio.sleep(1.0)
        self._ticks = None
