"""Phones with several contacts, phones over TCP, phones that are gone."""

from __future__ import annotations

import asyncio
import socket

import pytest

from switch.driver import Switch
from switch.errors import PortInUse, SwitchError
from switch.events import Agreed, Answered, Confirmed, Ended, Invited, Rang, Unregistered
from switch.settings import Bind, SwitchSettings
from switch.words import Cause, Identity, LegId, ToPhone
from tests.whole.board import SDP, Ear, Memory, board, free_port, join
from tests.whole.rawphone import TcpPhone, UdpPhone, proof, register

pytestmark = pytest.mark.whole
LEG = LegId("call.1")


async def test_all_contacts_ring_and_the_first_that_answers_wins() -> None:
    async with board() as b:
        ports = [free_port(), free_port()]
        for port in ports:
            await b.register("202", "s202", port)
        loser = await b.sipp("uas_ring.xml", port=ports[0])
        winner = await b.sipp("uas_talk.xml", port=ports[1])
        b.switch.place(LEG, ToPhone("202"), Identity("9"), SDP)
        await b.ear.wait(Confirmed)
        await b.ran(loser)
        facts = b.switch.dialog(LEG)
        assert facts is not None and facts.far_port == ports[1]
        cancel = next(m for m in b.switch.trace.messages(b.switch.trace.call_ids()) if m.sent and m.title == "CANCEL")
        assert b"Call completed elsewhere" in cancel.data
        b.switch.hang_up(LEG)
        await b.ran(winner)
        assert [len(b.ear.of(kind)) for kind in (Rang, Answered, Ended)] == [1, 1, 1]


async def test_a_busy_contact_does_not_stop_the_other() -> None:
    async with board() as b:
        ports = [free_port(), free_port()]
        for port in ports:
            await b.register("202", "s202", port)
        busy = await b.sipp("uas_busy.xml", port=ports[0])
        other = await b.sipp("uas_talk.xml", port=ports[1])
        b.switch.place(LEG, ToPhone("202"), Identity("9"), SDP)
        await b.ear.wait(Confirmed)
        await b.ran(busy)
        b.switch.hang_up(LEG)
        await b.ran(other)


async def test_one_no_of_a_human_ends_it_for_all_contacts() -> None:
    async with board() as b:
        ports = [free_port(), free_port()]
        for port in ports:
            await b.register("202", "s202", port)
        ringing = await b.sipp("uas_ring.xml", port=ports[0])
        await asyncio.sleep(0.1)
        decline = await b.sipp("uas_decline.xml", port=ports[1])
        b.switch.place(LEG, ToPhone("202"), Identity("9"), SDP)
        over = await b.ear.wait(Ended)
        assert (over.cause, over.status) == (Cause.DECLINED, 603)
        await b.ran(ringing)
        await b.ran(decline)
        assert len(b.ear.of(Ended)) == 1


async def test_a_phone_calls_over_tcp() -> None:
    async with board() as b:
        join(b)
        port = free_port()
        await b.register("202", "s202", port)
        phone = await b.sipp("uas_talk.xml", port=port)
        row = "201;[authentication username=201 password=s201];202"
        await b.ran(await b.sipp("uac_talk.xml", "-t", "t1", row=row, target=f"127.0.0.1:{b.tcp}"))
        await b.ran(phone)
        await b.ear.wait(Ended, count=2)
        assert "tcp" in b.switch.trace.ladder(b.switch.trace.call_ids())


async def test_a_phone_behind_a_tcp_connection_is_called_over_it_and_forgotten_with_it() -> None:
    async with board() as b:
        phone = await TcpPhone.connect(b.tcp)
        await phone.register("203", "s203")
        assert [c.transport for c in b.switch.contacts("203")] == ["tcp"]
        b.switch.place(LEG, ToPhone("203"), Identity("9"), SDP)
        invite = await phone.read()
        assert invite.startswith(b"INVITE sip:203@10.255.255.1:5060 SIP/2.0")
        phone.answer(invite, 180)
        phone.answer(invite, 200, SDP)
        assert (await phone.read()).startswith(b"ACK ")
        await b.ear.wait(Confirmed)
        b.switch.hang_up(LEG)
        bye = await phone.read()
        assert bye.startswith(b"BYE ")
        phone.answer(bye, 200)
        phone.writer.write(b"\r\n\r\n")
        assert await phone.reader.readexactly(2) == b"\r\n"
        phone.writer.close()
        gone = await b.ear.wait(Unregistered)
        assert (gone.extension, gone.why) == ("203", "unreachable")


