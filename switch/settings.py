"""What the switch is told when it starts or is reconfigured: where it listens, who may call, which trunks there are.

Frozen data, already checked by whoever read the YAML. Times are in seconds. `phone()` and `trunk()` look an
entry up by name.

Deliberately absent: reading YAML (apps/settings.py), how a trunk's address is matched (trunk.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

TransportName = Literal["udp", "tcp"]


@dataclass(frozen=True, slots=True)
class Bind:
    """One address that SIP is received on. Port 0 lets the system choose (tests); see `Switch.bound`."""

    transport: TransportName
    ip: str
    """A literal IPv4 address. 0.0.0.0 listens on every address; then `SwitchSettings.public_ip` says what we tell."""
    port: int = 5060


@dataclass(frozen=True, slots=True)
class Phone:
    """A desk phone's account."""

    extension: str
    secret: str = field(repr=False)
    name: str = ""
    """Display name towards the called side; empty shows the extension alone."""
    max_contacts: int = 5


@dataclass(frozen=True, slots=True)
class Trunk:
    """A way out to, and in from, the public network or another switch."""

    name: str
    host: str = ""
    """Where calls go out to: a name or an address. Empty: the trunk is for incoming calls only."""
    port: int = 5060
    """0 asks DNS for SRV first (RFC 3263)."""
    transport: TransportName = "udp"
    addresses: tuple[str, ...] = ()
    """IP addresses and networks (CIDR) whose requests need no digest. Empty: nobody calls in."""
    username: str = ""
    """For the far end's digest challenge; empty: a challenge is a failure."""
    password: str = field(default="", repr=False)
    caller_id: str = ""
    """Shown as From's user when the call carries no number of its own that the trunk may see."""
    max_calls: int = 0
    """Legs at once in both directions; 0 is no limit."""


@dataclass(frozen=True, slots=True)
class SwitchSettings:
    """All of signalling's settings."""

    bind: tuple[Bind, ...]
    realm: str = "zongji"
    phones: tuple[Phone, ...] = ()
    trunks: tuple[Trunk, ...] = ()
    public_ip: str = ""
    """What Via and Contact say when a bind address is 0.0.0.0; empty: the address of the default route."""
    min_expires_s: int = 60
    max_expires_s: int = 3600
    nonce_life_s: int = 300
    user_agent: str = "Zongji/0.1.0"
    session_expires_s: int = 1800
    """RFC 4028: asked for on outgoing calls when the far end supports timers; accepted on incoming ones."""
    min_se_s: int = 90
    trace_calls: int = 500
    """Calls whose SIP messages are kept in memory."""
    trace_bytes: int = 16_000_000
    """Bound of that memory."""
    max_legs: int = 4000
    """More legs than this and INVITE is answered 503 with Retry-After."""

    def phone(self, extension: str) -> Phone | None:
        """The phone with this extension."""
        return next((phone for phone in self.phones if phone.extension == extension), None)

    def trunk(self, name: str) -> Trunk | None:
        """The trunk with this name."""
        return next((trunk for trunk in self.trunks if trunk.name == name), None)
