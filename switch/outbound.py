"""Calls that go out: to every contact of a phone, or by a trunk.

`place` never raises: what cannot be called ends at once, told like any other end.
Deliberately absent: which trunk (route.py), who wins (fork.py), DNS (names.py).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import quote

from switch.binding import Binding
from switch.ending import Ending
from switch.floor import Leg
from switch.leg import Happening, LegState
from switch.settings import Trunk
from switch.words import Cause, Identity, LegId, Party, Target, ToPhone

if TYPE_CHECKING:
    from switch.ground import Ground

AUTO_ANSWER = {
    "Call-Info": "<sip:localhost>;answer-after=0",
    "Alert-Info": "<http://localhost>;info=alert-autoanswer;delay=0",
}
"""What desk phones of several makers take for "answer by yourself"."""


class Outbound:
    """Places calls."""

    def __init__(self, switch: Ground) -> None:
        self._switch = switch
        self._tasks: set[asyncio.Task[None]] = set()

    def place(
        self, leg_id: LegId, target: Target, caller: Identity, offer: bytes, timeout_s: float, auto_answer: bool
    ) -> None:
        """Start the leg; everything else comes as events."""
        switch = self._switch
        if leg_id in switch.floor.legs:
            return
        to_phone = isinstance(target, ToPhone)
        number = target.extension if isinstance(target, ToPhone) else target.number
        trunk = "" if isinstance(target, ToPhone) else target.trunk
        peer = f"phone {number}" if to_phone else f"trunk {trunk}"
        leg = Leg(leg_id, False, switch.clock(), peer, number, LegState.CALLING, trunk)
        full = bool(trunk) and self._full(trunk)
        switch.floor.enter(leg)
        leg.deadline = switch.loop.call_later(timeout_s, switch.floor.expire, leg)
        if isinstance(target, ToPhone):
            self._phone(leg, caller, offer, AUTO_ANSWER if auto_answer else {})
        elif full:
            self._failed(leg, Cause.OVERLOAD, 503)
        else:
            self._trunk(leg, caller, offer)

    def _full(self, name: str) -> bool:
        entry = self._switch.settings.trunk(name)
        return entry is not None and 0 < entry.max_calls <= self._switch.floor.on_trunk(name)

    def _failed(self, leg: Leg, cause: Cause, status: int) -> None:
        self._switch.floor.happen(leg, Happening.GONE, end=Ending(cause, Party.SWITCH, status, cause.text))

    # ---- phones ------------------------------------------------------------------------------------------------

    def _phone(self, leg: Leg, caller: Identity, offer: bytes, headers: dict[str, str]) -> None:
        placed = 0
        for binding in self._switch.contacts(leg.number):
            placed += self._contact(leg, binding, caller, offer, headers)
        if not placed:
            self._failed(leg, Cause.UNREACHABLE, 480)

    def _contact(self, leg: Leg, binding: Binding, caller: Identity, offer: bytes, headers: dict[str, str]) -> bool:
        switch = self._switch
        line = switch.line_to(binding.transport, binding.received_ip, binding.received_port)
        if line is None:  # the TCP connection that it registered by is gone
            switch.unreachable(binding)
            return False
        host = line.public[0]
        session = switch.invites.call(
            local_uri=name_address(caller, host),
            remote_uri=f"<sip:{escaped(binding.extension)}@{host}>".encode(),
            target=binding.contact_uri.encode(),
            contact=switch.contact(line),
            line=line,
            flow=(binding.transport, binding.received_ip, binding.received_port),
            sdp=offer,
            session_expires_s=switch.settings.session_expires_s,
            min_se_s=switch.settings.min_se_s,
            headers={"User-Agent": switch.settings.user_agent, **headers},
        )
        if session is not None:
            switch.floor.bind(leg, session)
        return session is not None

    # ---- trunks ------------------------------------------------------------------------------------------------

    def _trunk(self, leg: Leg, caller: Identity, offer: bytes) -> None:
        entry = self._switch.settings.trunk(leg.trunk)
        if entry is None or not entry.host:
            self._failed(leg, Cause.TRUNK_FAILED, 502)
        elif self._switch.names.known(entry.host):
            self._by_trunk(leg, entry, caller, offer)
        else:
            task = self._switch.loop.create_task(self._when_resolved(leg, entry, caller, offer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _when_resolved(self, leg: Leg, entry: Trunk, caller: Identity, offer: bytes) -> None:
        found = await self._switch.names.ask(entry)
        if leg.state is not LegState.CALLING:
            return
        if found:
            self._by_trunk(leg, entry, caller, offer)
        else:
            self._failed(leg, Cause.TRUNK_FAILED, 502)
        self._switch.soon()

    def _by_trunk(self, leg: Leg, entry: Trunk, caller: Identity, offer: bytes) -> None:
        switch = self._switch
        line = switch.line_for(entry.transport)
        if line is None and entry.transport == "udp":
            self._failed(leg, Cause.TRUNK_FAILED, 502)
            return
        public = switch.public_of(entry.transport)
        shown = caller if caller.number else Identity(entry.caller_id, caller.name)
        if entry.caller_id and not _is_public(caller.number):
            shown = Identity(entry.caller_id, caller.name)
        port = f":{entry.port}" if entry.port else ""
        params = ";transport=tcp" if entry.transport == "tcp" else ""
        uri = f"sip:{escaped(leg.number)}@{entry.host}{port}"
        session = switch.invites.call(
            local_uri=name_address(shown, public[0]),
            remote_uri=f"<{uri}>".encode(),
            target=f"{uri}{params}".encode(),
            contact=contact_of(public, entry.transport),
            line=line if entry.transport == "udp" else None,
            flow=None,
            sdp=offer,
            session_expires_s=switch.settings.session_expires_s,
            min_se_s=switch.settings.min_se_s,
            credentials=(entry.username, entry.password) if entry.username else None,
            headers={"User-Agent": switch.settings.user_agent},
        )
        if session is None:
            self._failed(leg, Cause.ERROR, 500)
        else:
            switch.floor.bind(leg, session)


def escaped(user: str) -> str:
    """A SIP URI's user part (RFC 3261 25.1)."""
    return quote(user, safe="*+-_.!~'()&=$,")


def name_address(who: Identity, host: str) -> bytes:
    """`"Name" <sip:number@host>` for From; an unknown caller is anonymous (RFC 3323)."""
    uri = f"<sip:{escaped(who.number) or 'anonymous'}@{host}>"
    name = "".join(sign for sign in who.name if sign.isprintable())[:60]
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return (f'"{quoted}" {uri}' if name else uri).encode()


def contact_of(public: tuple[str, int], transport: str) -> bytes:
    """Our Contact on a line."""
    params = ";transport=tcp" if transport == "tcp" else ""
    return f"<sip:zongji@{public[0]}:{public[1]}{params}>".encode()


def _is_public(number: str) -> bool:
    """Whether a number may be shown outside: it looks like one of the public network, not like an extension."""
    digits = number.lstrip("+")
    return digits.isdigit() and len(digits) >= 7
