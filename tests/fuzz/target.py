"""The real thing to shoot at: PJSIP's parser, transactions, dialogs and invite sessions, behind the guard.

One process, no sockets: messages are fed to a transport that keeps what PJSIP sends. Requests that open a dialog get
one, so that messages inside dialogs and answers to our own INVITEs are met by live state.
"""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Callable
from typing import Any

from media.paths import Codec, LocalAddress
from switch.binding import Source
from switch.guard import Accept, inspect, reply
from switch.pjsip.endpoint import Endpoint
from switch.pjsip.invite import Invites
from switch.pjsip.resolver import Resolver
from switch.pjsip.session import Session, Signal
from switch.pjsip.transport import UDP_TYPE, Line
from switch.sdp import SdpError, answer, offer, parse
from switch.sdp_crypto import Keyring, Srtp

LOCAL = LocalAddress("127.0.0.1", 20000)
CODECS = (Codec.PCMU, Codec.PCMA)
KEYS = Keyring(Srtp.OPTIONAL)
FAR = Source("udp", "127.0.0.1", 5099)
_HEADER = re.compile(rb"(?im)^(Via|From|To|Call-ID|CSeq):[ \t]*([^\r\n]*)")


class Sink(Line):
    """A transport without a socket."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint, UDP_TYPE, ("127.0.0.1", 5060), ("127.0.0.1", 5060))
        self.sent: list[bytes] = []
        self.count = 0

    def write(self, data: bytes, far: tuple[str, int]) -> bool:
        self.count += 1
        self.sent.append(data)
        return True

    def close(self) -> None:
        pass


class Target:
    def __init__(self, seed: int) -> None:
        logging.basicConfig(level=logging.ERROR)  # faults, with their traces
        self._chance = random.Random(seed)
        self.endpoint = Endpoint("fuzz")
        times = self.endpoint.lib.pjsip_sip_cfg_var.tsx
        times.t1, times.t2, times.t4, times.td = 10, 20, 20, 40  # [ms], so that 32 s do not pile up
        self.endpoint.start()
        self.endpoint.on_request = self._request
        self.endpoint.lib.pjsip_100rel_init_module(self.endpoint.endpt)
        self.invites = Invites(self.endpoint, self._told)
        self.line = Sink(self.endpoint)
        self.line.register()
        self.resolver = Resolver(self.endpoint)
        self.resolver.flow_of = self.invites.flow_of
        self._delay = self.endpoint.ffi.new("pj_time_val *")
        self.verdicts: dict[str, int] = {}
        self.signals = 0

    # ---- shooting --------------------------------------------------------------------------------------------

    def shoot(self, data: bytes) -> bool:
        """Guard, then PJSIP; whether the guard let it in."""
        verdict = inspect(data, "udp")
        if not isinstance(verdict, Accept):
            key = verdict.reason
            self.verdicts[key] = self.verdicts.get(key, 0) + 1
            reply(data, 400, key, ("127.0.0.1", 5099))
            return False
        self.verdicts["accepted"] = self.verdicts.get("accepted", 0) + 1
        self.line.feed(verdict.packet, FAR)
        return True

    def pause(self) -> None:
        """Let PJSIP's timers run, and do what a switch does with its legs."""
        self.endpoint.lib.pj_timer_heap_poll(self.endpoint._heap, self._delay)
        for session in list(self.invites.sessions.values()):
            what = self._chance.random()
            if what < 0.1:
                session.end(self._chance.choice((480, 486, 603)))
            elif what < 0.3:
                session.respond(180)
            elif what < 0.5:
                self._answer(session)
            elif what < 0.55:
                session.reoffer(self._offer())
        if len(self.invites.sessions) > 200:
            for session in list(self.invites.sessions.values()):
                session.end(503)
        del self.line.sent[:-50]

    def call_out(self) -> bytes | None:
        """Send an INVITE of ours; its bytes."""
        self.line.sent.clear()
        self.invites.call(
            local_uri=b"<sip:4001@127.0.0.1>",
            remote_uri=b"<sip:1002@127.0.0.1>",
            target=b"sip:1002@127.0.0.1:5099",
            contact=b"<sip:127.0.0.1:5060>",
            line=self.line,
            flow=None,
            sdp=self._offer(),
            session_expires_s=1800,
            min_se_s=90,
            credentials=("u", "p"),
        )
        return next((data for data in self.line.sent if data.startswith(b"INVITE")), None)

    def last_request(self) -> bytes | None:
        """A request that we sent lately."""
        found = [data for data in self.line.sent if not data.startswith(b"SIP/")]
        return self._chance.choice(found) if found else None

    def known_dialog(self) -> Callable[[bytes], bytes] | None:
        """Turns any request into one of a dialog that lives now."""
        sessions = [session for session in self.invites.sessions.values() if session.inv is not None]
        if not sessions:
            return None
        return into_dialog(self.endpoint, self._chance.choice(sessions), self._chance)

    def totals(self) -> dict[str, int]:
        """What happened, by name; "faults" must stay 0."""
        return {**self.verdicts, "signals": self.signals, "sent": self.line.count, "faults": self.endpoint.faults}

    def _offer(self) -> bytes:
        return offer(LOCAL, CODECS, session_id=1, version=1, keys=KEYS)

    # ---- what PJSIP tells ------------------------------------------------------------------------------------

    def _request(self, rdata: Any) -> bool:
        packet = self.endpoint.packet
        if packet is None:
            return False
        if packet.method == "INVITE":
            session = self.invites.accept(
                rdata, b"<sip:127.0.0.1:5060>", self.line, session_expires_s=1800, min_se_s=90
            )
            return isinstance(session, Session) or session == 0
        return False

    def _told(self, signal: Signal) -> None:
        self.signals += 1

    def _answer(self, session: Session) -> None:
        body = session.remote_sdp
        try:
            ours = answer(parse(body), LOCAL, CODECS, session_id=1, version=1, keys=KEYS)[0] if body else self._offer()
        except SdpError:
            session.end(488)
            return
        session.respond(200, sdp=ours)


