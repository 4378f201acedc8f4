"""Everything at once and at the wrong moment: each leg ends once, nothing stays behind, PJSIP lives.

A swarm of raw phones answers, refuses, hangs up, re-invites and repeats itself at random moments, while we do the
same to them. The seed is printed by pytest when a test fails.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from switch.events import Ended, Event, Invited, Offered
from switch.pjsip import abi
from switch.settings import Trunk
from switch.words import Cause, Identity, LegId, ToPhone
from tests.whole.board import SDP, Board, board
from tests.whole.rawphone import UdpPhone, answer_to

pytestmark = pytest.mark.whole
HELD = SDP.replace(b"sendrecv", b"sendonly")


class Wild(UdpPhone):
    """A phone without manners."""

    chance = random.Random(0)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if data.startswith(b"SIP/2.0"):
            super().datagram_received(data, addr)
            return
        loop, chance = asyncio.get_running_loop(), self.chance
        method = data.split(b" ", 1)[0]
        tag = b"t%d" % self.port

        def later(code: int, body: bytes = b"", within: float = 0.15) -> None:
            delay = chance.uniform(0, within)
            loop.call_later(delay, self.send, answer_to(data, code, body, tag))
            if chance.random() < 0.2:
                loop.call_later(delay * 1.5, self.send, answer_to(data, code, body, tag))

        if method == b"INVITE":
            if chance.random() < 0.7:
                later(180, within=0.03)
            outcome = chance.choice([200, 200, 200, 486, 603, 480, 491, 500, 302])
            later(outcome, SDP if outcome == 200 else b"")
            if outcome == 200 and chance.random() < 0.5:
                loop.call_later(chance.uniform(0, 0.3), self.send, self._within(data, b"BYE", tag))
            if outcome == 200 and chance.random() < 0.3:
                loop.call_later(chance.uniform(0, 0.3), self.send, self._within(data, b"INVITE", tag, HELD))
            if outcome == 200 and chance.random() < 0.3:
                loop.call_later(chance.uniform(0, 0.3), self.send, self._within(data, b"UPDATE", tag, HELD))
        elif method == b"CANCEL":
            later(200, within=0.02)
            if chance.random() < 0.7:
                loop.call_later(0.03, self.send, answer_to(data.replace(b" CANCEL\r\n", b" INVITE\r\n"), 487, b"", tag))
        elif method != b"ACK":
            later(200, within=0.05)

    def _within(self, invite: bytes, method: bytes, tag: bytes, body: bytes = b"") -> bytes:
        """A request of the called side in the dialog of `invite`."""
        lines = dict(line.split(b": ", 1) for line in invite.split(b"\r\n\r\n")[0].split(b"\r\n")[1:] if b": " in line)
        target = lines[b"Contact"].split(b"<")[1].split(b">")[0]
        number = self.chance.randrange(1, 1000)
        kind = b"Content-Type: application/sdp\r\n" if body else b""
        return (
            b"%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%d%d;rport\r\n"
            % (method, target, self.port, number, self.port)
            + b"From: %s;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\n"
            % (lines[b"To"].split(b";tag")[0], tag, lines[b"From"], lines[b"Call-ID"])
            + b"CSeq: %d %s\r\nMax-Forwards: 70\r\nContact: <sip:x@127.0.0.1:%d>\r\n" % (number, method, self.port)
            + kind
            + b"Content-Length: %d\r\n\r\n" % len(body)
            + body
        )


@pytest.fixture(autouse=True)
def hurried() -> Iterator[None]:
    """SIP's timers ten times faster: lost messages are given up in 3.2 s."""
    lib = abi.load().lib
    lib.pjsip_tsx_set_timers(50, 400, 500, 3200)
    yield
    lib.pjsip_tsx_set_timers(500, 4000, 5000, 32000)


async def settled(b: Board, legs: set[LegId], timeout_s: float) -> None:
    """Every leg ended once; every session is gone."""
    async with asyncio.timeout(timeout_s):
        await b.ear.wait(Ended, count=len(legs), timeout_s=timeout_s)
        await b.switch.invites.empty()
    assert {event.leg for event in b.ear.of(Ended)} == legs
    counts = Counter(event.leg for event in b.ear.of(Ended))
    assert set(counts.values()) <= {1}
    assert b.switch.legs() == [] and b.switch.endpoint.faults == 0 and b.switch.counters["faults"] == 0


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_outgoing_legs_survive_phones_without_manners(seed: int) -> None:
    chance = Wild.chance = random.Random(seed)
    async with board() as b:
        phones = [await Wild.open(b.udp) for _ in range(3)]
        for phone, user in zip(phones, ("201", "202", "203"), strict=True):
            await phone.register(user, "s" + user)

        def react(event: Event) -> None:
            if isinstance(event, Offered):
                chance.choice(
                    [
                        lambda: b.switch.answer_offer(event.leg, SDP),
                        lambda: b.switch.refuse_offer(event.leg, Cause.NOT_ACCEPTABLE),
                        lambda: b.switch.hang_up(event.leg),
                    ]
                )()

        b.ear.react = react
        loop = asyncio.get_running_loop()
        legs = set()
        for number in range(60):
            leg = LegId(f"c{number}.1")
            legs.add(leg)
            timeout_s = chance.uniform(0.05, 0.5)
            b.switch.place(leg, ToPhone(chance.choice(("201", "202", "203"))), Identity("9"), SDP, timeout_s=timeout_s)
            for _ in range(2):
                loop.call_later(chance.uniform(0, 0.4), b.switch.reoffer, leg, chance.choice((SDP, HELD)))
            loop.call_later(chance.uniform(0, 0.6), b.switch.hang_up, leg)
            await asyncio.sleep(0.01)
        await settled(b, legs, 45)
        for phone in phones:
            phone.close()


