"""What happens inside an answered call: hold and resume both ways, digits by INFO, session timers, BYE that crosses."""

from __future__ import annotations

import asyncio

import pytest

from switch.events import Agreed, Answered, Confirmed, Ended, Event, Invited, Keyed, Offered
from switch.words import Cause, Identity, LegId, ToPhone
from tests.whole.board import SDP, Board, board, free_port

pytestmark = pytest.mark.whole
LEG = LegId("call.1")


def row(user: str, called: str) -> str:
    return f"{user};[authentication username={user} password=s{user}];{called}"


def answering(b: Board) -> None:
    def react(event: Event) -> None:
        if isinstance(event, Invited):
            b.switch.answer(event.leg, SDP)
        elif isinstance(event, Offered):
            turned = SDP.replace(b"sendrecv", b"recvonly") if b"a=sendonly" in event.sdp else SDP
            b.switch.answer_offer(event.leg, turned)

    b.ear.react = react


async def test_the_far_end_holds_and_resumes_by_reinvite_and_update() -> None:
    async with board() as b:
        answering(b)
        await b.ran(await b.sipp("uac_hold.xml", row=row("201", "9")))
        await b.ear.wait(Ended)
        told = [b"a=sendonly" in event.sdp for event in b.ear.of(Offered)]
        assert told == [True, False, True]
        answers = [m for m in b.switch.trace.messages(b.switch.trace.call_ids()) if m.sent and b"m=audio" in m.data]
        directions = [b"a=recvonly" in m.data for m in answers]
        assert directions == [False, True, False, True]


async def test_a_refused_offer_leaves_the_call_as_it_was() -> None:
    async with board() as b:
        answering(b)
        took = b.ear.react

        def react(event: Event) -> None:
            if isinstance(event, Offered):
                b.switch.refuse_offer(event.leg, Cause.NOT_ACCEPTABLE)
            else:
                took(event)

        b.ear.react = react
        await b.ran(await b.sipp("uac_held_off.xml", row=row("201", "9")))
        assert (await b.ear.wait(Ended)).cause is Cause.NORMAL
        assert len(b.ear.of(Offered)) == 1


async def test_we_hold_a_phone() -> None:
    async with board() as b:
        port = free_port()
        await b.register("202", "s202", port)
        phone = await b.sipp("uas_hold.xml", port=port)
        b.switch.place(LEG, ToPhone("202"), Identity("9"), SDP)
        await b.ear.wait(Confirmed)
        b.switch.reoffer(LEG, SDP.replace(b"sendrecv", b"sendonly"))
        b.switch.reoffer(LEG, SDP)  # while the first is open: nothing
        agreed = await b.ear.wait(Agreed)
        assert b"a=recvonly" in agreed.sdp
        b.switch.hang_up(LEG)
        await b.ran(phone)
        assert len(b.ear.of(Answered)) == 1


async def test_digits_by_info_are_told_and_unknown_requests_refused() -> None:
    async with board() as b:
        answering(b)
        await b.ran(await b.sipp("uac_info.xml", row=row("201", "9")))
        await b.ear.wait(Ended)
        assert [(e.digit, e.duration_ms) for e in b.ear.of(Keyed)] == [("5", 240), ("#", 160)]


async def test_a_session_timer_is_accepted_and_refreshed_by_update() -> None:
    async with board() as b:
        answering(b)
        await b.ran(await b.sipp("uac_timer.xml", row=row("201", "9")))
        assert (await b.ear.wait(Ended)).cause is Cause.NORMAL


async def test_byes_that_cross_end_both_sides_once() -> None:
    async with board() as b:
        port = free_port()
        await b.register("202", "s202", port)
        phone = await b.sipp("uas_leave.xml", port=port)
        b.switch.place(LEG, ToPhone("202"), Identity("9"), SDP)
        await b.ear.wait(Confirmed)
        await asyncio.sleep(0.199)
        b.switch.hang_up(LEG)
        await phone.communicate()
        await asyncio.sleep(0.3)
        assert len(b.ear.of(Ended)) == 1
        assert b.switch.legs() == []


async def test_a_fault_in_the_listener_ends_that_leg_alone() -> None:
    async with board() as b:

        def react(event: Event) -> None:
            if isinstance(event, Invited):
                raise RuntimeError("a fault on purpose")

        b.ear.react = react
        phone = await b.sipp("uac_talk.xml", row=row("201", "9"))
        over = await b.ear.wait(Ended)
        assert (over.cause, over.status) == (Cause.ERROR, 500)
        await phone.communicate()
        assert b.switch.counters["faults"] == 1
