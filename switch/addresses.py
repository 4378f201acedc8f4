"""Which IPv4 addresses are this machine's, and which of them faces a far end: what Via, Contact and SDP must name.

The routing table knows. Connecting a UDP socket asks it, and sends nothing.
"""

from __future__ import annotations

import fcntl
import socket
import struct

EVERYWHERE = "0.0.0.0"
FAR_AWAY = "192.0.2.1"
"""TEST-NET-1 (RFC 5737): stands for "anywhere else" when the far end is not known yet."""
_SIOCGIFADDR = 0x8915
"""ioctl: an interface's address (netdevice(7))."""


def facing(remote_ip: str) -> str:
    """Our IPv4 address towards `remote_ip` (a literal); 127.0.0.1 when there is no route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((remote_ip, 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def anywhere() -> str:
    """Our address towards the default route."""
    return facing(FAR_AWAY)


def own() -> list[str]:
    """Every interface's address, loopback first; 127.0.0.1 at least."""
    found = ["127.0.0.1"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(probe, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:  # an interface without an IPv4 address
                continue
            found.append(socket.inet_ntoa(answer[20:24]))
    return list(dict.fromkeys(found))
