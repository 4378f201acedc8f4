"""What an agent keys on a desk phone."""

from __future__ import annotations

import pytest

from apps import star_codes
from switch.words import LegId
from tests.stage.paper.house import PaperHouse, after, paper, settle


async def dial(house: PaperHouse, code: str, extension: str = "2001") -> LegId:
    leg = await house.call_from(extension, code)
    await settle()
    return leg


@paper
async def test_a_day_at_the_own_phone(house: PaperHouse) -> None:
    await house.register("2001")
    for code, said, agent in (
        ("*11", "You are logged in.", "available, idle"),
        ("*131", "You are on a break.", "on break, idle"),
        ("*14", "You are ready.", "available, idle"),
        ("*13", "You are on a break.", "on break, idle"),
        ("*139", "There is no such break.", "on break, idle"),
        ("*12", "You are logged out.", "logged out, idle"),
        ("*12", "You are not logged in.", "logged out, idle"),
        ("*14", "You are not logged in.", "logged out, idle"),
    ):
        leg = await dial(house, code)
        assert house.hears(leg) == f"play {said}", code
        await after(3)
        assert house.switch.ended(leg) is not None
        assert await house.agent() == agent, code
        assert await house.kinds(leg) == ["menu"]


@paper
async def test_at_another_phone_extension_and_pin_are_asked(house: PaperHouse) -> None:
    await house.register("2003")
    leg = await dial(house, "*11", "2003")
    assert "enter your extension" in house.hears(leg)
    await house.key(leg, "2001#")
    assert "enter your PIN" in house.hears(leg)
    await house.key(leg, "111111#")
    assert house.hears(leg) == "play You are logged in."
    assert house.house.floor.centre.agent_at("2003") == "alice"


@paper
async def test_a_wrong_pin_is_asked_again_and_ends_after_three(house: PaperHouse) -> None:
    leg = await dial(house, "*11", "2003")
    for extension, pin in (("2001", "222222"), ("2999", "111111"), ("2003", "")):
        await house.key(leg, f"{extension}#")
        await house.key(leg, f"{pin}#")
        assert house.hears(leg) == "play That is not right."
        await after(2)
    assert house.house.floor.centre.agent_at("2003") is None
    await after(5)
    assert house.switch.ended(leg) is not None


@paper
async def test_who_keys_nothing_is_not_waited_for_for_ever(house: PaperHouse) -> None:
    leg = await dial(house, "*11", "2003")
    await after(90)
    assert house.switch.ended(leg) is not None


@paper
async def test_a_phone_that_is_not_registered_logs_in_but_is_not_rung(house: PaperHouse) -> None:
    await house.hang_up(await dial(house, "*11"))
    assert await house.agent() == "available, idle"
    await house.call_in("4002")
    assert house.switch.out() == []
    await house.register("2001")
    await house.ringing("2001")


@paper
async def test_an_agent_who_hangs_up_in_the_confirmation_is_logged_in(house: PaperHouse) -> None:
    await house.register("2001")
    leg = await dial(house, "*11")
    await house.hang_up(leg)
    assert await house.agent() == "available, idle"


@paper
async def test_a_trunk_keys_no_star_code(house: PaperHouse) -> None:
    leg = await house.call_in("*11")
    assert (await house.row(leg)).cause == "not_found"


@pytest.mark.parametrize(
    ("called", "found"),
    [
        ("*11", "login"),
        ("*12", "logout"),
        ("*14", "ready"),
        ("*13", "break"),
        ("*132", "break"),
        ("*97", "voicemail"),
        ("*1", ""),
        ("*1399", ""),
    ],
)
@paper
async def test_codes_are_found(house: PaperHouse, called: str, found: str) -> None:
    code = star_codes.find(house.house.site, called)
    assert (code.action if code else "") == found


@paper
async def test_all_that_can_be_said_is_rendered_ahead(house: PaperHouse) -> None:
    for texts in star_codes.TEXTS.values():
        for language, text in texts.items():
            assert (text, language) in house.voice.prepared
    assert any("leave your message" in text for text, _ in house.voice.prepared), "a queue's answer takes messages"