def response_to(request: bytes, status: int, sdp: bytes | None, tag: bytes) -> bytes:
    """A far end's response to a request of ours."""
    lines = [b"SIP/2.0 %d Fine" % status]
    for name, value in _HEADER.findall(request):
        if name.lower() == b"to" and b"tag=" not in value and status > 100:
            value += b";tag=" + tag
        lines.append(name + b": " + value)
    lines.append(b"Contact: <sip:1002@127.0.0.1:5099>")
    if status in (401, 407):
        name = b"WWW-Authenticate" if status == 401 else b"Proxy-Authenticate"
        lines.append(name + b': Digest realm="a", nonce="%b", algorithm=MD5, qop="auth"' % tag)
    if sdp is not None:
        lines.append(b"Content-Type: application/sdp")
    lines.append(b"Content-Length: %d" % len(sdp or b""))
    return b"\r\n".join(lines) + b"\r\n\r\n" + (sdp or b"")


def into_dialog(endpoint: Endpoint, session: Session, chance: random.Random) -> Callable[[bytes], bytes]:
    """Turns any request into one of this session's dialog."""
    dlg = session.dlg
    local, remote = endpoint.string(dlg.local.info.tag), endpoint.string(dlg.remote.info.tag)
    cseq = int(dlg.remote.cseq) + chance.choice((0, 1, 1, 1, 2))

    def into(message: bytes) -> bytes:
        if message.startswith(b"SIP/"):
            return message
        method = message.split(b" ", 1)[0]
        new = {
            b"From": f"<sip:far@127.0.0.1>;tag={remote}".encode(),
            b"To": f"<sip:near@127.0.0.1>;tag={local}".encode(),
            b"Call-ID": session.call_id.encode(),
            b"CSeq": b"%d " % cseq + method,
            b"Via": b"SIP/2.0/UDP 127.0.0.1:5099;branch=z9hG4bK%x" % chance.getrandbits(40),
        }
        return _HEADER.sub(lambda match: match[1] + b": " + new.get(match[1], match[2]), message)

    return into
