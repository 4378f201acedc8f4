"""Wideband members: what they say and hear, beside narrowband ones, sample by sample and by spectrum."""

from __future__ import annotations

import numpy as np
import pytest

from media import g711, wide
from media.paths import Codec
from tests.media.wide_stage import CHANGES, ROOM, SAID, A, B, C, Far, Stage, level, levels, silence, tone

# ---- two ------------------------------------------------------------------------------------------------------


def test_two_in_g722_are_passed_each_others_bytes() -> None:
    a, b = Far(Codec.G722, tone(5000)), Far(Codec.G722, tone(600))
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(40)
    begins = wide.PATIENCE + 2
    for said, heard in ((a.said, b.bytes), (b.said, a.bytes)):
        assert all((one == other).all() for one, other in zip(said[begins:], heard[begins:], strict=True))
    assert abs(level(b.pcm(10), 5000, 16000) - SAID) < 1


@pytest.mark.parametrize("codec", [Codec.PCMU, Codec.PCMA])
def test_g722_and_g711_hear_each_other_and_nothing_folds_down(codec: Codec) -> None:
    a, b = Far(Codec.G722, tone(5000)), Far(codec, tone(700))
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(40)
    assert level(b.pcm(20), 3000, 8000) < SAID - 50
    assert levels(b, 20).max() < SAID - 30  # the codec's own noise
    a.sound = tone(1000)
    stage.talk(40)
    assert abs(level(b.pcm(20), 1000, 8000) - SAID) < 0.5
    assert abs(level(a.pcm(20), 700, 16000) - SAID) < 0.5
    assert level(a.pcm(20), 7300, 16000) < SAID - 50


# ---- rooms ----------------------------------------------------------------------------------------------------


def three(codec: Codec = Codec.PCMA) -> tuple[Stage, Far, Far, Far]:
    a, b, c = Far(Codec.G722, tone(5000)), Far(Codec.G722, tone(6100)), Far(codec, tone(900))
    stage = Stage(a=a, b=b, c=c)
    stage.rooms.bridge(ROOM, [A, B, C])
    return stage, a, b, c


def test_a_mixed_room_is_wide_for_those_who_can_hear_it() -> None:
    stage, a, b, c = three()
    stage.talk(40)
    for far, freqs, own in ((a, (6100, 900), 5000), (b, (5000, 900), 6100)):
        heard = far.pcm(20)
        assert all(abs(level(heard, freq, 16000) - SAID) < 1 for freq in freqs)
        assert level(heard, own, 16000) < SAID - 25
    assert max(level(c.pcm(20), freq, 8000) for freq in (3000, 1900, 900)) < SAID - 50


def test_the_silence_of_a_dozen_a_law_phones_is_no_offset_at_16_khz() -> None:
    fars = {"a": Far(Codec.G722, silence), "b": Far(Codec.G722, tone(5000))}
    fars |= {f"n{n}": Far(Codec.PCMA, silence) for n in range(12)}
    stage = Stage(**fars)
    stage.rooms.bridge(ROOM, list(stage.fars))
    stage.talk(40)
    assert abs(float(fars["a"].pcm(20).mean())) < 20 and abs(level(fars["a"].pcm(20), 5000, 16000) - SAID) < 1
    assert abs(float(fars["b"].pcm(20).mean())) < 20
    assert abs(float(fars["n0"].pcm(20).mean())) <= 8


def test_gains_hold_at_16_khz_too() -> None:
    stage, a, b, _c = three()
    stage.rooms.hear(ROOM, {(B, A): 0.25}, {C: 0.5}, {})
    stage.talk(40)
    assert abs(level(a.pcm(20), 6100, 16000) - SAID + 12.04) < 1
    assert abs(level(a.pcm(20), 900, 16000) - SAID + 6.02) < 1
    assert abs(level(b.pcm(20), 5000, 16000) - SAID) < 1
    stage.rooms.hear(ROOM, {}, {B: 0.0}, {A: 0.5})
    stage.talk(40)
    assert abs(level(a.pcm(20), 900, 16000) - SAID + 6.02) < 1 and level(a.pcm(20), 6100, 16000) < SAID - 25


