"""The socket that everybody outside talks to: opened, every client let in, closed.

Nothing a client does reaches another.

Deliberately absent: what a client is answered and told (connection.py), what methods do (they are given).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from apps.api.catalogue import Method
from apps.api.connection import Connection
from apps.api.hub import EventHub
from apps.api.listening import bind
from apps.api.protocol import MAX_LINE, ApiError, Code, ErrorResponse, line
from apps.api.types import utc
from apps.api.wallboard_types import Wallboard

MAX_CLIENTS = 64


class ApiServer:
    """Serves `methods` and the hub's events on a Unix socket."""

    def __init__(
        self,
        path: Path,
        methods: Mapping[str, Method],
        hub: EventHub,
        *,
        version: str,
        started_at: float,
        max_line: int = MAX_LINE,
        board: Callable[[], Wallboard] | None = None,
    ) -> None:
        self.path = path
        self.methods = methods
        self.hub = hub
        self.version = version
        self.started_at = utc(started_at)
        self.max_line = max_line
        self.board = board
        """The wallboard's numbers."""
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self.rejected = 0
        """Requests answered by an error since the start."""
        self.gaps = self.missed = 0
        """How often a client that was too slow got a gap notice, and events that these were about."""

    @property
    def clients(self) -> int:
        """Connections."""
        return len(self._clients)

    async def start(self) -> None:
        """Begin to serve. Raises SocketError: another switch answers there, or the path cannot be used."""
        listening = bind(self.path)
        self._server = await asyncio.start_unix_server(self._welcome, sock=listening, limit=self.max_line)

    async def stop(self) -> None:
        """End every connection and remove the socket."""
        if self._server is None:
            return
        self._server.close()
        for task in list(self._clients):
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None
        self.path.unlink(missing_ok=True)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._clients) >= MAX_CLIENTS:
            full = ApiError(Code.UNAVAILABLE, f"The switch serves {MAX_CLIENTS} clients already")
            writer.write(line(ErrorResponse(None, full.as_object())))
            writer.close()
            return
        self._clients.add(task)
        try:
            await Connection(self, reader, writer).serve()
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client went away, or the server stops: both end this client alone
        finally:
            self._clients.discard(task)
            writer.transport.abort()
