"""Calls in and out by trunks: known by address, digest towards the carrier, limits, names."""

from __future__ import annotations

import asyncio
import dataclasses
import socket

import pytest

from switch.events import Agreed, Answered, Confirmed, Ended, Invited, Progressed
from switch.settings import Trunk
from switch.words import Cause, FromTrunk, Identity, LegId, ToTrunk
from tests.whole.board import SDP, board, free_port

pytestmark = pytest.mark.whole
LEG = LegId("call.1")
ROW = "13800138000;none;4001"


async def test_a_trunk_calls_in_by_its_address_without_digest() -> None:
    async with board(trunks=(Trunk("carrier", addresses=("127.0.0.0/8",)),)) as b:
        b.ear.react = lambda event: b.switch.answer(event.leg, SDP) if isinstance(event, Invited) else None
        await b.ran(await b.sipp("uac_trunk.xml", row=ROW))
        over = await b.ear.wait(Ended)
        invited = b.ear.of(Invited)[0]
        assert invited.origin == FromTrunk("carrier")
        assert (invited.called, invited.caller) == ("4001", Identity("13800138000", "Far End"))
        assert over.cause is Cause.NORMAL and len(b.ear.of(Ended)) == 1


async def test_an_invite_without_sdp_gets_our_offer_and_its_answer_is_told() -> None:
    async with board(trunks=(Trunk("carrier", addresses=("127.0.0.1",)),)) as b:
        b.ear.react = lambda event: b.switch.answer(event.leg, SDP) if isinstance(event, Invited) else None
        await b.ran(await b.sipp("uac_bare.xml", row=ROW))
        await b.ear.wait(Ended)
        assert b.ear.of(Invited)[0].offer is None
        kinds = [type(event) for event in b.ear.events]
        assert kinds == [Invited, Agreed, Confirmed, Ended]
        assert b"m=audio 6000" in b.ear.of(Agreed)[0].sdp


async def test_a_full_trunk_takes_no_more() -> None:
    async with board(trunks=(Trunk("carrier", "127.0.0.1", addresses=("127.0.0.1",), max_calls=1),)) as b:
        first = asyncio.Event()
        b.ear.react = lambda event: first.set()
        one = await b.sipp("uac_trunk.xml", row=ROW)
        await first.wait()
        b.switch.place(LEG, ToTrunk("carrier", "13800138001"), Identity("201"), SDP)
        over = await b.ear.wait(Ended)
        assert (over.leg, over.cause) == (LEG, Cause.OVERLOAD)
        b.switch.answer(b.ear.of(Invited)[0].leg, SDP)
        await b.ran(one)


async def test_a_carrier_that_wants_digest_gets_it() -> None:
    port = free_port()
    trunk = Trunk("carrier", "127.0.0.1", port, username="zongji", password="secret", caller_id="02155550000")
    async with board(trunks=(trunk,)) as b:
        carrier = await b.sipp("uas_digest.xml", port=port)
        b.switch.place(LEG, ToTrunk("carrier", "13800138000"), Identity("201", "Li"), SDP)
        await b.ear.wait(Answered)
        await b.ear.wait(Confirmed)
        facts = b.switch.dialog(LEG)
        assert facts is not None and facts.role == "uac" and facts.remote_tag and facts.far_port == port
        assert "02155550000" in facts.local_uri and "13800138000" in facts.remote_uri
        assert b"m=audio 7000" in facts.remote_sdp and facts.local_sdp == SDP
        b.switch.hang_up(LEG)
        await b.ran(carrier)
        assert (await b.ear.wait(Ended)).cause is Cause.NORMAL
        ladder = b.switch.trace.ladder(b.switch.trace.call_ids()[-1:], full=True)
        assert "407 Proxy Authentication Required (INVITE)" in ladder
        assert 'response="***"' in ladder


async def test_digest_without_a_user_name_is_a_failure() -> None:
    port = free_port()
    async with board(trunks=(Trunk("carrier", "127.0.0.1", port),)) as b:
        await b.sipp("uas_digest.xml", port=port)
        b.switch.place(LEG, ToTrunk("carrier", "13800138000"), Identity("201"), SDP)
        over = await b.ear.wait(Ended)
        assert (over.cause, over.status) == (Cause.FORBIDDEN, 407)


async def test_a_trunk_by_name_is_resolved_before_it_is_called() -> None:
    port = free_port()
    async with board(trunks=(Trunk("carrier", "localhost", port),)) as b:
        carrier = await b.sipp("uas_early.xml", port=port)
        b.switch.place(LEG, ToTrunk("carrier", "13800138000"), Identity("201"), SDP)
        await b.ear.wait(Progressed)
        await b.ear.wait(Confirmed)
        b.switch.hang_up(LEG)
        await b.ran(carrier)


@pytest.mark.parametrize("trunk", [Trunk("carrier", "nowhere.invalid"), Trunk("other", "127.0.0.1"), Trunk("carrier")])
async def test_a_trunk_that_is_not_there_has_failed(trunk: Trunk) -> None:
    async with board(trunks=(trunk,)) as b:
        b.switch.place(LEG, ToTrunk("carrier", "13800138000"), Identity("201"), SDP)
        over = await b.ear.wait(Ended, timeout_s=15)
        assert (over.cause, over.status) == (Cause.TRUNK_FAILED, 502)
        assert b.switch.legs() == []


async def test_a_trunk_over_tcp_is_connected_when_it_is_called() -> None:
    port = free_port(socket.SOCK_STREAM)
    async with board(trunks=(Trunk("carrier", "127.0.0.1", port, "tcp"),)) as b:
        carrier = await b.sipp("uas_talk.xml", "-t", "t1", port=port)
        await asyncio.sleep(0.3)
        b.switch.place(LEG, ToTrunk("carrier", "13800138000"), Identity("201"), SDP)
        await b.ear.wait(Confirmed)
        assert b.switch.legs()[0].far == f"tcp 127.0.0.1:{port}"
        b.switch.hang_up(LEG)
        await b.ran(carrier)


async def test_a_trunk_that_nobody_serves_fails_at_once_over_tcp() -> None:
    port = free_port(socket.SOCK_STREAM)
    async with board(trunks=(Trunk("carrier", "127.0.0.1", port, "tcp"),)) as b:
        b.switch.place(LEG, ToTrunk("carrier", "13800138000"), Identity("201"), SDP)
        over = await b.ear.wait(Ended)
        assert (over.cause, over.status) == (Cause.TRUNK_FAILED, 503)


async def test_new_settings_change_who_may_call_and_leave_calls_alone() -> None:
    async with board(trunks=(Trunk("carrier", addresses=("127.0.0.1",)),)) as b:
        b.ear.react = lambda event: b.switch.answer(event.leg, SDP) if isinstance(event, Invited) else None
        caller = await b.sipp("uac_listen_trunk.xml", row=ROW)
        await b.ear.wait(Confirmed)
        b.switch.reconfigure(dataclasses.replace(b.switch.settings, trunks=(), phones=()))
        assert [leg.state for leg in b.switch.legs()] == ["talking"]
        stranger = await b.sipp("uac_trunk.xml", row=ROW)
        await stranger.communicate()
        assert stranger.returncode == 1 and len(b.ear.of(Invited)) == 1
        b.switch.hang_up(b.ear.of(Invited)[0].leg)
        await b.ran(caller)
