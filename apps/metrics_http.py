"""The metrics over HTTP, for a Prometheus that fetches them: GET /metrics on an address of switch.yaml.

A thread of its own answers, so that calls never wait for a slow client; only the gathering of values happens on the
exchange's loop. Nobody proves who they are: the address should be one that only the monitoring reaches.

Deliberately absent: what is exposed (metrics.py).
"""

from __future__ import annotations

import asyncio
import socketserver
import threading
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import CancelledError
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CONTENT_TYPE_LATEST

from apps import metrics
from apps.api.listening import SocketError

PATIENCE_S = 5.0
"""So long may a client take for its request, and the exchange for its values."""
AT_ONCE = 4
"""Requests served at the same time; whoever comes beyond them is hung up on."""

Gather = Callable[[], Coroutine[Any, Any, list[metrics.Sample]]]


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE_S

    def log_message(self, *_: Any) -> None:
        """A scrape every few seconds is no news."""


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, at: tuple[str, int]) -> None:
        self._places = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(at, _Handler)

    def server_bind(self) -> None:
        # The library would ask a name server who we are, and wait for it.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]
        self.setup_environ()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return self._places.acquire(blocking=False)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away or said nothing is no news either."""


class MetricsServer:
    """Serves from `start` to `stop`."""

    def __init__(self, ip: str, port: int, gather: Gather) -> None:
        self._at = (ip, port)
        self._gather = gather
        self._server: _Server | None = None
        self.port = port
        """That is listened on; another than was asked for when that was 0."""

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Listen. SocketError when the address cannot be had."""

        def answer(asked: dict[str, Any], begin: Callable[..., object]) -> Iterable[bytes]:
            if asked["PATH_INFO"] != "/metrics":
                return _say(begin, "404 Not Found", "The metrics are at /metrics\n")
            if asked["REQUEST_METHOD"] not in ("GET", "HEAD"):
                return _say(begin, "405 Method Not Allowed", "GET /metrics\n")
            gathering = asyncio.run_coroutine_threadsafe(self._gather(), loop)
            try:
                samples = gathering.result(PATIENCE_S)
            except (TimeoutError, CancelledError, RuntimeError):
                gathering.cancel()
                return _say(begin, "503 Service Unavailable", "The switch does not answer\n")
            return _say(begin, "200 OK", metrics.text(samples), CONTENT_TYPE_LATEST)

        try:
            server = _Server(self._at)
        except OSError as error:
            ip, port = self._at
            raise SocketError(f"metrics.listen: {ip}:{port} cannot be listened on: {error.strerror}") from None
        server.set_app(answer)
        self.port, self._server = server.server_port, server
        threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()

    async def stop(self) -> None:
        """Listen no more. A request under way ends by itself."""
        if self._server is not None:
            await asyncio.to_thread(self._server.shutdown)
            self._server.server_close()
            self._server = None


def _say(begin: Callable[..., object], status: str, text: str, kind: str = "text/plain; charset=utf-8") -> list[bytes]:
    body = text.encode()
    begin(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
