"""Conference rooms: who may in, who hears whom, what keys do, what is told and kept."""

from __future__ import annotations

import pytest

from apps.api import params as p
from apps.api.protocol import ApiError
from apps.conference.texts import TEXTS, here
from apps.meeting import ENTRY, LEAVING
from media.words import RoomId, StreamId
from switch.words import LegId, call_of
from tests.stage.paper.house import PaperHouse, after, paper, settle

PLAN = """
    routes:
      - {to: "4001", do: open}
      - {to: "4002", do: closed}
      - {to: "4003", do: small}
      - {to: "4004", do: any}
      - {to: "4005", do: unset}
    scripts:
      open: [{conference: {room: open, record: true, announce: false}}, {say: {en: "You left.", zh: "再见。"}}]
      closed:
        - conference: {room: closed, pin: "123", moderator_pin: "999", wait_for_moderator: true,
                       end_with_moderator: true, refused: [{say: {en: "No: {conference_status}.", zh: "不行。"}}]}
      small: [{conference: {room: small, max_members: 2, muted: true, loudest: 3, tones: false}}, {hangup: busy}]
      unset: [{set: {code: ""}}, {conference: {room: secret, pin: "{code}"}}]
      any: [{conference: "{caller}/../x"}, {say: {en: "{conference_status}", zh: "x"}}]
"""
EN = {name: texts["en"] for name, texts in TEXTS.items()}


async def come(house: PaperHouse, called: str, keys: str = "", **how: object) -> LegId:
    leg = await house.call_in(called, **how)
    if keys:
        await house.until_hears(leg, EN["ask pin"])
        await house.key(leg, keys)
    await after(2.5)
    return leg


def heard_by(house: PaperHouse, leg: LegId) -> set[str]:
    """Whom a member hears."""
    return set(house.hears(leg).removeprefix("room").split())


async def room(house: PaperHouse, name: str):
    return await house.ask("conferences.show", p.ByRoom(name))


@paper(dialplan=PLAN)
async def test_all_hear_each_other_and_the_room_is_recorded_until_the_last_leaves(house: PaperHouse) -> None:
    one = await come(house, "4001")
    two = await come(house, "4001")
    three = await come(house, "4001")
    assert {two, three} == {who for who in heard_by(house, one) if not who.startswith("conference-")}
    (recording,) = house.desk.recordings.values()
    assert recording.path.parts[-3:-1] == ("conference", "open") and recording.channels == 1
    bell = house.desk.doorbells[RoomId("meeting conference open")]
    assert bell == (ENTRY, LEAVING)
    for leg in (one, two):
        await house.hang_up(leg)
    assert (await room(house, "open")).recording_id
    await house.key(three, "#")
    assert house.hears(three) == "play You left."
    await after(1)
    assert not house.desk.recordings and not [s for s in house.desk.streams if s.startswith("conference-")]
    with pytest.raises(ApiError):
        await room(house, "open")
    told = house.told("conference.changed")
    assert told[-1]["conference"]["members"] == []
    found = (await house.ask("recordings.list", p.RecordingFilter())).recordings
    assert [one.kind for one in found] == ["conference"] and found[0].ended_at is not None
    assert [mark.what for mark in found[0].marks] == ["came", "came", "went", "went", "went"]
    row = await house.row(one)
    assert [(s.kind, s.label) for s in row.segments if s.kind == "talk"] == [("talk", "conference open")]


@paper(dialplan=PLAN)
async def test_members_wait_with_music_until_the_moderator_comes_and_leave_with_the_moderator(
    house: PaperHouse,
) -> None:
    one = await come(house, "4002", "123#")
    assert house.hears(one) == "music default"
    assert EN["wait"] in house.said(one)
    two = await come(house, "4002", "123#")
    assert house.hears(two) == "music default"
    boss = await come(house, "4002", "999#")
    assert heard_by(house, one) == {two, boss} and heard_by(house, boss) == {one, two}
    assert [m.moderator for m in (await room(house, "closed")).members] == [False, False, True]
    await house.hang_up(boss)
    assert house.hears(one) == house.hears(two) == f"play {EN['ended']}"
    await after(3)
    assert house.switch.ended(one) is not None and house.switch.ended(two) is not None


