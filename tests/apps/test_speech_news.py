"""Who begins and stops to speak, told to the API of the calls that ask, beside what a script listens for."""

from __future__ import annotations

import pytest

from apps.api import params as p
from apps.api.protocol import ApiError
from switch.words import LegId
from tests.stage.paper.house import PaperHouse, after, paper, settle


def spoken(house: PaperHouse) -> list[tuple[str, str, bool]]:
    return [(event["leg_id"], event["peer"], event["speaking"]) for event in house.told("call.speech")]


def watched(house: PaperHouse) -> set[str]:
    return {str(name) for name, stream in house.desk.streams.items() if stream.watched}


async def talking(house: PaperHouse) -> tuple[LegId, LegId]:
    await house.register("2001")
    leg = await house.call_from("2002", "2001")
    other = await house.ringing("2001")
    house.switch.answered(other)
    await settle()
    return leg, other


@paper
async def test_both_parties_of_a_call_that_asks_are_told_and_nobody_of_another(house: PaperHouse) -> None:
    leg, other = await talking(house)
    call = house.call(leg)
    await house.speaks(leg, True)
    await house.speaks(leg, False)
    assert spoken(house) == [] and watched(house) == set()
    told = await house.ask("media.speech", p.Speech(call.id))
    assert (told.call_id, told.on, told.speaking) == (call.id, True, []) and watched(house) == {leg, other}
    await house.speaks(leg, True)
    await house.speaks(other, True)
    await house.speaks(leg, False)
    assert spoken(house) == [(leg, "phone 2002", True), (other, "phone 2001", True), (leg, "phone 2002", False)]
    assert (await house.ask("media.speech", p.Speech(call.id))).speaking == [other]
    assert (await house.ask("media.speech", p.Speech(call.id, False))).speaking == [] and watched(house) == set()
    await house.speaks(leg, True)
    assert len(spoken(house)) == 3


@paper
async def test_who_is_called_later_is_watched_from_the_moment_that_audio_is_agreed(house: PaperHouse) -> None:
    await house.register("2001")
    leg = await house.call_from("2002", "2001")
    other = await house.ringing("2001")
    await house.ask("media.speech", p.Speech(house.call(leg).id))
    house.switch.answered(other)
    await settle()
    assert watched(house) == {leg, other}
    await house.speaks(other, True)
    assert spoken(house) == [(other, "phone 2001", True)]


@paper
async def test_a_script_that_listens_beside_neither_ends_the_news_nor_is_ended_by_them(house: PaperHouse) -> None:
    leg, _ = await talking(house)
    line = house.call(leg).line
    line.input.watch_speech(True)
    await house.speaks(leg, True)
    assert line.input.speaking and spoken(house) == []
    await house.ask("media.speech", p.Speech(house.call(leg).id))
    line.input.watch_speech(False)
    assert leg in watched(house) and line.input.speaking
    line.input.watch_speech(True)
    assert line.input.speaking, "who speaks already is known to"
    await house.ask("media.speech", p.Speech(house.call(leg).id, False))
    assert watched(house) == {leg}
    await after(1)
    line.input.watch_speech(False)
    assert watched(house) == set() and not line.input.speaking


@paper
async def test_a_call_that_is_not_there_is_refused(house: PaperHouse) -> None:
    with pytest.raises(ApiError, match="no running call"):
        await house.ask("media.speech", p.Speech("nothing"))
