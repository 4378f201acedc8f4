"""Trunks: which entry an address belongs to, and how many calls each carries.

The address decides, before any digest: the longest matching network wins, so that one host of a carrier's network
may have an entry of its own.

Pure. Deliberately absent: which trunk a number goes out by (route.py), registering at a provider, health.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable
from typing import Protocol


class TrunkEntry(Protocol):
    """What we want to know of a trunk; `settings.Trunk` has it."""

    @property
    def name(self) -> str: ...
    @property
    def addresses(self) -> tuple[str, ...]: ...
    @property
    def max_calls(self) -> int: ...


class TrunkError(ValueError):
    """An entry's address is no IP address or network; the text says which."""


class AddressBook:
    """Source address -> trunk name."""

    def __init__(self, trunks: Iterable[TrunkEntry]) -> None:
        self._hosts: dict[str, str] = {}
        self._networks: list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, str]] = []
        for trunk in trunks:
            for text in trunk.addresses:
                self._add(trunk.name, text)
        self._networks.sort(key=lambda entry: -entry[0].prefixlen)

    def _add(self, name: str, text: str) -> None:
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise TrunkError(
                f"trunk {name}: {text!r} is neither an IP address nor a network like 198.51.100.0/24"
            ) from None
        if network.num_addresses == 1:
            self._hosts.setdefault(str(network.network_address), name)
        else:
            self._networks.append((network, name))

    def __repr__(self) -> str:
        return f"<AddressBook hosts={len(self._hosts)} networks={len(self._networks)}>"

    def trunk_of(self, ip: str) -> str | None:
        """The name of the trunk whose entry covers `ip`; None when none does. The first entry wins a tie."""
        name = self._hosts.get(ip)
        if name is not None or not self._networks:
            return name
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:
            return None
        return next((name for network, name in self._networks if address in network), None)


class Channels:
    """Calls that each trunk carries now, both directions together."""

    def __init__(self, trunks: Iterable[TrunkEntry]) -> None:
        self._limits: dict[str, int] = {}
        self._busy: Counter[str] = Counter()
        self.reconfigure(trunks)

    def reconfigure(self, trunks: Iterable[TrunkEntry]) -> None:
        """New limits; running calls stay counted."""
        self._limits = {trunk.name: trunk.max_calls for trunk in trunks}

    def busy(self, name: str) -> int:
        return self._busy[name]

    def has_room(self, name: str) -> bool:
        """Whether one more call may start; 0 in the entry means no limit; an unknown trunk has no room."""
        limit = self._limits.get(name)
        return limit is not None and (limit <= 0 or self._busy[name] < limit)

    def take(self, name: str) -> bool:
        """Whether there was room; then one more call is counted."""
        if not self.has_room(name):
            return False
        self._busy[name] += 1
        return True

    def give_back(self, name: str) -> None:
        """One call less; more returns than calls are ignored."""
        if self._busy[name] > 1:
            self._busy[name] -= 1
        else:
            del self._busy[name]
