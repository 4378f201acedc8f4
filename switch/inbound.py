"""Requests outside any dialog: who may do what (RFC 3261 8.2, 22).

A phone proves itself by digest, for INVITE as for REGISTER, and may call only as itself. A trunk is known by its
address. OPTIONS is answered to anybody. Everything else is refused with the same words for everybody.

Deliberately absent: digest (digest.py), registration (registrar.py), what happens to a call then (apps).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from switch import registering
from switch.ending import Ending
from switch.events import Invited
from switch.floor import Leg
from switch.leg import Happening, LegState
from switch.pjsip.message import Packet, display_name, printable, request_uri, uri_user
from switch.sources import Offence
from switch.words import Cause, FromPhone, FromTrunk, Identity, Origin, Party, leg_id, new_call_id

if TYPE_CHECKING:
    from switch.ground import Ground

log = logging.getLogger("switch.inbound")
_GONE = Happening.GONE
ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, UPDATE, INFO"
_KNOWN = ("BYE", "CANCEL", "SUBSCRIBE", "NOTIFY", "MESSAGE", "REFER", "PUBLISH", "PRACK", "INFO", "UPDATE")
_Headers = list[tuple[str, str]]


class Inbound:
    """Answers what comes from outside."""

    def __init__(self, switch: Ground) -> None:
        self._switch = switch
        self._answers = registering.Answers()

    def request(self, rdata: Any) -> bool:
        """PJSIP hands over a request that no dialog wants; it is always answered here (an ACK by silence)."""
        packet = self._switch.endpoint.packet
        if packet is None:
            return False
        method = packet.method
        if method == "REGISTER":
            self._register(rdata, packet)
        elif method == "INVITE":
            self._invite(rdata, packet)
        elif method == "OPTIONS":
            self._reply(rdata, 200, "OK", [("Allow", ALLOW), ("Accept", "application/sdp")])
        elif method in ("BYE", "CANCEL", "PRACK", "INFO", "UPDATE"):
            self._reply(rdata, 481, "Call/Transaction Does Not Exist", [])
        elif method != "ACK":
            code, reason = (405, "Method Not Allowed") if method in _KNOWN else (501, "Not Implemented")
            self._reply(rdata, code, reason, [("Allow", ALLOW)])
        return True

    def _register(self, rdata: Any, packet: Packet) -> None:
        switch = self._switch
        now = switch.clock()
        again = self._answers.again(packet, now)
        if again is not None:
            switch.gate.answer(packet.source, again)
            return
        reply = switch.registrar.register(registering.read(packet), now, switch.wall())
        if reply.failed:
            self._failed(packet, now)
        elif reply.code == 200:
            switch.registered_from(packet.source.ip)
        switch.counters[f"register.{reply.code}"] += 1
        self._reply(rdata, reply.code, reply.reason, list(reply.headers))
        self._answers.remember(packet, switch.gate.last_sent, now)
        for event in reply.events:
            switch.tell(event)

    def _failed(self, packet: Packet, now: float) -> None:
        switch = self._switch
        switch.counters["auth.failed"] += 1
        user = uri_user(packet.text("from"))
        log.warning("%s with a wrong proof from %s as %s", packet.method, packet.source.ip, printable(user, 40))
        if not switch.gate.trusted(packet.source.ip):
            switch.gate.sources.offend(packet.source.ip, Offence.FAILED_AUTH, now)

    # ---- INVITE ------------------------------------------------------------------------------------------------

    def _invite(self, rdata: Any, packet: Packet) -> None:
        switch = self._switch
        if len(switch.floor.legs) >= switch.settings.max_legs or switch.stopping:
            switch.counters["invite.overload"] += 1
            self._reply(rdata, 503, "Service Unavailable", [("Retry-After", "10")])
            return
        origin = self._origin(rdata, packet)
        if origin is None:
            return
        line = switch.line_of(rdata)
        settings = switch.settings
        made = switch.invites.accept(
            rdata,
            switch.contact(line),
            line,
            session_expires_s=settings.session_expires_s,
            min_se_s=settings.min_se_s,
        )
        if isinstance(made, int):
            if made:
                self._reply(rdata, made, "Bad Request", [])
            return
        source = packet.source
        made.far = (source.transport, source.ip, source.port)
        if isinstance(origin, FromPhone) or source.transport == "tcp":
            made.flow = made.far
        self._enter(packet, origin, made)

    def _enter(self, packet: Packet, origin: Origin, session: Any) -> None:
        switch = self._switch
        now = switch.clock()
        caller = self._caller(packet, origin)
        call = new_call_id()
        if isinstance(origin, FromTrunk):
            peer, trunk = f"trunk {origin.trunk}", origin.trunk
        else:
            peer, trunk = f"phone {origin.extension}", ""
        leg = Leg(leg_id(call, 1), True, now, peer, caller.number, LegState.INVITED, trunk)
        switch.floor.enter(leg)
        switch.floor.bind(leg, session)
        offer = packet.body or None
        if offer is not None:
            session.remote_sdp = offer
        if session.inv is None or session.closing:
            switch.floor.happen(leg, _GONE, end=Ending(Cause.ERROR, Party.SWITCH, 500, Cause.ERROR.text))
            return
        called = uri_user(request_uri(packet))
        switch.counters["invite.in"] += 1
        switch.tell(Invited(leg.id, call, origin, caller, called, offer, session.call_id, now))

    def _caller(self, packet: Packet, origin: Origin) -> Identity:
        sender = packet.text("from")
        if isinstance(origin, FromPhone):
            phone = self._switch.settings.phone(origin.extension)
            name = phone.name if phone is not None and phone.name else display_name(sender)
            return Identity(origin.extension, _clean(name))
        asserted = packet.text("p-asserted-identity")  # a trunk's address is trusted with it (RFC 3325)
        shown = asserted if uri_user(asserted) else sender
        # An escaped @ would make of `dial: "{caller}"` what `number@trunk` means there: a way out.
        return Identity(_clean(uri_user(shown).partition("@")[0]), _clean(display_name(shown)))

    def _origin(self, rdata: Any, packet: Packet) -> Origin | None:
        """Who it is; None when the request has been refused."""
        switch = self._switch
        trunk = switch.addresses.trunk_of(packet.source.ip)
        if trunk is not None:
            entry = switch.settings.trunk(trunk)
            if entry is not None and entry.max_calls and switch.floor.on_trunk(trunk) >= entry.max_calls:
                switch.counters["trunk.full"] += 1
                self._reply(rdata, 503, "Service Unavailable", [("Retry-After", "5")])
                return None
            return FromTrunk(trunk)
        now = switch.clock()
        authorization = packet.header("authorization") or packet.header("proxy-authorization")
        stale = False
        if authorization is not None:
            text = authorization.decode("utf-8", "replace")
            verdict = switch.authenticator.verify(text, "INVITE", request_uri(packet), switch.registrar.secret_of, now)
            if verdict.ok:
                if uri_user(packet.text("from")) == verdict.user:
                    return FromPhone(verdict.user)
                switch.counters["invite.forbidden"] += 1
                self._reply(rdata, 403, "Forbidden", [])
                return None
            stale = verdict.stale
            if not stale:
                self._failed(packet, now)
        challenges = switch.authenticator.challenge(now, stale, user_agent=packet.text("user-agent"))
        challenge: _Headers = [("WWW-Authenticate", value) for value in challenges]
        self._reply(rdata, 401, "Unauthorized", challenge)
        return None

    def _reply(self, rdata: Any, code: int, reason: str, headers: _Headers) -> None:
        """Answer without a transaction."""
        endpoint = self._switch.endpoint
        ffi, lib = endpoint.ffi, endpoint.lib
        holder = ffi.new(endpoint.holder_type)
        text, _hold = endpoint.text(reason.encode("latin-1", "replace"))
        if lib.pjsip_endpt_create_response(endpoint.endpt, rdata, code, text, holder) != 0:
            return
        for name, value in headers:
            endpoint.add_header(holder[0], name, value)
        if lib.pjsip_endpt_send_response2(endpoint.endpt, rdata, holder[0], ffi.NULL, ffi.NULL) != 0:
            lib.pjsip_tx_data_dec_ref(holder[0])


def _clean(text: str) -> str:
    """Text from the wire without control characters, at most 80 signs."""
    return "".join(sign for sign in text if sign.isprintable())[:80]