async def test_a_phone_behind_nat_is_called_where_it_registered_from() -> None:
    async with board() as b:
        phone = await UdpPhone.open(b.udp)
        await phone.register("203", "s203")
        (binding,) = b.switch.contacts("203")
        assert (binding.received_ip, binding.received_port) == ("127.0.0.1", phone.port)
        b.switch.place(LEG, ToPhone("203"), Identity("9"), SDP)
        invite = await phone.read(b"INVITE sip:203@10.255.255.1:5060 ")
        phone.answer(invite, 180)
        await b.ear.wait(Rang)
        phone.answer(invite, 200, SDP)
        await phone.read(b"ACK ")
        await b.ear.wait(Confirmed)
        phone.answer(invite, 200, SDP)  # our ACK was lost
        await phone.read(b"ACK ")
        b.switch.reoffer(LEG, SDP.replace(b"sendrecv", b"sendonly"))
        again = await phone.read(b"INVITE ")
        phone.answer(again, 200, SDP.replace(b"sendrecv", b"recvonly"))
        await phone.read(b"ACK ")
        await b.ear.wait(Agreed)
        b.switch.hang_up(LEG)
        phone.answer(await phone.read(b"BYE "), 200)
        await b.ear.wait(Ended)
        assert len(b.ear.of(Answered)) == 1
        phone.close()


async def test_a_registration_sent_twice_is_answered_twice_and_judged_once() -> None:
    async with board() as b:
        phone = await UdpPhone.open(b.udp)
        phone.send(register("203", 1, "UDP"))
        second = register("203", 2, "UDP", proof("203", "s203", (await phone.read()).decode()))
        phone.send(second)
        phone.send(second)
        answers = [await phone.read(b"SIP/2.0 200"), await phone.read(b"SIP/2.0 ")]
        assert answers[0] == answers[1]
        assert b.switch.counters["register.200"] == 1
        phone.close()


async def test_a_refused_reinvite_491_is_tried_again() -> None:
    async with board() as b:
        phone = await UdpPhone.open(b.udp)
        await phone.register("203", "s203")
        b.switch.place(LEG, ToPhone("203"), Identity("9"), SDP)
        phone.answer(await phone.read(b"INVITE "), 200, SDP)
        await b.ear.wait(Confirmed)
        b.switch.reoffer(LEG, SDP.replace(b"sendrecv", b"sendonly"))
        phone.answer(await phone.read(b"INVITE "), 491)
        again = await phone.read(b"INVITE ")
        assert b"a=sendonly" in again
        phone.answer(again, 200, SDP)
        await b.ear.wait(Agreed)
        b.switch.hang_up(LEG)
        phone.answer(await phone.read(b"BYE "), 200)
        phone.close()


async def test_a_taken_port_is_one_sentence() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        switch = Switch(SwitchSettings((Bind("udp", "127.0.0.1", port),)), Ear(), bindings=Memory())
        with pytest.raises(PortInUse, match=rf"^Cannot listen for SIP on udp 127.0.0.1:{port} .*\.$"):
            await switch.start()
    async with board():
        second = Switch(SwitchSettings((Bind("udp", "127.0.0.1", 0),)), Ear(), bindings=Memory())
        with pytest.raises(SwitchError, match="only once in a process"):
            await second.start()


async def test_stopping_ends_every_leg() -> None:
    async with board() as b:
        port = free_port()
        await b.register("202", "s202", port)
        phone = await b.sipp("uas_talk.xml", port=port)
        b.switch.place(LEG, ToPhone("202"), Identity("9"), SDP)
        await b.ear.wait(Confirmed)
        await b.switch.stop()
        assert b.ear.of(Ended)[0].cause is Cause.SHUTDOWN
        await b.ran(phone)
        await b.switch.start()  # so that leaving the board finds something to stop
        assert not b.ear.of(Invited)


async def test_a_cancel_waits_for_the_first_sound_of_a_slow_phone() -> None:
    async with board() as b:
        phone = await UdpPhone.open(b.udp)
        await phone.register("203", "s203")
        b.switch.place(LEG, ToPhone("203"), Identity("9"), SDP)
        invite = await phone.read(b"INVITE ")
        b.switch.hang_up(LEG, Cause.ANSWERED_ELSEWHERE)
        assert (await b.ear.wait(Ended)).cause is Cause.ANSWERED_ELSEWHERE
        with pytest.raises(TimeoutError):
            await phone.read(b"CANCEL ", timeout_s=0.2)
        phone.answer(invite, 180)
        cancel = await phone.read(b"CANCEL ")
        assert b"Call completed elsewhere" in cancel
        phone.answer(cancel, 200)
        phone.answer(invite, 487)
        await phone.read(b"ACK ")
        await asyncio.wait_for(b.switch.invites.empty(), 2)
        phone.close()
