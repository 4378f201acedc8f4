"""A conference of 500 over real packets: what each hears, sample by sample, and that who hears the same shares it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from media import g711
from media.events import FloorChanged
from media.hearing import lecture, talk
from media.orders import WatchFloor
from media.paths import Codec
from tests.stage.members import ROOM, Member, Members
from tests.stage.spoken import speech

COUNT, TALKERS = 500, 6
LAWS = {Codec.PCMU: g711.MULAW, Codec.PCMA: g711.ALAW}


@pytest.fixture(scope="module")
def hall() -> Iterator[Members]:
    """Both laws in turn; six say noise that no two frames of are alike, the others what a phone says in silence."""
    chance = np.random.default_rng(1)
    with Members(COUNT, (Codec.PCMA, Codec.PCMU)) as built:
        for member in built.all[:TALKERS]:
            member.say(chance.normal(0, 6000, 160 * 40).clip(-32768, 32767).astype(np.int16))
        built.arrange(talk(*(member.name for member in built.all)))
        built.run(12)
        yield built


def voice(member: Member, n: int) -> np.ndarray:
    """What it says in its frame `n`, as integers; a silent one says nothing."""
    if len(member.frames) == 1:
        return np.zeros(160, np.int64)
    codes = np.frombuffer(member.frames[n % len(member.frames)], np.uint8)
    return g711.DECODE[LAWS[member.peer.codec]][codes].astype(np.int64)


def expected(hall: Members, member: Member, n: int) -> bytes:
    """The frame that it is to hear: all others, clipped once."""
    total = sum(voice(other, n) for other in hall.all[:TALKERS] if other is not member)
    return g711.encode_all(np.clip(total, -32768, 32767).astype(np.int16), LAWS[member.peer.codec]).tobytes()


def said_when(hall: Members, member: Member) -> int:
    """Number of the frame that was heard last."""
    last = member.codes(1)[0]
    (n,) = [n for n in range(40) if expected(hall, member, n) == last]
    return n


def test_each_of_500_hears_the_sum_of_all_others_clipped_once(hall: Members) -> None:
    hall.run(5)
    n = said_when(hall, hall.all[-1])
    for member in hall.all:
        assert member.codes(5) == [expected(hall, member, n - back) for back in (4, 3, 2, 1, 0)], member.name
    clipped = [np.abs(sum(voice(other, n) for other in hall.all[:TALKERS])).max() > 32767 for n in range(40)]
    assert any(clipped)


def test_490_silent_phones_of_both_laws_add_nothing_not_even_an_offset(hall: Members) -> None:
    spoken = [member.frames for member in hall.all[:TALKERS]]
    for member in hall.all[:TALKERS]:
        member.hush()
    hall.run(12)
    for member in hall.all:
        assert set(b"".join(member.codes(5))) == {int(g711.SILENCE[LAWS[member.peer.codec]])}
    for member, frames in zip(hall.all, spoken, strict=False):
        member.frames = frames
    hall.run(12)


def test_all_who_only_listen_share_one_encoding_of_each_law(hall: Members, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [member.name for member in hall.all]
    hall.arrange(lecture(names[:TALKERS], names[TALKERS:]))
    hall.run(5)
    encoded = []
    real = g711.encode

    def counting(samples: np.ndarray, law: np.ndarray) -> np.ndarray:
        encoded.append(len(samples))
        return real(samples, law)

    monkeypatch.setattr(g711, "encode", counting)
    hall.run(3)
    assert sum(encoded) == 3 * (TALKERS + 2)
    listeners = hall.all[TALKERS:]
    for codec in LAWS:
        heard = {tuple(member.codes(3)) for member in listeners if member.peer.codec is codec}
        assert len(heard) == 1
    n = said_when(hall, hall.all[-1])
    for member in hall.all:
        assert member.codes(3) == [expected(hall, member, n - back) for back in (2, 1, 0)]


def test_hundreds_who_come_and_go_leave_the_others_as_they_are(hall: Members) -> None:
    names = [member.name for member in hall.all]
    hall.arrange(talk(*names[:200]))
    hall.run(5)
    n = said_when(hall, hall.all[199])
    assert all(member.codes(1) == [expected(hall, member, n)] for member in hall.all[:200])
    assert all(set(member.codes(1)[0]) == {int(g711.SILENCE[LAWS[member.peer.codec]])} for member in hall.all[200:])
    assert hall.engine.hall.rooms.rooms.keys() == {"room"} and ROOM == "room"


def test_of_500_the_two_loudest_are_let_through_and_all_who_speak_are_told(hall: Members) -> None:
    said = speech()[: 160 * 250].astype(float)
    levels = (1.0, 0.8, 0.1, 0.05)
    sounds = [np.roll(said, 9000 * n) * level for n, level in enumerate(levels)]
    for member, sound in zip(hall.all, sounds, strict=False):
        member.say(sound)
    for member in hall.all[len(levels) : TALKERS]:
        member.hush()
    hall.arrange(talk(*(member.name for member in hall.all)))
    hall.run(20)
    hall.events.clear()
    hall.order(WatchFloor(ROOM, True, 2))
    hall.run(200)
    told = [event for event in hall.events if isinstance(event, FloorChanged)]
    assert {name for event in told for name in event.speakers} == {"m0", "m1", "m2", "m3"}
    heard, last = hall.all[-1].heard(100).astype(float), next(hall.numbers) - 1

    def ratio(delay: int) -> float:
        """Of what the two say to what is heard besides, if it is heard so many frames later [dB]."""
        frames = [sum(voice(member, last - delay - back) for member in hall.all[:2]) for back in range(99, -1, -1)]
        both = np.concatenate(frames).astype(float)
        return float(10 * np.log10((both**2).mean() / ((heard - both) ** 2).mean()))

    assert max(map(ratio, range(4))) > 20
