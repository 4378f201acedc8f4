"""Answers that no phone of good manners gives: from two far ends at once, or to a request that has no answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from switch.binding import Source
from switch.events import Confirmed, Ended
from switch.settings import Trunk
from switch.words import Cause, Identity, LegId, ToTrunk
from tests.whole.board import SDP, Board, board, free_port
from tests.whole.rawphone import CONTACT, UdpPhone, answer_to

pytestmark = pytest.mark.whole
LEG = LegId("call.1")


@asynccontextmanager
async def _calling() -> AsyncIterator[tuple[Board, UdpPhone, bytes]]:
    """A switch, the carrier that it calls, and the INVITE that the carrier got."""
    port = free_port()
    async with board(trunks=(Trunk("carrier", "127.0.0.1", port),)) as b:
        carrier = await UdpPhone.open(b.udp, port)
        b.switch.place(LEG, ToTrunk("carrier", "13800138000"), Identity("201"), SDP)
        yield b, carrier, await carrier.read(b"INVITE")
        carrier.close()


def _answer(carrier: UdpPhone, request: bytes, code: int, body: bytes = b"", tag: bytes = b"zz") -> None:
    """Answer as the far end of that tag, which can be reached."""
    carrier.send(answer_to(request, code, body, tag).replace(CONTACT.encode(), b"127.0.0.1:%d" % carrier.port))


def _tag(message: bytes) -> bytes:
    to = next(line for line in message.split(b"\r\n") if line.startswith(b"To:"))
    return to.rpartition(b";tag=")[2]


async def test_of_two_far_ends_that_answer_the_first_talks_and_the_second_is_sent_away() -> None:
    async with _calling() as (b, carrier, invite):
        _answer(carrier, invite, 180, tag=b"one")
        _answer(carrier, invite, 180, tag=b"two")
        _answer(carrier, invite, 200, SDP, tag=b"two")
        assert _tag(await carrier.read(b"ACK")) == b"two"
        await b.ear.wait(Confirmed)
        _answer(carrier, invite, 200, SDP, tag=b"one")
        assert _tag(await carrier.read(b"ACK")) == b"one"
        bye = await carrier.read(b"BYE")
        assert _tag(bye) == b"one"
        _answer(carrier, bye, 200)
        facts = b.switch.dialog(LEG)
        assert facts is not None and facts.remote_tag == "two" and not b.ear.of(Ended)
        b.switch.hang_up(LEG)
        bye = await carrier.read(b"BYE")
        assert _tag(bye) == b"two"
        _answer(carrier, bye, 200)
        await b.ear.wait(Ended)


async def test_a_late_answer_without_a_tag_is_nobody_s() -> None:
    async with _calling() as (b, carrier, invite):
        _answer(carrier, invite, 200, SDP, tag=b"two")
        await b.ear.wait(Confirmed)
        carrier.send(answer_to(invite, 200, SDP, tag=b"two").replace(b";tag=two", b""))
        with pytest.raises(TimeoutError):
            await carrier.read(b"BYE", timeout_s=0.3)
        assert not b.ear.of(Ended)


@pytest.mark.parametrize("code", [401, 422])
async def test_an_invite_that_got_half_an_answer_can_still_be_given_up(code: int) -> None:
    """PJSIP half believes an answer to an ACK; the guard keeps such ones away, and without the guard it is survived."""
    async with _calling() as (b, carrier, invite):
        odd = answer_to(invite, code).replace(b" INVITE\r\n", b" ACK\r\n")
        source = Source("udp", "127.0.0.1", carrier.port)
        assert b.switch.gate.admit(odd, source) is None
        line = b.switch.line_for("udp")
        assert line is not None
        line.feed(odd, source)
        b.switch.hang_up(LEG)
        assert (await b.ear.wait(Ended)).cause in (Cause.NORMAL, Cause.FORBIDDEN)
        assert not b.switch.legs()