class Caller(Wild):
    """Calls, and gives up or hangs up at any moment."""

    def call(self, number: int) -> None:
        loop, chance = asyncio.get_running_loop(), self.chance

        def message(method: str, cseq: int, branch: str, to: str = "", body: bytes = b"") -> bytes:
            kind = "Content-Type: application/sdp\r\n" if body else ""
            return (
                f"{method} sip:4001@127.0.0.1 SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{branch};rport\r\n"
                f"From: <sip:9@127.0.0.1>;tag=f{number}\r\nTo: <sip:4001@127.0.0.1>{to}\r\n"
                f"Call-ID: in-{self.port}-{number}\r\nCSeq: {cseq} {method}\r\nMax-Forwards: 70\r\n"
                f"Contact: <sip:9@127.0.0.1:{self.port}>\r\n{kind}Content-Length: {len(body)}\r\n\r\n"
            ).encode() + body

        branch = f"i{self.port}{number}"
        invite = message("INVITE", 1, branch, body=SDP if chance.random() < 0.8 else b"")
        self.send(invite)
        if chance.random() < 0.3:
            loop.call_later(chance.uniform(0, 0.1), self.send, invite)
        if chance.random() < 0.6:
            loop.call_later(chance.uniform(0, 0.2), self.send, message("CANCEL", 1, branch))

        def answered(data: bytes) -> None:
            tag = next(line for line in data.split(b"\r\n") if line.startswith(b"To:")).split(b";tag=")
            to = f";tag={tag[1].decode()}" if len(tag) > 1 else ""
            if chance.random() < 0.8:
                self.send(message("ACK", 1, branch + "a", to, body=SDP if chance.random() < 0.3 else b""))
            for cseq, (method, body) in enumerate(
                [("UPDATE", HELD), ("INVITE", HELD), ("UPDATE", b""), ("INFO", b""), ("INVITE", b""), ("BYE", b"")], 2
            ):
                if method == "BYE" or chance.random() < 0.4:
                    delay = chance.uniform(0, 0.2) + (0.1 if method == "BYE" else 0)
                    loop.call_later(delay, self.send, message(method, cseq, f"{branch}{cseq}", to, body))

        self.waiting[f"in-{self.port}-{number}".encode()] = answered

    def __init__(self, server: int) -> None:
        super().__init__(server)
        self.waiting: dict[bytes, object] = {}

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not data.startswith(b"SIP/2.0 2"):
            super().datagram_received(data, addr)
            return
        key = next(line for line in data.split(b"\r\n") if line.startswith(b"Call-ID:")).split(b": ")[1]
        act = self.waiting.pop(key, None) if b" INVITE\r\n" in data else None
        if act is not None:
            act(data)  # type: ignore[operator]


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_incoming_legs_survive_callers_without_manners(seed: int) -> None:
    chance = Wild.chance = random.Random(seed)
    async with board(trunks=(Trunk("in", addresses=("127.0.0.1",)),)) as b:
        loop = asyncio.get_running_loop()

        def react(event: Event) -> None:
            if isinstance(event, Invited):
                leg = event.leg
                wishes = [
                    lambda: b.switch.ring(leg),
                    lambda: b.switch.progress(leg, SDP),
                    lambda: b.switch.answer(leg, SDP),
                    lambda: b.switch.answer(leg, b"rubbish"),
                    lambda: b.switch.reoffer(leg, HELD),
                    lambda: b.switch.reject(leg, Cause.BUSY),
                ]
                for wish in chance.choices(wishes, weights=(3, 2, 6, 1, 2, 1), k=4):
                    loop.call_later(chance.uniform(0, 0.15), wish)
                loop.call_later(chance.uniform(0.2, 1.0), b.switch.hang_up, leg)
            elif isinstance(event, Offered):
                loop.call_later(chance.uniform(0, 0.1), b.switch.answer_offer, event.leg, SDP)

        b.ear.react = react
        caller = await Caller.open(b.udp)
        for number in range(80):
            caller.call(number)  # type: ignore[attr-defined]
            await asyncio.sleep(0.01)
        await asyncio.sleep(1.5)
        await settled(b, {event.leg for event in b.ear.of(Invited)}, 45)
        assert len(b.ear.of(Invited)) >= 60
        caller.close()
