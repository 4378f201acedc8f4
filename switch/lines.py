"""All sockets of the switch: UDP ports, TCP listeners and their connections; which one leads where.

Deliberately absent: what goes over them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from switch import addresses
from switch.binding import Source
from switch.errors import PortInUse, SwitchError
from switch.pjsip.endpoint import Endpoint
from switch.pjsip.tcp import TcpPort, open_tcp
from switch.pjsip.transport import Line, UdpLine, Wire, open_udp
from switch.settings import Bind


class Lines:
    """Opens, finds and closes them."""

    def __init__(self, endpoint: Endpoint, wire: Wire, disconnected: Callable[[str, int], None]) -> None:
        self._endpoint = endpoint
        self._wire = wire
        self._disconnected = disconnected
        self._udp: list[UdpLine] = []
        self._tcp: list[TcpPort] = []

    async def open(self, binds: tuple[Bind, ...], public_ip: str) -> None:
        """Bind everything. Raises PortInUse.

        0.0.0.0 is a socket on each address of this machine: what Via and Contact name is then right on every network.
        """
        for bind in each(binds):
            # On the loopback only this machine's own programs hear us: they are told the loopback's address.
            public = public_ip if public_ip and not bind.ip.startswith("127.") else bind.ip
            try:
                if bind.transport == "udp":
                    self._udp.append(await open_udp(self._endpoint, self._wire, bind.ip, bind.port, public))
                else:
                    self._tcp.append(
                        await open_tcp(self._endpoint, self._wire, bind.ip, bind.port, public, self._disconnected)
                    )
            except OSError as error:
                self.close()
                why = error.strerror or str(error)
                raise PortInUse(
                    f"Cannot listen for SIP on {bind.transport} {bind.ip}:{bind.port} ({why.lower()}): "
                    "stop what uses it, or set another address in switch.yaml."
                ) from error
        if not self._udp and not self._tcp:
            raise SwitchError("No address to listen on is set: add one under `bind` in switch.yaml.")

    def close(self) -> None:
        """Close every socket."""
        for port in self._tcp:
            port.close()
        for line in self._udp:
            line.close()

    @property
    def bound(self) -> list[tuple[str, str, int]]:
        """Transport, address, port."""
        udp = [("udp", *line.local) for line in self._udp]
        return udp + [("tcp", *port.local) for port in self._tcp]

    def of(self, rdata: Any) -> Line:
        """The line that `rdata` came by."""
        transport = rdata.tp_info.transport
        for line in self._udp:
            if line.tp == transport:
                return line
        for port in self._tcp:
            for connection in port.connections.values():
                if connection.tp == transport:
                    return connection
        raise LookupError("a packet came by no line of ours")

    def to(self, transport: str, ip: str, port: int) -> Line | None:
        """The line to a flow."""
        if transport == "udp":
            return self.first("udp", ip)
        return next((found for tcp in self._tcp if (found := tcp.connections.get((ip, port)))), None)

    def first(self, transport: str, towards: str = "") -> Line | None:
        """The UDP line that faces that address, or any; TCP has none that is not bound to one far end."""
        if transport != "udp" or not self._udp:
            return None
        ours = addresses.facing(towards) if towards else ""
        return next((line for line in self._udp if line.local[0] == ours), self._udp[0])

    def public_of(self, transport: str) -> tuple[str, int]:
        """Where others reach us by this transport, or by any when we do not listen on it."""
        if transport == "tcp" and self._tcp:
            return self._tcp[0].public
        return self._udp[0].public if self._udp else self._tcp[0].public

    def answer(self, source: Source, data: bytes) -> None:
        """Send bytes back to where a packet came from."""
        line = self.to(source.transport, source.ip, source.port)
        if line is not None:
            line.write(data, (source.ip, source.port))


def each(binds: tuple[Bind, ...]) -> list[Bind]:
    """The binds with 0.0.0.0 written out as this machine's addresses."""
    return [
        Bind(bind.transport, ip, bind.port)
        for bind in binds
        for ip in (addresses.own() if bind.ip == addresses.EVERYWHERE else [bind.ip])
    ]
