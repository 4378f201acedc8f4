"""Click-to-dial: the extension first, then the number."""

from __future__ import annotations

import pytest

from apps.api import params as p
from apps.api.protocol import ApiError
from switch.words import Cause, Identity, LegId, Party, leg_id
from tests.stage.paper.house import PaperHouse, after, paper, settle


async def click(house: PaperHouse, target: str = "2002", source: str = "2001") -> LegId:
    """The leg of the extension that clicked."""
    info = await house.ask("dial", p.Dial(source, target))
    await settle()
    return leg_id(info.call_id, 1)


@paper
async def test_the_extension_rings_by_itself_and_then_the_number(house: PaperHouse) -> None:
    await house.register("2001", "2002")
    leg = await click(house)
    placed = house.switch.legs_by_id[leg]
    assert placed.auto_answer and placed.caller == Identity("2002")
    assert house.switch.out("2002") == [] and house.house.phone_use.busy("2001")
    await after(2)
    house.switch.answered(leg)
    await settle()
    other = await house.ringing("2002")
    assert house.hears(leg) == "play 450 Hz"
    await after(3)
    house.switch.answered(other)
    await settle()
    assert house.hears(leg) == f"room {other}"
    await after(4)
    await house.hang_up(leg, Cause.NORMAL, Party.CALLEE)  # the far end of a leg of ours
    row = await house.row(leg)
    assert (row.caller, row.called, row.ended_by, row.disposition) == ("2001", "2002", "caller", "answered")
    assert row.answered_at is not None and (row.answered_at - row.started_at).total_seconds() == 5
    assert [(s.kind, s.ms) for s in row.segments] == [("dial", 2000), ("dial", 3000), ("talk", 4000)]


@paper
async def test_a_busy_number_is_not_booked_as_answered(house: PaperHouse) -> None:
    await house.register("2001", "2002")
    leg = await click(house)
    house.switch.answered(leg)
    await settle()
    await house.hang_up(house.switch.out("2002")[0], Cause.BUSY, Party.CALLEE, 486)
    row = await house.row(leg)
    assert (row.disposition, row.ended_by) == ("busy", "callee")


@pytest.mark.parametrize(("cause", "by"), [(Cause.DECLINED, "caller"), (Cause.BUSY, "caller")])
@paper
async def test_an_extension_that_refuses_is_the_one_who_ended_it(house: PaperHouse, cause: Cause, by: str) -> None:
    await house.register("2001", "2002")
    leg = await click(house)
    await house.hang_up(leg, cause, Party.CALLEE)
    assert (await house.row(leg)).ended_by == by
    assert house.switch.out() == []


@paper
async def test_an_extension_that_does_not_answer_ends_it(house: PaperHouse) -> None:
    await house.register("2001", "2002")
    leg = await click(house)
    await after(120)
    assert (await house.row(leg)).cause == "no_answer"


@paper
async def test_no_engine_ends_it(house: PaperHouse) -> None:
    await house.register("2001", "2002")
    house.desk.refuse = "no engine"
    leg = await click(house)
    assert (await house.row(leg)).cause == "overload"


@paper
async def test_it_can_be_released_before_anything_rang(house: PaperHouse) -> None:
    await house.register("2001", "2002")
    house.desk.open_s = 0.5
    leg = await click(house)
    await house.ask("calls.hangup", p.ByCall(leg.rpartition(".")[0]))
    await after(1)
    row = await house.row(leg)
    assert (row.cause, row.ended_by) == ("released", "admin")
    assert leg not in house.switch.legs_by_id


@paper
async def test_a_stopping_switch_and_a_phone_that_is_away_refuse(house: PaperHouse) -> None:
    with pytest.raises(ApiError, match="not registered"):
        await click(house)
    with pytest.raises(ApiError, match="no extension 9999"):
        await click(house, source="9999")
    await house.register("2001")
    house.exchange.stopping.begin(5.0)
    with pytest.raises(ApiError, match="stopping"):
        await click(house)
    await after(6)
