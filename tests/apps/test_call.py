"""A call's life and how its end is booked, for every way it can end."""

from __future__ import annotations

import time
from unittest.mock import patch

import pytest

from apps.api import params as p
from switch.events import Ended
from switch.words import Cause, LegId, Party
from tests.stage.paper.house import PaperHouse, after, paper, settle


async def ended_as(house: PaperHouse, leg: LegId) -> tuple[str, str, str]:
    """Cause, whose doing, disposition."""
    row = await house.row(leg)
    assert row.ended_at is not None
    assert sum(segment.ms for segment in row.segments) == row.duration_ms
    return row.cause, row.ended_by, row.disposition


@paper
async def test_the_caller_hangs_up_in_a_menu(house: PaperHouse) -> None:
    leg = await house.call_in("4003")
    await after(1)
    await house.hang_up(leg)
    assert await ended_as(house, leg) == ("normal", "caller", "answered")
    assert await house.kinds(leg) == ["menu"]


@paper
async def test_the_script_comes_to_its_end(house: PaperHouse) -> None:
    leg = await house.call_in("4010")
    await after(5)
    assert await ended_as(house, leg) == ("normal", "switch", "answered")


@paper
async def test_the_script_hangs_up_with_a_cause(house: PaperHouse) -> None:
    leg = await house.call_in("4003")
    await after(60)
    assert await ended_as(house, leg) == ("busy", "switch", "answered")


@paper
async def test_a_route_rejects(house: PaperHouse) -> None:
    leg = await house.call_in("4009")
    assert await ended_as(house, leg) == ("busy", "switch", "busy")
    assert house.switch.ended(leg) is Cause.BUSY


@paper
async def test_an_unknown_number_is_refused_and_booked(house: PaperHouse) -> None:
    leg = await house.call_in("9999")
    assert await ended_as(house, leg) == ("not_found", "switch", "rejected")


@paper
async def test_an_administrator_releases_it(house: PaperHouse) -> None:
    leg = await house.call_in("4010")
    info = await house.ask("calls.hangup", p.ByCall(house.call(leg).id))
    assert info.was == "menu"
    await settle()
    assert await ended_as(house, leg) == ("released", "admin", "answered")


@paper
async def test_a_stop_ends_it_after_the_grace(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    await house.log_in()
    leg = await house.call_in("4002")
    house.exchange.stopping.begin(5.0)
    refused = await house.call_in("4010")
    assert house.switch.ended(refused) is Cause.OVERLOAD
    await after(6)
    assert await ended_as(house, leg) == ("shutdown", "switch", "no answer")


@paper
async def test_a_script_that_fails_ends_its_call_alone(house: PaperHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    other = await house.call_in("4003")

    async def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("apps.telephone.Telephone.play", broken)
    leg = await house.call_in("4010")
    assert await ended_as(house, leg) == ("error", "switch", "answered")
    assert house.switch.ended(other) is None


@paper
async def test_a_fault_in_taking_the_call_ends_it_and_nothing_stays(
    house: PaperHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.views.call_info", None)
    leg = await house.call_in("4010")
    monkeypatch.undo()
    await settle()
    assert (await house.row(leg)).cause == "error"
    assert len(house.switch.faults) == 1
    house.switch.faults.clear()


@paper
async def test_the_first_reason_counts(house: PaperHouse) -> None:
    leg = await house.call_in("4010")
    call = house.call(leg)
    call.end(Cause.RELEASED, Party.ADMIN)
    call.end(Cause.SHUTDOWN, Party.SWITCH)
    await settle()
    assert await ended_as(house, leg) == ("released", "admin", "answered")


@paper
async def test_a_caller_who_is_gone_before_the_script_began_leaves_nothing(house: PaperHouse) -> None:
    leg = house.switch.call_in("4010")
    house.switch.gone(leg)
    await settle()
    assert await ended_as(house, leg) == ("cancelled", "caller", "abandoned")
    assert house.desk.streams == {}


@paper
async def test_the_call_is_closed_once_and_told_once(house: PaperHouse) -> None:
    leg = await house.call_in("4010")
    await house.hang_up(leg)
    house.exchange.told(Ended(leg, Cause.BUSY, Party.CALLEE, 486, "again", 0.0))
    await settle()
    (closed,) = house.told("call.closed")
    assert (closed["cause"], closed["ended_by"]) == ("normal", "caller")
    assert [info["call"]["call_id"] for info in house.told("call.opened")] == [closed["call_id"]]


@paper
async def test_a_leg_that_never_ends_is_forgotten_in_the_end(
    house: PaperHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.register("2001")
    leg = await house.call_from("2002", "2001")
    rings = await house.ringing("2001")
    monkeypatch.setattr(house.switch, "hang_up", lambda leg, cause=Cause.NORMAL: None)
    await house.hang_up(leg)
    assert house.house.calls
    await after(50)
    assert not house.house.calls and not house.house.phone_use.busy("2001")
    monkeypatch.undo()
    house.switch.gone(rings)


@paper
async def test_who_waits_for_quiet_is_told_when_the_last_call_is_over(house: PaperHouse) -> None:
    import asyncio

    legs = [await house.call_in("4010"), await house.call_in("4003")]
    quiet = asyncio.ensure_future(house.house.quiet())
    await house.hang_up(legs[0])
    assert not quiet.done()
    await house.hang_up(legs[1])
    await settle()
    assert quiet.done()


@paper
async def test_a_clock_that_is_set_makes_no_negative_segment(house: PaperHouse) -> None:
    leg = await house.call_in("4003")
    await after(1)
    # Not by monkeypatch: it would be undone after the paper's clock, and leave that behind for all further tests.
    with patch.object(time, "time", lambda: 1.0):
        await after(1)
        await house.hang_up(leg)
    assert (await house.row(leg)).duration_ms == 2000


@paper
async def test_variables_and_language_are_kept(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    await settle()
    detail = await house.ask("calls.show", p.ByCall(house.call(leg).id))
    assert detail.variables["queue_status"] == "no agents" and detail.language == "en"
    assert detail.legs[0].peer == "trunk carrier 13800138000" and detail.legs[0].stream is not None
