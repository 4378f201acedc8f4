"""Names of trunks to addresses, asked in Python before PJSIP needs them (RFC 3263: SRV when no port is given, then A).

Answers live `LIFE_S`; an old answer is better than none, so a failed question leaves it. The table is the
resolver's own, `names`: lower-case name -> (IPv4 address, port; 0 for the URI's or the default).

Deliberately absent: NAPTR, IPv6.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable

import dns.asyncresolver
import dns.exception

from switch.pjsip.resolver import is_ipv4
from switch.settings import Trunk

log = logging.getLogger("switch.names")
LIFE_S = 60.0


class Names:
    """Keeps the names of trunks resolved."""

    def __init__(self, table: dict[str, tuple[str, int]]) -> None:
        self._table = table
        self._asked: dict[str, float] = {}

    def known(self, host: str) -> bool:
        """Whether a call to `host` can start at once."""
        return is_ipv4(host) or host.lower() in self._table

    async def refresh(self, trunks: Iterable[Trunk]) -> None:
        """Ask for every trunk's name again."""
        await asyncio.gather(*(self.ask(trunk) for trunk in trunks if trunk.host and not is_ipv4(trunk.host)))

    async def ask(self, trunk: Trunk) -> bool:
        """Resolve one trunk's host; whether an address is known afterwards."""
        host = trunk.host.lower()
        found = await self._service(trunk) if trunk.port == 0 else None
        if found is None:
            address = await self._address(host)
            found = None if address is None else (address, 0)
        if found is not None:
            self._table[host] = found
        return host in self._table

    async def _service(self, trunk: Trunk) -> tuple[str, int] | None:
        try:
            answer = await dns.asyncresolver.resolve(f"_sip._{trunk.transport}.{trunk.host}", "SRV", lifetime=3.0)
        except (dns.exception.DNSException, OSError):
            return None
        best = min(answer, key=lambda record: (record.priority, -record.weight))
        address = await self._address(str(best.target).rstrip("."))
        return None if address is None else (address, int(best.port))

    async def _address(self, host: str) -> str | None:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError):
            log.warning("trunk host %s is not found in DNS", host)
            return None
        return str(found[0][4][0]) if found else None
