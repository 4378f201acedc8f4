"""Messages: how they end, where they lie, what is booked."""

from __future__ import annotations

import pytest

from apps.api import params as p
from apps.api.types import RecordingInfo
from switch.words import LegId
from tests.stage.paper.house import PaperHouse, after, paper, settle


async def message(house: PaperHouse, leg: LegId) -> RecordingInfo:
    """The recording of a call in the books."""
    await settle()
    return await house.ask("recordings.info", p.ByRecording(leg.rpartition(".")[0]))


async def after_the_beep(house: PaperHouse, called: str) -> LegId:
    leg = await house.call_in(called)
    await house.until_hears(leg, "leave your message" if called == "4004" else "1000 Hz")
    await after(2.5 if called == "4004" else 0.5)
    (recording,) = house.desk.recordings.values()
    assert recording.channels == 1 and recording.left == leg
    return leg


@paper
async def test_greeting_beep_and_message(house: PaperHouse) -> None:
    leg = await house.call_in("4004")
    await house.until_hears(leg, "leave your message")
    await after(2)
    assert house.hears(leg) == "play 1000 Hz" and not house.desk.recordings
    await after(0.5)
    await house.speaks(leg, True)
    await after(6)
    await house.key(leg, "#")
    assert house.hears(leg) == "play Thanks."
    kept = await message(house, leg)
    assert (kept.mailbox, kept.kind, kept.channels, kept.length_ms) == ("2004", "voicemail", 1, 6100)
    assert "/voicemail/2004/" in kept.path
    assert [s.kind for s in (await house.row(leg)).segments][:2] == ["menu", "voicemail"]


@paper
async def test_the_caller_hangs_up_and_the_message_is_kept(house: PaperHouse) -> None:
    leg = await after_the_beep(house, "4004")
    await house.speaks(leg, True)
    await after(4)
    await house.hang_up(leg)
    assert (await message(house, leg)).length_ms == 4100


@pytest.mark.parametrize(("spoke_s", "lasts_ms"), [(0, 3000), (4, 7000)])
@paper
async def test_silence_ends_it(house: PaperHouse, spoke_s: float, lasts_ms: int) -> None:
    leg = await after_the_beep(house, "4007")
    if spoke_s:
        await house.speaks(leg, True)
        await after(spoke_s)
        await house.speaks(leg, False)
    await after(4)
    assert (await message(house, leg)).length_ms == pytest.approx(lasts_ms, abs=150)


@paper
async def test_who_does_not_stop_speaking_is_ended_at_the_limit(house: PaperHouse) -> None:
    leg = await after_the_beep(house, "4007")
    await house.speaks(leg, True)
    await after(30)
    assert (await message(house, leg)).length_ms == pytest.approx(20000, abs=150)


@paper
async def test_keys_of_the_greeting_do_not_end_the_message(house: PaperHouse) -> None:
    leg = await house.call_in("4004")
    await house.until_hears(leg, "leave your message")
    await house.key(leg, "1#")
    await after(2.5)
    assert len(house.desk.recordings) == 1
    await house.key(leg, "5")
    assert len(house.desk.recordings) == 1


@paper(
    dialplan="""
    routes: [{to: "*", do: message}]
    scripts:
      message: [{voicemail: "{called}"}, {hangup: normal}]
    """
)
async def test_a_number_from_outside_never_becomes_a_path(house: PaperHouse) -> None:
    for called in ("../../etc", "2004/../x", "9999", ""):
        leg = await house.call_in(called)
        await after(5)
        assert not house.desk.recordings and not house.desk.past
        assert house.switch.ended(leg) is not None
    leg = await house.call_in("2004")
    await house.until_hears(leg, "leave your message")
    await after(3)
    assert len(house.desk.recordings) == 1


@paper
async def test_a_disk_that_refuses_ends_as_a_failed_row(house: PaperHouse) -> None:
    house.desk.disk = "disk full"
    leg = await house.call_in("4004")
    await house.until_hears(leg, "leave your message")
    await after(3)
    await house.hang_up(leg)
    assert (await message(house, leg)).failed == "disk full"