@paper(dialplan=PLAN)
async def test_three_wrong_pins_keep_out_and_are_kept_nowhere(house: PaperHouse) -> None:
    leg = await house.call_in("4002")
    for pin in ("1#", "#", "1234#"):
        await house.until_hears(leg, EN["ask pin"])
        assert house.desk.streams[StreamId(leg)].hidden
        await house.key(leg, pin)
        await house.until_hears(leg, EN["wrong"])
        await after(2)
    await house.until_hears(leg, "No: wrong pin.")
    assert not house.house.rooms.by_name


@paper(dialplan=PLAN)
async def test_what_members_and_moderators_key(house: PaperHouse) -> None:
    boss = await come(house, "4002", "999#")
    one = await come(house, "4002", "123#")
    two = await come(house, "4002", "123#")
    await house.key(one, "1")
    assert heard_by(house, boss) == {two} and EN["muted"] in house.said(one)
    await house.key(one, "1")
    await house.key(boss, "*1")
    assert heard_by(house, one) == {boss} and heard_by(house, boss) == set()
    await house.key(one, "1")  # who asks to speak may
    assert heard_by(house, boss) == {one}
    await house.key(boss, "*1")
    await house.key(two, "7")
    assert house.desk.hearings[RoomId("meeting conference closed")].loudness[StreamId(two)] == pytest.approx(
        0.707, abs=0.01
    )
    await house.key(two, "3")
    await settle()
    assert here(3, "en") in house.said(two)
    await house.key(two, "*1*2*3")  # a member's * does nothing
    assert len((await room(house, "closed")).members) == 3 and not (await room(house, "closed")).locked
    await house.key(boss, "*2")
    late = await come(house, "4002", "123#")
    assert house.hears(late) in (f"play {EN['locked']}", "play No: locked.")
    await house.key(boss, "*3")
    assert house.hears(two) == f"play {EN['kicked']}"
    await house.key(boss, "*4")
    await after(0.5)
    assert len(house.desk.recordings) == 1 and EN["recorded"] in house.said(boss)
    await house.key(boss, "*4")
    await after(0.5)
    assert not house.desk.recordings


@paper(dialplan=PLAN)
async def test_a_full_room_takes_no_more_and_members_come_in_muted(house: PaperHouse) -> None:
    one, two = await come(house, "4003"), await come(house, "4003")
    assert heard_by(house, one) == heard_by(house, two) == set()
    small = RoomId("meeting conference small")
    assert house.desk.loudest[small] == 3 and house.desk.doorbells[small] == ((), ())
    three = await come(house, "4003")
    assert house.switch.ended(three) is not None and EN["full"] in house.said(three)


@paper(dialplan=PLAN)
async def test_a_number_from_outside_never_becomes_a_path(house: PaperHouse) -> None:
    leg = await come(house, "4004")
    assert not house.house.rooms.by_name and "no room" in house.said(leg)


@paper(dialplan=PLAN)
async def test_a_pin_that_came_out_empty_opens_no_room(house: PaperHouse) -> None:
    leg = await house.call_in("4005")
    for keys in ("#", "0#", "#"):
        await house.until_hears(leg, EN["ask pin"])
        await house.key(leg, keys)
        await house.until_hears(leg, EN["wrong"])
        await after(2)
    assert not house.house.rooms.by_name


@paper(dialplan=PLAN)
async def test_the_api_does_what_keys_do(house: PaperHouse) -> None:
    one, two = await come(house, "4001"), await come(house, "4001")
    await house.ask("conferences.mute", p.RoomMute("open", call_of(one)))
    assert one not in heard_by(house, two)
    await house.ask("conferences.mute", p.RoomMute("open"))
    assert two not in heard_by(house, one)
    await house.ask("conferences.mute", p.RoomMute("open", on=False))
    assert two in heard_by(house, one)
    assert (await house.ask("conferences.lock", p.RoomTurn("open"))).locked
    await house.ask("conferences.record", p.RoomTurn("open", False))
    await after(0.5)
    assert not house.desk.recordings
    await house.ask("conferences.kick", p.RoomMember("open", call_of(two)))
    await settle()
    assert house.hears(two) == f"play {EN['kicked']}"
    with pytest.raises(ApiError):
        await house.ask("conferences.kick", p.RoomMember("open", "nobody"))
    assert len((await house.ask("conferences.list", p.Nothing())).conferences) == 1
