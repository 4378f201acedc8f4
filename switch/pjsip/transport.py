"""A UDP port that asyncio owns and PJSIP sees as its transport.

Coming: guard, then one `pjsip_rx_data` filled in place, then PJSIP. Going: PJSIP's `send_msg` hands over the printed
message; `Wire` keeps it for the trace, and it is written to the socket at once.

Deliberately absent: TCP (tcp.py), judging packets (guard.py).
"""

from __future__ import annotations

import asyncio
import functools
import socket
import struct
from typing import Any, Protocol, cast

from switch.binding import Source
from switch.pjsip.endpoint import OK, Endpoint
from switch.pjsip.message import Packet

PACKET_BYTES = 4000
"""PJSIP's own buffer, both ways; one byte is for its terminator."""
UDP_TYPE = 1
TCP_TYPE = 2
_FAMILY = int(socket.AF_INET)
_SOCKADDR = struct.Struct("=H2s4s8x")
SEND_FAILED = 120101
"""Some OS error: what PJSIP is told when a message could not be handed to the socket."""


class Wire(Protocol):
    """What the transports need from the driver."""

    def admit(self, data: bytes, source: Source) -> bytes | None:
        """The packet, or what is to be parsed in its place; None when nothing of it reaches PJSIP."""

    def leaving(self, data: bytes, transport: str, far: tuple[str, int]) -> None:
        """A message is about to be sent: keep it for the trace."""


@functools.lru_cache(maxsize=4096)
def pack_address(ip: str, port: int) -> bytes:
    """`sockaddr_in`, 16 bytes."""
    return _SOCKADDR.pack(_FAMILY, port.to_bytes(2, "big"), socket.inet_aton(ip))


@functools.lru_cache(maxsize=4096)
def unpack_address(data: bytes) -> tuple[str, int]:
    """Address and port of a `sockaddr_in`."""
    _, port, ip = _SOCKADDR.unpack(data[:16])
    return socket.inet_ntoa(ip), int.from_bytes(port, "big")


