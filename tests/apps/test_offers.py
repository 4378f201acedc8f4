"""Which codecs are offered and answered: wideband for two who both have it, and never by surprise."""

from __future__ import annotations

import pytest

from apps.offers import Offers
from media.paths import Codec, LocalAddress
from switch import sdp

HERE, THERE = LocalAddress("192.0.2.1", 16384), LocalAddress("192.0.2.2", 20000)
DEFAULT = (Codec.PCMA, Codec.PCMU, Codec.G722)
WIDE_FIRST = (Codec.G722, Codec.PCMA)


def theirs(*codecs: Codec) -> bytes:
    return sdp.offer(THERE, codecs, session_id=1, version=1)


def formats(body: bytes) -> list[str]:
    return [number for number in sdp.parse(body).media[0].formats if number != "101"]


@pytest.mark.parametrize(("wide", "expected"), [(None, ["8", "0", "9"]), (True, ["9", "8", "0"]), (False, ["8", "0"])])
def test_an_offer_is_as_wide_as_the_other_party(wide: bool | None, expected: list[str]) -> None:
    assert formats(Offers("", DEFAULT).offer(HERE, wide=wide)) == expected


def test_a_site_of_one_width_offers_what_it_has() -> None:
    for wide in (None, True, False):
        assert formats(Offers("", (Codec.G722,)).offer(HERE, wide=wide)) == ["9"]
        assert formats(Offers("", (Codec.PCMU,)).offer(HERE, wide=wide)) == ["0"]


@pytest.mark.parametrize(
    ("ours", "offered", "wide", "chosen"),
    [
        (DEFAULT, (Codec.G722, Codec.PCMU), None, Codec.PCMU),
        (DEFAULT, (Codec.G722, Codec.PCMU), False, Codec.PCMU),
        (DEFAULT, (Codec.PCMU, Codec.G722), True, Codec.G722),
        (DEFAULT, (Codec.PCMU, Codec.PCMA), True, Codec.PCMU),
        (DEFAULT, (Codec.G722,), False, Codec.G722),
        (WIDE_FIRST, (Codec.PCMA, Codec.G722), None, Codec.G722),
        (WIDE_FIRST, (Codec.PCMA,), None, Codec.PCMA),
        (WIDE_FIRST, (Codec.G722, Codec.PCMA), False, Codec.PCMA),
    ],
)
def test_an_answer_names_the_one_codec(
    ours: tuple[Codec, ...], offered: tuple[Codec, ...], wide: bool | None, chosen: Codec
) -> None:
    body, path = Offers("", ours).answer(theirs(*offered), HERE, wide=wide)
    assert path.codec is chosen and formats(body) == [str(chosen.payload_type)]


def test_no_common_codec_is_still_refused() -> None:
    with pytest.raises(sdp.NoCommonCodec):
        Offers("", (Codec.PCMU,)).answer(theirs(Codec.G722), HERE)


def test_who_could_be_wide_is_seen_in_an_offer() -> None:
    offers = Offers("", DEFAULT)
    assert offers.could_be_wide(theirs(Codec.PCMA, Codec.G722)) and not offers.could_be_wide(theirs(Codec.PCMA))
    assert not offers.could_be_wide(b"nonsense") and not Offers("", (Codec.PCMA,)).could_be_wide(theirs(Codec.G722))


def test_l16_says_how_long_its_packets_may_be_and_needs_an_rtpmap() -> None:
    offers = Offers("", (Codec.L16_16K, Codec.L16, Codec.PCMA))
    body = offers.offer(HERE)
    assert b"a=rtpmap:111 L16/16000" in body and b"a=rtpmap:110 L16/8000" in body and b"a=maxptime:20" in body
    _, path = Offers("", (Codec.L16_16K,)).answer(body.replace(b"111", b"97"), THERE)
    assert (path.codec, path.payload_type) == (Codec.L16_16K, 97)
    assert path.dtmf_payload_type == 101 and sdp.agree(body, theirs(Codec.PCMA)).dtmf_payload_type == 101
    bare = b"\r\n".join(line for line in body.split(b"\r\n") if b"L16" not in line)
    assert Offers("", (Codec.L16, Codec.PCMA)).answer(bare, THERE)[1].codec is Codec.PCMA
