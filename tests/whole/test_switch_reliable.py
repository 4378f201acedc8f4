"""A caller that wants our ringing to arrive for certain: reliable provisional responses (RFC 3262)."""

from __future__ import annotations

import pytest

from switch.events import Ended, Invited
from switch.settings import Trunk
from switch.words import Cause
from tests.whole.board import SDP, board
from tests.whole.rawphone import UdpPhone

pytestmark = pytest.mark.whole


def _request(phone: UdpPhone, method: str, number: int, to_tag: str = "", extra: str = "", body: bytes = b"") -> None:
    kind = "Content-Type: application/sdp\r\n" if body else ""
    phone.send(
        f"{method} sip:4001@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{phone.port};branch=z9hG4bK{number};rport\r\n"
        f"From: <sip:1@127.0.0.1>;tag=a\r\nTo: <sip:4001@127.0.0.1>{to_tag}\r\nCall-ID: sure\r\n"
        f"CSeq: {1 if method == 'ACK' else number} {method}\r\nMax-Forwards: 70\r\n"
        f"Contact: <sip:1@127.0.0.1:{phone.port}>\r\n{extra}{kind}Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


def _header(message: bytes, name: str) -> str:
    line = next(line for line in message.decode().split("\r\n") if line.startswith(name + ":"))
    return line.partition(":")[2].strip()


@pytest.mark.parametrize(("offer", "body", "answer"), [(SDP, b"", 200), (SDP, SDP, 488), (b"", SDP, 488)])
async def test_ringing_is_acknowledged_by_prack_and_the_call_goes_on(offer: bytes, body: bytes, answer: int) -> None:
    async with board(trunks=(Trunk("carrier", addresses=("127.0.0.1",)),)) as b:
        b.ear.react = lambda event: b.switch.ring(event.leg) if isinstance(event, Invited) else None
        caller = await UdpPhone.open(b.udp)
        _request(caller, "INVITE", 1, extra="Require: 100rel\r\n", body=offer)
        ringing = await caller.read(b"SIP/2.0 180")
        tag = ";tag=" + _header(ringing, "To").rpartition(";tag=")[2]
        _request(caller, "PRACK", 2, tag, f"RAck: {_header(ringing, 'RSeq')} 1 INVITE\r\n", body)
        told = await caller.read(b"SIP/2.0 %d" % answer)
        assert _header(told, "CSeq") == "2 PRACK"
        b.switch.answer(b.ear.of(Invited)[0].leg, SDP)
        assert _header(await caller.read(b"SIP/2.0 200"), "CSeq") == "1 INVITE"
        _request(caller, "ACK", 3, tag, body=b"" if offer else SDP)
        _request(caller, "BYE", 4, tag)
        await caller.read(b"SIP/2.0 200")
        assert (await b.ear.wait(Ended)).cause is Cause.NORMAL
        caller.close()