class Line:
    """PJSIP's view of one socket: a `pjsip_transport` and the `pjsip_rx_data` that is filled again and again."""

    def __init__(self, endpoint: Endpoint, kind: int, local: tuple[str, int], public: tuple[str, int]) -> None:
        self.endpoint = endpoint
        self.local = local
        self.public = public
        self.kind = kind
        self.alive = True
        self._pools = [endpoint.pool(b"line", 512, 512), endpoint.pool(b"rdata", 4000, 4000)]
        self.tp: Any = self._transport()
        self.rdata: Any = self._rx_data()
        self._source_at: Any = endpoint.ffi.addressof(self.rdata, "pkt_info", "src_addr")
        self._char_type: Any = endpoint.ffi.typeof("char *")
        self._filled_from: Source | None = None

    @property
    def name(self) -> str:
        """ "udp" or "tcp"."""
        return "udp" if self.kind == UDP_TYPE else "tcp"

    def _transport(self) -> Any:
        ffi, lib, endpoint = self.endpoint.ffi, self.endpoint.lib, self.endpoint
        tp = ffi.new("pjsip_transport *")
        pool = self._pools[0]
        tp.pool = pool
        name = b"udp" if self.kind == UDP_TYPE else b"tcp"
        ffi.memmove(tp.obj_name, name, len(name))
        self._texts = [
            ffi.new("char[]", text) for text in (name.upper(), self.public[0].encode(), b"0.0.0.0", b"zongji " + name)
        ]
        holder = ffi.new("pj_atomic_t **")
        endpoint.check(lib.pj_atomic_create(pool, 0, holder), "pj_atomic_create")
        tp.ref_cnt = holder[0]
        lock = ffi.new("pj_lock_t **")
        endpoint.check(lib.pj_lock_create_recursive_mutex(pool, b"line", lock), "pj_lock_create")
        tp.lock = lock[0]
        tp.key.type = self.kind
        tp.key.rem_addr.addr[0:2] = struct.pack("=H", _FAMILY)
        tp.type_name = self._texts[0]
        tp.flag = lib.pjsip_transport_get_flag_from_type(self.kind)
        tp.info = self._texts[3]
        tp.addr_len = 16
        ffi.memmove(ffi.addressof(tp.local_addr), pack_address(*self.local), 16)
        tp.local_name.host.ptr = self._texts[1]
        tp.local_name.host.slen = len(self.public[0])
        tp.local_name.port = self.public[1]
        tp.remote_name.host.ptr = self._texts[2]
        tp.remote_name.host.slen = len(b"0.0.0.0")
        tp.endpt = endpoint.endpt
        tp.tpmgr = endpoint.tpmgr
        self._callbacks = [
            ffi.callback(
                "pj_status_t (*)(pjsip_transport *, pjsip_tx_data *, const pj_sockaddr_t *, int, void *, "
                "pjsip_transport_callback)",
                self._send_msg,
                error=SEND_FAILED,
            ),
            ffi.callback("pj_status_t (*)(pjsip_transport *)", self._do_shutdown, error=OK),
            ffi.callback("pj_status_t (*)(pjsip_transport *)", self._destroy, error=OK),
        ]
        tp.send_msg, tp.do_shutdown, tp.destroy = self._callbacks
        return tp

    def _rx_data(self) -> Any:
        rdata = self.endpoint.ffi.new("pjsip_rx_data *")
        rdata.tp_info.pool = self._pools[1]
        rdata.tp_info.transport = self.tp
        rdata.pkt_info.src_addr_len = 16
        return rdata

    def register(self) -> None:
        """Tell PJSIP of it. A reference is held, so that PJSIP never closes it for idleness."""
        endpoint = self.endpoint
        endpoint.check(endpoint.lib.pjsip_transport_register(endpoint.tpmgr, self.tp), "transport")
        endpoint.lib.pjsip_transport_add_ref(self.tp)

    def feed(self, data: bytes, source: Source) -> None:
        """Give PJSIP one message, already admitted."""
        ffi, info = self.endpoint.ffi, self.rdata.pkt_info
        size = len(data)
        if not self.alive or not 0 < size < PACKET_BYTES:
            return
        ffi.memmove(info.packet, data, size)
        info.len = size
        if source != self._filled_from:
            self._filled_from = source
            ffi.memmove(self._source_at, pack_address(source.ip, source.port), 16)
            name = source.ip.encode() + b"\0"
            ffi.memmove(info.src_name, name, len(name))
            info.src_port = source.port
        self.endpoint.receive(self.rdata, Packet(data, source))

    def _send_msg(self, tp: Any, tdata: Any, address: Any, length: int, token: Any, callback: Any) -> int:
        buffer = tdata.buf
        ffi = self.endpoint.ffi
        data = bytes(ffi.buffer(buffer.start, int(buffer.cur - buffer.start)))
        far = unpack_address(bytes(ffi.buffer(ffi.cast(self._char_type, address), 16)))
        return OK if self.write(data, far) else SEND_FAILED

    def write(self, data: bytes, far: tuple[str, int]) -> bool:
        """Send a printed message; False when the socket cannot take it."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the socket."""
        raise NotImplementedError

    def _do_shutdown(self, tp: Any) -> int:
        self.close()
        return OK

    def _destroy(self, tp: Any) -> int:
        self.alive = False
        self.close()
        lib = self.endpoint.lib
        lib.pj_lock_destroy(tp.lock)
        lib.pj_atomic_destroy(tp.ref_cnt)
        for pool in self._pools:
            lib.pj_pool_release(pool)
        self._pools.clear()
        return OK


class UdpLine(Line, asyncio.DatagramProtocol):
    """One UDP port."""

    def __init__(self, endpoint: Endpoint, wire: Wire, local: tuple[str, int], public: tuple[str, int]) -> None:
        super().__init__(endpoint, UDP_TYPE, local, public)
        self._wire = wire
        self._socket: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket = cast(asyncio.DatagramTransport, transport)  # not a subclass of it in every loop

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        source = Source("udp", addr[0], addr[1])
        admitted = self._wire.admit(data, source)
        if admitted is not None:
            self.feed(admitted, source)

    def error_received(self, exc: Exception) -> None:
        """ICMP says that somebody does not listen; the transaction's own timer finds out whom."""

    def write(self, data: bytes, far: tuple[str, int]) -> bool:
        if self._socket is None or self._socket.is_closing():
            return False
        self._wire.leaving(data, "udp", far)
        self._socket.sendto(data, far)
        return True

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()


async def open_udp(endpoint: Endpoint, wire: Wire, ip: str, port: int, public_ip: str) -> UdpLine:
    """A registered UDP transport on ip:port (0: any port). Raises OSError when the address is taken."""
    loop = asyncio.get_running_loop()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        sock.bind((ip, port))
        local = sock.getsockname()[:2]
    except OSError:
        sock.close()
        raise
    line = UdpLine(endpoint, wire, local, (public_ip, local[1]))
    await loop.create_datagram_endpoint(lambda: line, sock=sock)
    line.register()
    return line
