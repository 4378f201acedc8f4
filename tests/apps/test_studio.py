"""A studio with calls on paper: keys, places, music, the tape, the API."""

from __future__ import annotations

import pytest

from apps.api import params as p
from apps.api import studio_types as t
from apps.api import supervise_params as s
from apps.api.protocol import ApiError
from switch.words import LegId
from tests.stage.paper.house import PaperHouse, after, paper, settle

SITE = {
    "queues": """
        queues: {sales: {}, service: {}, short: {}}
        studios:
          health: {name: 健康, hosts: ["2004"], experts: ["2001"], max_callers: 5}
    """,
    "dialplan": """
        routes: [{to: "4100", do: show}, {to: "4101", do: guest}]
        scripts:
          show: [{studio: {name: health, full: [{say: {en: "Too many.", zh: "太多。"}}]}}, {say: {en: "Bye.", zh: "再见。"}}]
          guest: [{studio: {name: health, role: expert}}]
    """,
}


async def into(house: PaperHouse, *numbers: str) -> list[LegId]:
    legs = [await house.call_in("4100", number=number) for number in numbers]
    await settle()
    return legs


async def parts(house: PaperHouse) -> dict[str, tuple[str, int]]:
    found = await house.ask("studio.show", t.ByStudio("health"))
    return {member.number: (member.part, member.position) for member in found.callers}


def hears(house: PaperHouse, leg: LegId) -> set[str]:
    found = house.hears(leg)
    return set(found.removeprefix("room").split()) if found.startswith("room") else {found}


def phones(*legs: LegId) -> set[str]:
    return set(legs)


@paper(**SITE)
async def test_a_show_from_the_first_listener_to_the_last(house: PaperHouse) -> None:
    one, two = await into(house, "1391", "1392")
    assert hears(house, one) == {"music default"}
    expert = await house.call_from("2001", "4100")
    host = await house.call_from("2004", "4100")
    await after(0.1)
    assert hears(house, one) == hears(house, two) == hears(house, host) == {expert}
    await house.key(two, "1")
    await house.key(one, "1")
    assert (await parts(house))["1391"] == ("asking", 2)
    assert "You have asked to speak." in house.said(one)
    await house.key(host, "1")
    assert hears(house, host) == {expert, two} and hears(house, two) == {expert, host}
    assert hears(house, one) == {expert}
    await house.key(host, "2")
    assert hears(house, one) == {expert, two} and hears(house, host) == {expert, two}
    await house.key(host, "3")
    assert (await parts(house))["1392"] == ("asking", 1), "the place is kept"
    await house.key(host, "2")
    await house.key(host, "4")
    assert (await parts(house))["1392"] == ("listening", 0)
    await house.key(host, "5")
    assert hears(house, one) == {expert, host}
    await house.key(host, "0")
    assert house.said(host)[-1] == "one"
    await house.key(one, "1")
    await house.key(host, "1")
    assert house.said(host)[-1] == "Nobody."
    await house.key(one, "*")
    assert house.hears(one) == "play Bye."
    await house.hang_up(two)
    assert len((await house.ask("studio.show", t.ByStudio("health"))).callers) == 2
    await house.hang_up(expert)
    await house.hang_up(host)
    assert house.house.studios.live == {}
    (recording,) = (await house.ask("recordings.list", p.RecordingFilter())).recordings
    assert (recording.kind, recording.channels, recording.failed) == ("studio", 1, "")
    assert [(mark.what, mark.left) for mark in recording.marks][:3] == [
        ("air", "Alice"),
        ("air", "1392"),
        ("back", "1392"),
    ]
    assert "talk" in await house.kinds(two)


@paper(**SITE)
async def test_music_comes_back_when_nobody_is_on_air(house: PaperHouse) -> None:
    (one,) = await into(house, "1391")
    expert = await house.call_from("2001", "4100")
    assert hears(house, one) == {expert}
    await house.key(expert, "5")
    assert house.hears(one) == "music default"
    await house.key(expert, "5")
    assert hears(house, one) == {expert}
    await house.hang_up(expert)
    assert house.hears(one) == "music default"


@paper(**SITE)
async def test_a_caller_on_air_alone_is_heard_and_their_going_is_music(house: PaperHouse) -> None:
    one, two = await into(house, "1391", "1392")
    await house.ask("studio.air", t.InStudio("health", house.call(one).id))
    assert hears(house, two) == {one}
    await house.hang_up(one)
    assert house.hears(two) == "music default"


@paper(**SITE)
async def test_an_expert_on_an_outside_line(house: PaperHouse) -> None:
    (one,) = await into(house, "1391")
    guest = await house.call_in("4101", number="1399")
    assert hears(house, one) == {guest}


@paper(**SITE)
async def test_a_full_studio_says_so_but_not_to_its_host(house: PaperHouse) -> None:
    await into(house, "1", "2", "3", "4", "5")
    (late,) = await into(house, "6")
    assert house.hears(late) == "play Too many."
    host = await house.call_from("2004", "4100")
    assert "You are the host." in house.said(host)


@paper(**SITE)
async def test_the_api_directs_with_rights_and_is_booked(house: PaperHouse) -> None:
    with pytest.raises(ApiError, match="Nobody is in"):
        await house.ask("studio.air", t.InStudio("health"))
    with pytest.raises(ApiError, match="no studio none"):
        await house.ask("studio.air", t.InStudio("none"))
    one, two = await into(house, "1391", "1392")
    await house.key(two, "1")
    with pytest.raises(ApiError, match="coach may not studio"):
        await house.ask("studio.air", t.InStudio("health", "", "coach"))
    found = await house.ask("studio.air", t.InStudio("health", "", "lin"))
    assert [(m.number, m.part) for m in found.callers] == [("1392", "on air"), ("1391", "listening")]
    with pytest.raises(ApiError, match="cannot be done"):
        await house.ask("studio.screen", t.InStudio("health", house.call(one).id, "lin"))
    found = await house.ask("studio.list", p.Nothing())
    assert [(one.members, one.on_air, one.asking) for one in found.studios] == [(2, 1, 0)]
    acts = (await house.ask("supervise.log", s.ActFilter(by="lin"))).acts
    assert [(act.act, bool(act.refused)) for act in acts] == [("studio screen", True), ("studio air", False)]


@paper(**SITE)
async def test_a_tape_that_cannot_be_is_an_alarm_and_the_show_goes_on(house: PaperHouse) -> None:
    house.desk.disk = "disk full"
    (one,) = await into(house, "1391")
    expert = await house.call_from("2001", "4100")
    await after(1)
    assert hears(house, one) == {expert}
    assert [alarm.what for alarm in house.house.alarms.standing()] == ["A recording could not begin"]
    await house.hang_up(expert)
    await after(1)
    (recording,) = (await house.ask("recordings.list", p.RecordingFilter())).recordings
    assert recording.failed == "disk full" and recording.ended_at is not None


@paper(**SITE)
async def test_an_engine_that_dies_takes_the_show_along_and_nothing_stays(house: PaperHouse) -> None:
    await into(house, "1391", "1392")
    await house.call_from("2001", "4100")
    await after(1)
    house.desk.lose_engine()
    await after(1)
    assert house.house.studios.live == {} and house.house.calls == {}
