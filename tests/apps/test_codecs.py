"""What two parties end up speaking, by who they are and in which order things happen."""

from __future__ import annotations

import pytest

from media.paths import Codec, Direction
from media.words import StreamId
from switch.words import LegId
from tests.stage.paper.house import PaperHouse, paper, settle
from tests.stage.paper.switch import sound

G722, PCMA, PCMU = Codec.G722, Codec.PCMA, Codec.PCMU


def spoken(house: PaperHouse, leg: LegId) -> Codec:
    path = house.desk.streams[StreamId(leg)].path
    assert path is not None
    return path.codec


@pytest.mark.parametrize(
    ("caller", "answer", "at_caller", "at_called"),
    [
        ((PCMU, G722), (G722,), G722, G722),
        ((G722, PCMA), (PCMA,), PCMA, PCMA),
        ((PCMU,), (PCMU,), PCMU, PCMU),
        ((G722,), (PCMA,), G722, PCMA),
    ],
)
@paper
async def test_two_phones(
    house: PaperHouse, caller: tuple[Codec, ...], answer: tuple[Codec, ...], at_caller: Codec, at_called: Codec
) -> None:
    await house.register("2001")
    leg = await house.call_from("2002", "2001", offer=sound(codecs=caller))
    other = await house.pick_up("2001", sound(codecs=answer))
    await settle()
    assert (spoken(house, leg), spoken(house, other)) == (at_caller, at_called)


@paper
async def test_a_menu_answers_in_the_sites_first_width(house: PaperHouse) -> None:
    leg = house.switch.call_in(offer=sound(codecs=(G722, PCMA)))
    await settle()
    assert spoken(house, leg) is PCMA


@paper
async def test_a_reinvite_changes_the_codec_only_when_it_must(house: PaperHouse) -> None:
    await house.register("2001")
    leg = await house.call_from("2002", "2001", offer=sound(codecs=(G722, PCMA)))
    await house.pick_up("2001", sound(codecs=(G722,)))
    await settle()
    assert spoken(house, leg) is G722
    for offered, now in (((PCMA, G722), G722), ((PCMA,), PCMA), ((G722, PCMA), PCMA), ((G722,), G722)):
        house.switch.offered(leg, Direction.SENDRECV, sound(codecs=offered))
        await settle()
        assert spoken(house, leg) is now, offered
