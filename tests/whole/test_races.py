"""Messages that cross: whichever wins, the call ends once, on both sides, and nothing is left.

The caller comes by the carrier's address, the callee is the carrier's far end; both are written by hand.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.stage.ports import free_block
from tests.stage.switch import CARRIER_IP, Switch
from tests.stage.wire import Callee, Caller

pytestmark = pytest.mark.whole


@contextmanager
def two_ends(house: Switch) -> Iterator[tuple[Caller, Callee]]:
    """Both ends of a call to 7001; when they are done the switch has no call left."""
    media = free_block(4, CARRIER_IP, even=True)
    with (
        Callee(ip=CARRIER_IP, port=house.carrier_port, media_port=media) as callee,
        Caller(house.address, "7001", ip=CARRIER_IP, media_port=media + 2) as caller,
    ):
        yield caller, callee
        house.idle(3.0)


def ringing(caller: Caller, callee: Callee) -> None:
    caller.invite()
    callee.ring(callee.request("INVITE"))
    caller.wait("INVITE", 180)


def talking(caller: Caller, callee: Callee) -> None:
    ringing(caller, callee)
    callee.answer()
    caller.ack(caller.wait("INVITE", 200))
    callee.request("ACK")


def test_the_switch_carries_a_call_between_two_hands(house: Switch) -> None:
    with two_ends(house) as (caller, callee):
        talking(caller, callee)
        began = caller.bye()
        ended = callee.request("BYE")
        assert ended.now - began < 0.1
        callee.reply(ended)
        caller.wait("BYE", 200)


def test_both_hang_up_at_once(house: Switch) -> None:
    with two_ends(house) as (caller, callee):
        talking(caller, callee)
        caller.bye()
        callee.bye()
        for end in (caller, callee):
            # Each BYE is answered; one from the switch may or may not have been on its way.
            deadline = time.monotonic() + 3
            answered = False
            while not answered and time.monotonic() < deadline:
                message = end.receive(0.2)
                if message and message.status:
                    answered = message.method == "BYE" and message.status in (200, 481)
                elif message:
                    end.reply(message)
            assert answered, f"a BYE had no answer: {[(m.status, m.method) for m in end.story]}"


def test_the_answer_crosses_the_cancel(house: Switch) -> None:
    with two_ends(house) as (caller, callee):
        ringing(caller, callee)
        gave_up = caller.cancel()
        cancel = callee.request("CANCEL")
        assert cancel.now - gave_up < 0.1
        # The far end's 200 is already on the wire when the CANCEL reaches it.
        callee.answer()
        callee.reply(cancel)
        callee.request("ACK")
        callee.reply(callee.request("BYE"))
        caller.wait("CANCEL", 200)
        caller.ack(caller.wait("INVITE", 487))


@pytest.mark.parametrize("lead_ms", [-6, -3, -2, -1, 0, 1, 2, 3, 6])
def test_cancel_about_the_moment_of_the_answer(house: Switch, lead_ms: int) -> None:
    """The caller gives up `lead_ms` after the far end answers (before, when negative)."""
    with two_ends(house) as (caller, callee):
        ringing(caller, callee)
        if lead_ms < 0:
            caller.cancel()
            time.sleep(-lead_ms / 1000)
            callee.answer()
        else:
            callee.answer()
            time.sleep(lead_ms / 1000)
            caller.cancel()
        final = caller.wait("INVITE", 200, 487)
        caller.ack(final)
        if final.status == 200:
            caller.bye()
            caller.wait("BYE", 200)
        _until_over(callee)


def _until_over(callee: Callee) -> None:
    """Answer whatever ends the callee's call: BYE after its 200, or CANCEL."""
    deadline = time.monotonic() + 4
    while time.monotonic() < deadline:
        message = callee.receive(0.5)
        if message is None or message.status:
            continue
        if message.method in ("CANCEL", "BYE"):
            callee.reply(message)
        if message.method == "BYE":
            return
    raise AssertionError(f"the callee was left alone: {[(m.status, m.method) for m in callee.story]}")


def test_the_callee_hangs_up_before_the_callers_ack(house: Switch) -> None:
    with two_ends(house) as (caller, callee):
        ringing(caller, callee)
        callee.answer()
        answer = caller.wait("INVITE", 200)
        callee.request("ACK")
        callee.bye()
        callee.wait("BYE", 200)
        caller.ack(answer)
        caller.reply(caller.request("BYE"))


def test_a_refusal_crosses_the_cancel(house: Switch) -> None:
    with two_ends(house) as (caller, callee):
        ringing(caller, callee)
        caller.cancel()
        cancel = callee.request("CANCEL")
        callee.refuse("486 Busy Here")
        callee.reply(cancel, "481 Call/Transaction Does Not Exist")
        callee.request("ACK")
        caller.wait("CANCEL", 200)
        caller.ack(caller.wait("INVITE", 486, 487))


def test_the_books_close_every_one_of_them(house: Switch) -> None:
    house.idle()
    house.until("every row is closed", lambda: all(row.get("ended_at") for row in house.ask("cdr.list")["rows"]))
