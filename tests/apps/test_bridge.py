"""Two who talk: who hears what, holding from either side, digits across."""

from __future__ import annotations

import pytest

from media.paths import Direction
from media.words import StreamId
from switch.words import LegId
from tests.stage.paper.house import PaperHouse, after, paper, settle

ENGINES = {
    "switch": """
    languages: [en, zh]
    time_zone: UTC
    sip: {public_ip: "192.0.2.10"}
    media: {engines: 3}
"""
}


async def two_talk(house: PaperHouse) -> tuple[LegId, LegId]:
    """2002 called 2001, and they talk."""
    await house.register("2001", "2002")
    caller = await house.call_from("2002", "2001")
    other = await house.pick_up("2001")
    return caller, other


@paper
async def test_they_hear_each_other(house: PaperHouse) -> None:
    caller, other = await two_talk(house)
    assert (house.hears(caller), house.hears(other)) == (f"room {other}", f"room {caller}")


@pytest.mark.parametrize("who", [0, 1])
@paper
async def test_the_held_one_hears_music_and_the_story_says_hold(house: PaperHouse, who: int) -> None:
    legs = await two_talk(house)
    holder, held = legs[who], legs[1 - who]
    await after(2)
    house.switch.offered(holder, Direction.SENDONLY)
    await settle()
    assert house.hears(held) == "music default" and house.hears(holder) == "silence"
    await after(3)
    house.switch.offered(holder, Direction.SENDRECV)
    await settle()
    assert house.hears(held) == f"room {holder}" and house.hears(holder) == f"room {held}"
    await after(1)
    await house.hang_up(legs[0])
    row = await house.row(legs[0])
    assert [segment.kind for segment in row.segments] == ["dial", "talk", "hold", "talk"]
    assert (row.talk_ms, row.hold_ms) == (3000, 3000)


@paper
async def test_both_hold_and_it_is_one_hold(house: PaperHouse) -> None:
    caller, other = await two_talk(house)
    await after(1)
    for leg in (caller, other):
        house.switch.offered(leg, Direction.SENDONLY)
        await settle()
    assert {house.hears(caller), house.hears(other)} == {"silence"}
    house.switch.offered(caller, Direction.SENDRECV)
    await settle()
    assert house.hears(caller) == "music default"
    await after(1)
    await house.hang_up(other)
    assert await house.kinds(caller) == ["dial", "talk", "hold"]


@paper
async def test_who_answers_on_hold_is_a_hold(house: PaperHouse) -> None:
    await house.register("2001")
    caller = await house.call_from("2002", "2001")
    from tests.stage.paper.switch import sound

    await house.pick_up("2001", sound(Direction.SENDONLY))
    assert house.hears(caller) == "music default"


@paper
async def test_digits_cross_both_ways_and_feed_no_script(house: PaperHouse) -> None:
    caller, other = await two_talk(house)
    await house.key(caller, "12")
    house.switch.keyed(other, "9")
    await settle()
    assert house.desk.streams[StreamId(other)].pressed == "12"
    assert house.desk.streams[StreamId(caller)].pressed == "9"
    assert not house.call(caller).line.input.digits


@paper
async def test_after_the_talk_digits_feed_the_script_again(house: PaperHouse) -> None:
    await house.log_in()
    caller = await house.call_in("4008")
    agent = await house.pick_up("2001")
    await house.hang_up(agent)
    assert house.hears(caller) == "play Survey."
    await house.key(caller, "5")
    assert "".join(house.call(caller).line.input.digits) == "5"


@paper(**ENGINES)
async def test_those_who_talk_are_on_one_engine_also_when_the_caller_is_answered_last(house: PaperHouse) -> None:
    keep_busy = [await house.call_in("4010"), await house.call_in("4010")]
    caller, other = await two_talk(house)
    assert house.hears(caller) == f"room {other}"
    streams = house.desk.streams
    assert streams[StreamId(caller)].engine == streams[StreamId(other)].engine
    assert all(house.switch.ended(leg) is None for leg in keep_busy)
