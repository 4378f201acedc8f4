"""The words of registration: what a REGISTER says, what is kept of it, what is answered.

Time: `expires_at`, `registered_at` are UTC seconds since 1970, because bindings outlive the process.
Deliberately absent: the rules (registrar.py), SIP syntax beyond a contact's URI.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

from switch.events import Registered, Unregistered

RegistrarEvent = Registered | Unregistered


class Account(Protocol):
    """What the registrar wants to know of a phone; `settings.Phone` has it."""

    @property
    def extension(self) -> str: ...
    @property
    def secret(self) -> str: ...
    @property
    def max_contacts(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Source:
    """Where a request really came from."""

    transport: str
    """"udp", "tcp" ..."""
    ip: str
    port: int


@dataclass(frozen=True, slots=True)
class ContactField:
    """One value of Contact."""

    uri: str
    """The URI without angle brackets, or "*"."""
    expires: int | None = None
    """Its own expires [s]; None when absent or malformed (RFC 3261 10.2.1.1)."""
    q: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    """Its header parameters but expires and q, names in lower case, values as written: +sip.instance, reg-id ..."""

    def param(self, name: str) -> str | None:
        return next((value for key, value in self.params if key == name), None)


@dataclass(frozen=True, slots=True)
class RegisterRequest:
    aor_user: str
    """User part of To: whose contacts are meant."""
    from_user: str
    call_id: str
    cseq: int
    contacts: tuple[ContactField, ...]
    expires: int | None
    """The Expires header [s]; None when absent or malformed."""
    authorization: str | None
    """Value of Authorization, scheme and all."""
    request_uri: str
    source: Source
    user_agent: str = ""
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """One live contact of an extension."""

    extension: str
    contact_uri: str
    call_id: str
    cseq: int
    expires_at: float
    transport: str
    received_ip: str
    """Where it really came from: behind NAT this, not the contact, is where to send (RFC 3581)."""
    received_port: int
    user_agent: str
    instance: str | None
    """+sip.instance as written, with ;reg-id when there was one (RFC 5626)."""
    registered_at: float
    q: str | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterReply:
    code: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()
    """In order: WWW-Authenticate, Contact, Min-Expires, Date ..."""
    changed: tuple[Binding, ...] = ()
    """Added or refreshed; already given to the store."""
    removed: tuple[Binding, ...] = ()
    events: tuple[RegistrarEvent, ...] = ()
    failed: bool = False
    """A wrong secret or an unknown extension: count it against the source. A first, unproven request is not one."""


class BindingStore(Protocol):
    """Where bindings outlive us; `save` and `remove` return at once and are written in order."""

    def save(self, binding: Binding) -> None: ...
    def remove(self, extension: str, contact_uri: str) -> None: ...
    def load(self) -> Iterable[Binding]: ...


_SIP_URI = re.compile(r"(sips?):(?:([^@]*)@)?([^:;?@]+)(?::(\d{1,5}))?((?:;[^?]*)?)(?:\?.*)?\Z", re.IGNORECASE)
# RFC 3261 19.1.4: these never match when only one URI has them.
_TELLING = ("transport", "user", "ttl", "method", "maddr")
MAX_URI = 400
"""Characters of a contact URI: ten of them still fit into a reply of one packet."""


@functools.lru_cache(maxsize=16_384)
def contact_key(uri: str) -> tuple[str, ...] | None:
    """What makes two contact URIs the same (RFC 3261 19.1.4, 10.2.4); None when `uri` is no SIP URI.

    Compared: scheme, host (case-folded), user (case kept, unescaped), port, and the parameters that tell URIs apart.
    """
    match = _SIP_URI.match(uri) if len(uri) <= MAX_URI else None
    if match is None or any(sign in uri for sign in '<>" \t,'):
        return None
    scheme, user, host, port, tail = match.groups()
    params = dict(part.lower().partition("=")[::2] for part in tail.split(";") if part)
    telling = (f"{name}={params[name]}" for name in _TELLING if name in params)
    return (scheme.lower(), unquote(user or ""), host.lower(), port or "", *telling)
