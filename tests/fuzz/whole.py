"""The whole switch to shoot at: guard, PJSIP, legs, registrar; a listener that does what it likes with calls.

Its one UDP port is real, but nothing is sent: what would leave is kept. Whoever claims to be somebody is
believed, mostly, so that registrations and calls get past the proof.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections.abc import Callable

from media.paths import Codec, LocalAddress
from switch.digest import Outcome, Verdict, read_credentials
from switch.driver import Switch
from switch.events import Event, Invited, Offered
from switch.sdp import SdpError, answer, offer, parse
from switch.sdp_crypto import Keyring, Srtp
from switch.settings import Bind, Phone, SwitchSettings, Trunk
from switch.words import Cause, Identity, LegId, ToPhone, ToTrunk, leg_id, new_call_id
from tests.fuzz.target import into_dialog

LOCAL = LocalAddress("127.0.0.1", 20000)
CODECS = (Codec.PCMU, Codec.PCMA)
KEYS = Keyring(Srtp.OPTIONAL)
FAR = ("127.0.0.1", 5099)
PHONES = tuple(Phone(str(number), "x") for number in range(1001, 1012))


_CLAIMED = re.compile(rb"(?m)^To:[^\r\n]*sip:(\d+)@")


class _NoStore:
    def save(self, binding: object) -> None:
        pass

    def remove(self, extension: str, contact_uri: str) -> None:
        pass

    def load(self) -> list[object]:
        return []


class _NoSocket:
    def __init__(self) -> None:
        self.count = 0

    def is_closing(self) -> bool:
        return False

    def sendto(self, data: bytes, far: object) -> None:
        self.count += 1

    def close(self) -> None:
        pass


class WholeTarget:
    """The same face as target.Target."""

    def __init__(self, seed: int) -> None:
        logging.basicConfig(level=logging.ERROR)  # faults, with their traces
        self._chance = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        trunk = Trunk("t", host="127.0.0.1", port=5099, addresses=("127.0.0.1",), username="u", password="p")
        settings = SwitchSettings((Bind("udp", "127.0.0.1", 0),), phones=PHONES, trunks=(trunk,), max_legs=300)
        self._switch = Switch(settings, self, bindings=_NoStore())
        self.told_count = 0
        self.sent: list[bytes] = []
        self._loop.run_until_complete(self._start())

    async def _start(self) -> None:
        switch = self._switch
        from switch.pjsip import abi

        times = abi.load().lib.pjsip_sip_cfg_var.tsx
        times.t1, times.t2, times.t4, times.td = 10, 20, 20, 40  # [ms]
        await switch.start()
        self._line = switch.line_for("udp")
        self._line._socket = self._socket = _NoSocket()
        leaving, verify = switch.gate.leaving, switch.authenticator.verify

        def keep(data: bytes, transport: str, far: tuple[str, int]) -> object:
            self.sent.append(data)
            return leaving(data, transport, far)

        def believe(
            authorization: str, method: str, uri: str, secret_of: Callable[[str], str | None], now: float
        ) -> Verdict:
            credentials = read_credentials(authorization)
            known = credentials is not None and secret_of(credentials.username) is not None
            if known and self._chance.random() < 0.8:
                return Verdict(Outcome.PROVEN, credentials.username)
            return verify(authorization, method, uri, secret_of, now)

        switch.gate.leaving = keep
        switch.authenticator.verify = believe

    # ---- shooting --------------------------------------------------------------------------------------------

    def shoot(self, data: bytes) -> None:
        user = _CLAIMED.search(data)
        if user is not None and data.startswith(b"REGISTER") and self._chance.random() < 0.8:
            proof = b'Authorization: Digest username="%b", realm="a", nonce="b", uri="sip:a", response="%032d"\r\n'
            at = user.start(0)
            data = data[:at] + proof % (user[1], 0) + data[at:]
        self._line.datagram_received(data, FAR)

    def pause(self) -> None:
        """Let the loop and PJSIP's timers run; do this and that with the legs."""
        switch, chance = self._switch, self._chance
        self._loop.run_until_complete(asyncio.sleep(0))
        switch.endpoint.lib.pj_timer_heap_poll(switch.endpoint._heap, switch.endpoint._delay)
        for leg in list(switch.floor.legs.values())[: 3 if len(switch.floor.legs) < 100 else None]:
            what = chance.random()
            if what < 0.2:
                switch.hang_up(leg.id, chance.choice(list(Cause)))
            elif what < 0.4:
                switch.reoffer(leg.id, self._offer())
            elif what < 0.5:
                switch.ring(leg.id)
            switch.dialog(leg.id)
        switch.legs()
        switch.contacts()
        del self.sent[:-50]

    def call_out(self) -> bytes | None:
        """Place a call; the INVITE's bytes."""
        self.sent.clear()
        target = self._chance.choice((ToTrunk("t", "139"), ToPhone(str(self._chance.randrange(1001, 1012)))))
        self._switch.place(leg_id(new_call_id(), 1), target, Identity("4001", "总机"), self._offer(), timeout_s=2.0)
        self._loop.run_until_complete(asyncio.sleep(0))
        return next((data for data in self.sent if data.startswith(b"INVITE")), None)

    def last_request(self) -> bytes | None:
        found = [data for data in self.sent if not data.startswith(b"SIP/")]
        return self._chance.choice(found) if found else None

    def known_dialog(self) -> Callable[[bytes], bytes] | None:
        sessions = [session for session in self._switch.invites.sessions.values() if session.inv is not None]
        return into_dialog(self._switch.endpoint, self._chance.choice(sessions), self._chance) if sessions else None

    def totals(self) -> dict[str, int]:
        """What happened, by name; "faults" must stay 0."""
        counters = self._switch.counters
        said = {key.removeprefix("guard."): value for key, value in counters.items()}
        faults = said.pop("faults", 0) + self._switch.endpoint.faults
        return {**said, "accepted": said.get("packets.in", 0), "events": self.told_count, "faults": faults}

    def _offer(self) -> bytes:
        return offer(LOCAL, CODECS, session_id=1, version=1, keys=KEYS)

    # ---- the listener ------------------------------------------------------------------------------------------

    def told(self, event: Event) -> None:
        """Answer, ring, refuse or forget a call."""
        self.told_count += 1
        if not isinstance(event, Invited | Offered):
            return
        body = event.offer if isinstance(event, Invited) else event.sdp
        try:
            ours = answer(parse(body), LOCAL, CODECS, session_id=1, version=1, keys=KEYS)[0] if body else self._offer()
        except SdpError:
            self._refuse(event.leg, isinstance(event, Offered))
            return
        what = self._chance.random()
        if isinstance(event, Offered):
            self._switch.answer_offer(event.leg, ours) if what < 0.8 else self._refuse(event.leg, True)
        elif what < 0.5:
            self._switch.answer(event.leg, ours)
        elif what < 0.6:
            self._switch.progress(event.leg, ours)
        elif what < 0.8:
            self._switch.ring(event.leg)
        else:
            self._refuse(event.leg, False)

    def _refuse(self, leg: LegId, offered: bool) -> None:
        if offered:
            self._switch.refuse_offer(leg, Cause.NOT_ACCEPTABLE)
        else:
            self._switch.reject(leg, Cause.BUSY)
