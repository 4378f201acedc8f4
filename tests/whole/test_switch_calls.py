"""Calls through the switch between sipp phones over UDP: who hears what, how each ends, and exactly once."""

from __future__ import annotations

import asyncio
import time

import pytest

from switch.events import Answered, Confirmed, Ended, Invited, Rang, Registered
from switch.words import Cause, FromPhone, Identity, LegId, Party, ToPhone
from tests.whole.board import SDP, Board, board, free_port, join

pytestmark = pytest.mark.whole


def row(user: str, called: str, secret: str | None = None) -> str:
    return f"{user};[authentication username={user} password={secret or 's' + user}];{called}"


async def ended(b: Board, legs: int) -> dict[LegId, Ended]:
    await b.ear.wait(Ended, count=legs)
    await asyncio.sleep(0.3)
    over = b.ear.of(Ended)
    assert len(over) == legs, over
    return {event.leg: event for event in over}


async def test_a_phone_calls_a_phone_and_the_caller_hangs_up() -> None:
    async with board() as b:
        join(b)
        port = free_port()
        await b.register("202", "s202", port)
        phone = await b.sipp("uas_talk.xml", port=port)
        await b.ran(await b.sipp("uac_talk.xml", row=row("201", "202")))
        await b.ran(phone)
        over = await ended(b, 2)
        invited = b.ear.of(Invited)[0]
        assert invited.origin == FromPhone("201") and invited.called == "202" and invited.caller.name == "Phone 201"
        assert invited.offer is not None and invited.offer.startswith(b"v=0")
        assert [len(b.ear.of(kind)) for kind in (Rang, Answered, Confirmed)] == [1, 1, 2]
        caller = over[invited.leg]
        assert (caller.cause, caller.by, caller.status) == (Cause.NORMAL, Party.CALLER, 0)
        callee = next(event for leg, event in over.items() if leg != invited.leg)
        assert (callee.cause, callee.by) == (Cause.NORMAL, Party.SWITCH)
        assert b.switch.legs() == [] and not b.switch.invites.sessions
        ladder = b.switch.trace.ladder(b.switch.trace.of(invited.call))
        assert ladder.count("INVITE +SDP") == 3 and ladder.count("BYE") == 4


async def test_the_called_phone_hangs_up() -> None:
    async with board() as b:
        join(b)
        port = free_port()
        await b.register("202", "s202", port)
        phone = await b.sipp("uas_leave.xml", port=port)
        await b.ran(await b.sipp("uac_listen.xml", row=row("201", "202")))
        await b.ran(phone)
        over = await ended(b, 2)
        assert {(e.cause, e.by) for e in over.values()} == {
            (Cause.NORMAL, Party.CALLEE),
            (Cause.NORMAL, Party.SWITCH),
        }


@pytest.mark.parametrize(
    ("scenario", "cause", "status"),
    [("uas_busy", Cause.BUSY, 486), ("uas_decline", Cause.DECLINED, 603), ("uas_away", Cause.NO_ANSWER, 480)],
)
async def test_a_refusal_reaches_the_caller_with_its_cause(scenario: str, cause: Cause, status: int) -> None:
    async with board() as b:
        join(b)
        port = free_port()
        await b.register("202", "s202", port)
        phone = await b.sipp(f"{scenario}.xml", port=port)
        await b.ran(await b.sipp("uac_refused.xml", row=row("201", "202")))
        await b.ran(phone)
        over = await ended(b, 2)
        callee = next(e for e in over.values() if e.by is Party.CALLEE)
        assert (callee.cause, callee.status) == (cause, status)


async def test_an_unregistered_phone_is_unreachable_at_once() -> None:
    async with board() as b:
        join(b)
        await b.ran(await b.sipp("uac_refused.xml", row=row("201", "203")))
        over = await ended(b, 2)
        assert {e.cause for e in over.values()} == {Cause.UNREACHABLE}
        assert {e.status for e in over.values()} == {480}


async def test_a_caller_who_gives_up_stops_the_ringing_within_100_ms() -> None:
    async with board() as b:
        join(b)
        port = free_port()
        await b.register("202", "s202", port)
        phone = await b.sipp("uas_ring.xml", port=port)
        await b.ran(await b.sipp("uac_cancel.xml", row=row("201", "202")))
        await b.ran(phone)
        over = await ended(b, 2)
        invited = b.ear.of(Invited)[0]
        assert (over[invited.leg].cause, over[invited.leg].by) == (Cause.CANCELLED, Party.CALLER)
        messages = b.switch.trace.messages(b.switch.trace.call_ids())
        came = next(m.at for m in messages if not m.sent and m.title == "CANCEL")
        went = next(m.at for m in messages if m.sent and m.title == "CANCEL")
        assert 0 <= went - came < 0.1


async def test_a_200_that_crosses_our_cancel_is_acknowledged_and_hung_up() -> None:
    async with board() as b:
        port = free_port()
        await b.register("202", "s202", port)
        phone = await b.sipp("uas_cross.xml", port=port)
        leg = LegId("call.1")
        b.switch.place(leg, ToPhone("202"), Identity("9"), SDP)
        await b.ear.wait(Rang, leg)
        b.switch.hang_up(leg, Cause.CANCELLED)
        b.switch.hang_up(leg, Cause.CANCELLED)
        await b.ran(phone)
        over = await ended(b, 1)
        assert (over[leg].cause, over[leg].by, over[leg].status) == (Cause.CANCELLED, Party.SWITCH, 487)
        assert not b.ear.of(Answered)


async def test_a_phone_that_only_rings_is_given_up_after_its_time() -> None:
    async with board() as b:
        port = free_port()
        await b.register("202", "s202", port)
        phone = await b.sipp("uas_ring.xml", port=port)
        begun = time.monotonic()
        b.switch.place(LegId("call.1"), ToPhone("202"), Identity("9"), SDP, timeout_s=0.6)
        over = await b.ear.wait(Ended)
        assert over.cause is Cause.NO_ANSWER
        assert 0.5 < time.monotonic() - begun < 1.5
        await b.ran(phone)


@pytest.mark.parametrize(("secret", "sender"), [("wrong", "201"), (None, "999")])
async def test_who_cannot_prove_it_gets_nowhere(secret: str | None, sender: str) -> None:
    async with board() as b:
        join(b)
        await b.ran(await b.sipp("uac_forbidden.xml", row=row(sender, "202", secret)))
        assert not b.ear.events
        assert b.switch.counters["auth.failed"] == 1


async def test_a_proven_phone_cannot_call_as_another() -> None:
    async with board() as b:
        join(b)
        wrong = "202;[authentication username=201 password=s201];203"
        await b.ran(await b.sipp("uac_forbidden.xml", row=wrong))
        assert not b.ear.events and b.switch.counters["invite.forbidden"] == 1


async def test_registrations_survive_a_restart_and_end_by_themselves() -> None:
    async with board() as b:
        await b.register("201", "s201", 5999)
        memory = b.memory
    async with board(memory=memory) as b:
        await b.ear.wait(Registered)
        assert [c.contact_uri for c in b.switch.contacts("201")] == ["sip:201@127.0.0.1:5999"]
        await b.register("201", "s201", 5999, 0)
        assert b.switch.contacts() == [] and not memory.kept