def test_what_lies_over_the_room_is_heard_instead_of_it() -> None:
    stage, a, _b, _c = three()
    stage.talk(20)
    over = tone(400)(np.arange(160) / 8000).astype(np.int16)
    stage.over[A] = g711.encode_all(over, g711.ALAW)
    stage.talk(20)
    assert abs(level(a.pcm(15), 400, 16000) - SAID) < 0.5 and level(a.pcm(15), 6100, 16000) < SAID - 50
    stage.over.clear()
    stage.talk(20)
    assert abs(level(a.pcm(15), 6100, 16000) - SAID) < 1


def test_a_room_of_narrowband_members_has_no_plan() -> None:
    stage = Stage(a=Far(Codec.PCMA, silence), b=Far(Codec.PCMU, silence), c=Far(Codec.G722, silence))
    stage.rooms.bridge(ROOM, [A, B, C])
    stage.talk(2)
    assert not stage.wide._rooms.plan and not stage.wide._rooms


# ---- changes --------------------------------------------------------------------------------------------------


def click(pcm: np.ndarray) -> float:
    """The loudest 4 ms between 2 and 7 kHz [dB of full scale]."""
    window, loudest = np.hanning(640), 0.0
    for at in range(0, pcm.size - 640, 32):
        bins = np.abs(np.fft.rfft(pcm[at : at + 640] * window))[80:280] / window.sum() * 2
        loudest = max(loudest, float(np.sqrt((bins**2).sum())))
    return 20 * float(np.log10(max(loudest, 1e-3) / 32768))


@pytest.mark.parametrize("what", CHANGES)
def test_leaving_what_was_passed_hardly_clicks(what: str) -> None:
    a, b, c = Far(Codec.G722, tone(440)), Far(Codec.G722, tone(510)), Far(Codec.PCMA, tone(380))
    stage = Stage(a=a, b=b, c=c)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(20)
    CHANGES[what](stage)
    stage.talk(10)
    assert click(a.pcm(20)) < SAID - 24  # the step back by 5 ms, led over; without our care the level jumps by 10 dB


def test_leaving_what_was_passed_keeps_the_level() -> None:
    a, b, c = Far(Codec.G722, tone(300)), Far(Codec.G722, tone(2700)), Far(Codec.PCMA, silence)
    stage = Stage(a=a, b=b, c=c)
    stage.rooms.bridge(ROOM, [A, B, C])
    stage.talk(20)
    stage.rooms.leave(C)
    stage.talk(20)
    assert (a.bytes[-1] == b.said[-1]).all()
    stage.rooms.join(ROOM, C)
    stage.talk(20)
    assert np.ptp(levels(a, 25)) < 2.5


@pytest.mark.parametrize("voice", [8000.0, 300.0])
def test_after_loud_music_a_passed_voice_has_its_own_level_at_once(voice: float) -> None:
    a, b = Far(Codec.G722, silence), Far(Codec.G722, tone(500, voice))
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    for _ in range(20):
        time_s = (stage.board.tick * 160 + np.arange(160)) / 8000
        stage.over[A] = g711.encode_all(tone(700, 20000)(time_s).astype(np.int16), g711.ALAW)
        stage.talk(1)
    stage.over.clear()
    stage.talk(20)
    assert (a.bytes[-1] == b.said[-1]).all()
    assert abs(levels(a, 18) - 20 * np.log10(voice / np.sqrt(2) / 32768)).max() < 2


def test_the_codec_changes_in_mid_call() -> None:
    a, b = Far(Codec.G722, tone(5000)), Far(Codec.G722, tone(800))
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(20)
    narrow = stage.fars[A] = Far(Codec.PCMU, tone(1000))
    stage.speak(A, Codec.PCMU)
    stage.talk(20)
    assert abs(level(b.pcm(10), 1000, 16000) - SAID) < 0.5 and abs(level(narrow.pcm(10), 800, 8000) - SAID) < 0.5
    again = stage.fars[A] = Far(Codec.G722, tone(5200))
    stage.speak(A, Codec.G722)
    stage.talk(20)
    assert abs(level(b.pcm(10), 5200, 16000) - SAID) < 1 and abs(level(again.pcm(10), 800, 16000) - SAID) < 1
