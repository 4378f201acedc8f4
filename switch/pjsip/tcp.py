"""TCP: a listener, its connections, and those that we open ourselves (RFC 3261 18).

Every connection is a `Line` of its own: PJSIP sees a transport with a far address. Outgoing ones are made by a
`pjsip_tpfactory`, which must give a transport at once: it queues what PJSIP sends until the socket is connected.
A connection that ends is taken from PJSIP too, which then fails the transactions that wait on it.

Limits: bytes waiting for the far end to read are bounded; a connection that sends no whole message is closed.
Deliberately absent: TLS, cutting the stream (framing.py).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

from switch.binding import Source
from switch.framing import PING, Broken, split
from switch.pjsip.endpoint import OK, Endpoint
from switch.pjsip.transport import SEND_FAILED, TCP_TYPE, Line, Wire, pack_address, unpack_address

MAX_UNSENT = 256 * 1024
"""Bytes that a far end may leave unread before it is cut off."""
MAX_CONNECTIONS = 4000
CONNECT_S = 5.0
FIRST_MESSAGE_S = 30.0
_INCOMING, _OUTGOING = 1, 2


class TcpLine(Line, asyncio.Protocol):
    """One TCP connection."""

    def __init__(self, port: TcpPort, local: tuple[str, int], far: tuple[str, int], *, outgoing: bool) -> None:
        super().__init__(port.endpoint, TCP_TYPE, local, port.public)
        self._port = port
        self.far = far
        self._socket: asyncio.Transport | None = None
        self._waiting: list[bytes] = []
        self._rest = b""
        self._held = False
        self._first: asyncio.TimerHandle | None = None
        ffi = self.endpoint.ffi
        ffi.memmove(ffi.addressof(self.tp.key, "rem_addr"), pack_address(*far), 16)
        self._far_text = ffi.new("char[]", far[0].encode())
        self.tp.remote_name.host.ptr = self._far_text
        self.tp.remote_name.host.slen = len(far[0])
        self.tp.remote_name.port = far[1]
        self.tp.dir = _OUTGOING if outgoing else _INCOMING

    def hold(self) -> None:
        """Show it to PJSIP and keep PJSIP from closing it for idleness."""
        self.register()
        self._held = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket = cast(asyncio.Transport, transport)
        self._socket.set_write_buffer_limits(high=MAX_UNSENT)
        for data in self._waiting:
            self._socket.write(data)
        self._waiting.clear()
        self._first = asyncio.get_running_loop().call_later(FIRST_MESSAGE_S, self.close)

    def data_received(self, data: bytes) -> None:
        cut = split(self._rest + data)
        if isinstance(cut, Broken):
            self._rest = b""
            self.close()
            return
        messages, self._rest = cut
        source = Source("tcp", *self.far)
        for message in messages:
            if not self.alive:
                return
            if message == PING:
                if self._socket is not None:
                    self._socket.write(b"\r\n")
                continue
            if self._first is not None:
                self._first.cancel()
                self._first = None
            admitted = self._port.wire.admit(message, source)
            if admitted is not None:
                self.feed(admitted, source)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone()

    def gone(self) -> None:
        """The connection is over, or was never made: PJSIP is told, and forgets it when nobody uses it."""
        if self._first is not None:
            self._first.cancel()
            self._first = None
        self._waiting.clear()
        self._socket = None
        self._port.forget(self)
        if self._held and self.alive:
            self._held = False
            lib = self.endpoint.lib
            lib.pjsip_transport_shutdown2(self.tp, 1)
            lib.pjsip_transport_dec_ref(self.tp)
            self.endpoint.after()

    def write(self, data: bytes, far: tuple[str, int]) -> bool:
        if self._socket is None:
            if not self._held or len(self._waiting) > 64:
                return False
            self._waiting.append(data)
        elif self._socket.is_closing() or self._socket.get_write_buffer_size() > MAX_UNSENT:
            return False
        else:
            self._socket.write(data)
        self._port.wire.leaving(data, "tcp", self.far)
        return True

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()


class TcpPort:
    """A listener and all connections, coming and going."""

    def __init__(
        self,
        endpoint: Endpoint,
        wire: Wire,
        local: tuple[str, int],
        public: tuple[str, int],
        disconnected: Callable[[str, int], None],
    ) -> None:
        self.endpoint = endpoint
        self.wire = wire
        self.local = local
        self.public = public
        self.connections: dict[tuple[str, int], TcpLine] = {}
        self._lines: set[TcpLine] = set()
        """Also those that are closed, while PJSIP still points at them."""
        self._disconnected = disconnected
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._factory: Any = None

    async def listen(self, sock: socket.socket) -> None:
        """Accept connections on a bound socket."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Newcomer(self), sock=sock, backlog=512)
        self._register_factory()

    def adopt(self, far: tuple[str, int], *, outgoing: bool) -> TcpLine:
        """A line for a new connection."""
        line = TcpLine(self, self.local, far, outgoing=outgoing)
        line.hold()
        self._lines = {old for old in self._lines if old.alive}
        self._lines.add(line)
        self.connections[far] = line
        return line

    def forget(self, line: TcpLine) -> None:
        """A connection is over."""
        if self.connections.get(line.far) is line:
            del self.connections[line.far]
            self._disconnected(*line.far)

    def close(self) -> None:
        """Close the listener and every connection."""
        for task in self._tasks:
            task.cancel()
        if self._server is not None:
            self._server.close()
        for line in list(self.connections.values()):
            line.close()

    # ---- connections that we open --------------------------------------------------------------------------------

    def _register_factory(self) -> None:
        endpoint, ffi = self.endpoint, self.endpoint.ffi
        factory = endpoint.keep(ffi.new("pjsip_tpfactory *"))
        pool = endpoint.pool(b"tcp", 512, 512)
        lock = ffi.new("pj_lock_t **")
        endpoint.check(endpoint.lib.pj_lock_create_recursive_mutex(pool, b"tcp", lock), "pj_lock_create")
        factory.pool, factory.lock = pool, lock[0]
        factory.type = TCP_TYPE
        factory.type_name = endpoint.keep(ffi.new("char[]", b"TCP"))
        factory.info = factory.type_name
        factory.flag = endpoint.lib.pjsip_transport_get_flag_from_type(TCP_TYPE)
        ffi.memmove(ffi.addressof(factory.local_addr), pack_address(*self.local), 16)
        factory.addr_name.host.ptr = endpoint.keep(ffi.new("char[]", self.public[0].encode()))
        factory.addr_name.host.slen = len(self.public[0])
        factory.addr_name.port = self.public[1]
        factory.create_transport = endpoint.callback(
            "pj_status_t (*)(pjsip_tpfactory *, pjsip_tpmgr *, pjsip_endpoint *, const pj_sockaddr *, int, "
            "pjsip_transport **)",
            self._create,
            SEND_FAILED,
        )
        factory.destroy = endpoint.callback("pj_status_t (*)(pjsip_tpfactory *)", lambda factory: OK, OK)
        endpoint.check(endpoint.lib.pjsip_tpmgr_register_tpfactory(endpoint.tpmgr, factory), "tpfactory")
        self._factory = factory

    def _create(self, factory: Any, manager: Any, endpt: Any, address: Any, length: int, holder: Any) -> int:
        far = unpack_address(bytes(self.endpoint.ffi.buffer(self.endpoint.ffi.cast("char *", address), 16)))
        if len(self.connections) >= MAX_CONNECTIONS:
            return SEND_FAILED
        line = self.adopt(far, outgoing=True)
        task = asyncio.get_running_loop().create_task(self._connect(line))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        holder[0] = line.tp
        return OK

    async def _connect(self, line: TcpLine) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_S):
                await loop.create_connection(lambda: line, *line.far)
        except (OSError, TimeoutError):
            line.gone()


class _Newcomer(asyncio.Protocol):
    """A connection accepted a moment ago, before it is a line."""

    def __init__(self, port: TcpPort) -> None:
        self._port = port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        connection = cast(asyncio.Transport, transport)
        peer = connection.get_extra_info("peername")
        if peer is None or len(self._port.connections) >= MAX_CONNECTIONS:
            connection.abort()
            return
        line = self._port.adopt((peer[0], peer[1]), outgoing=False)
        connection.set_protocol(line)
        line.connection_made(connection)


async def open_tcp(
    endpoint: Endpoint, wire: Wire, ip: str, port: int, public_ip: str, disconnected: Callable[[str, int], None]
) -> TcpPort:
    """A listening TCP port (0: any port). Raises OSError when the address is taken."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((ip, port))
        local = sock.getsockname()[:2]
        found = TcpPort(endpoint, wire, local, (public_ip, local[1]), disconnected)
        await found.listen(sock)
    except OSError:
        sock.close()
        raise
    return found
