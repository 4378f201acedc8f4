"""The desk's connection to one engine: asks and tells in order, and connects again by itself.

Deliberately absent: which stream is on which engine (desk.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from media.messages import DeskOrder, Load, Reply, Request
from media.placing import Standing
from media.wire import LENGTH, MAX_FRAME, frame
from media.words import StreamId

RETRY_S = 0.1
ANSWER_S = 5.0
"""An engine that does not answer for so long is as good as dead; a recording's end may take three."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Reply).decode


class EngineRefused(Exception):
    """The engine said no; `name` is the error's name."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


class EngineUnreachable(Exception):
    """There is no connection, or no answer."""


class EngineLine:
    """`greet` is awaited after each connecting, before others may ask; `lost` is told when a connection ends."""

    def __init__(
        self,
        name: str,
        path: Path,
        told: Callable[[str, Any], None],
        lost: Callable[[EngineLine], None],
        greet: Callable[[EngineLine], Awaitable[None]],
    ) -> None:
        self.name, self.path = name, path
        self.streams: set[StreamId] = set()
        self._told, self._lost, self._greet = told, lost, greet
        self._writer: asyncio.StreamWriter | None = None
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._orders: list[bytes] = []
        """Framed, to leave when this turn of the loop is over."""
        self._numbers = itertools.count(1)
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._load = Load()
        self._loaded_at = 0.0
        """On the loop's clock."""
        self.lost = {"orders_untold": 0, "answers_late": 0}
        """Orders that were given without a connection, answers that nobody waited for any more."""

    @property
    def standing(self) -> Standing:
        """How much it has to do."""
        load, age_s = self._load, asyncio.get_running_loop().time() - self._loaded_at
        return Standing(len(self.streams), load.streams, load.busy, load.late_ms, age_s)

    @property
    def connected(self) -> bool:
        return self._ready.is_set()

    async def start(self, seconds: float) -> None:
        """Connect, and stay connected. Returns after `seconds` even when there is no engine yet."""
        self._task = asyncio.create_task(self._stay(), name=f"engine {self.name}")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ready.wait()

    async def stop(self) -> None:
        """Disconnect for good."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def tell(self, order: DeskOrder) -> None:
        """Send without an answer; nothing when there is no connection."""
        if self._writer is not None:
            self._send(Request(0, order))
        else:
            self.lost["orders_untold"] += 1

    async def ask(self, order: DeskOrder, seconds: float = ANSWER_S) -> Any:
        """The answer. EngineRefused, EngineUnreachable."""
        if self._writer is None:
            raise EngineUnreachable(f"engine {self.name} is not connected")
        number = next(self._numbers)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[number] = future
        self._send(Request(number, order))
        try:
            # Not `wait_for`: Python 3.11 forgets a cancellation that comes in the turn of the answer, and a script
            # whose caller has hung up would go on.
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError:
            raise EngineUnreachable(f"engine {self.name} does not answer") from None
        finally:
            self._asked.pop(number, None)

    def _send(self, request: Request) -> None:
        """Orders of one turn of the loop leave together: a write wakes the engine, and costs more than its bytes."""
        self._orders.append(frame(_encode(request)))
        if len(self._orders) == 1:
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        orders, self._orders = self._orders, []
        if self._writer is not None:
            self._writer.write(b"".join(orders))
        else:
            self.lost["orders_untold"] += len(orders)

    async def _stay(self) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(str(self.path))
            except OSError:
                await asyncio.sleep(RETRY_S)
                continue
            self._writer = writer
            greeting = asyncio.create_task(self._welcome())
            try:
                await self._read(reader)
            finally:
                greeting.cancel()
                was_ready = self._ready.is_set()
                self._ready.clear()
                self._writer = None
                writer.close()
                for future in self._asked.values():
                    if not future.done():
                        future.set_exception(EngineUnreachable(f"engine {self.name} went away"))
            if was_ready:
                self._lost(self)
            await asyncio.sleep(RETRY_S)

    async def _welcome(self) -> None:
        with contextlib.suppress(EngineRefused, EngineUnreachable):
            await self._greet(self)
            self._take(Load())
            self._ready.set()

    def _take(self, load: Load) -> None:
        self._load, self._loaded_at = load, asyncio.get_running_loop().time()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, msgspec.MsgspecError):
            while True:
                (size,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
                if size > MAX_FRAME:
                    return
                reply = _decode(await reader.readexactly(size))
                if reply.number == 0 and reply.error == Load.__name__:
                    self._take(msgspec.convert(reply.result, Load))
                    continue
                if reply.number == 0:
                    self._told(reply.error, reply.result)
                    continue
                future = self._asked.get(reply.number)
                if future is None or future.done():
                    self.lost["answers_late"] += 1
                    continue
                if reply.error:
                    future.set_exception(EngineRefused(reply.error, str(reply.result)))
                else:
                    future.set_result(reply.result)
