"""Every codec with every other one over real packets, two by two and five in one room: pitch, purity and level."""

from __future__ import annotations

import itertools

import numpy as np

from media.orders import Bridge
from media.paths import Codec
from tests.stage.members import Member, Members
from tests.stage.rtp_peer import loudest, purity

SAYS = 8000
PAIRS = list(itertools.combinations_with_replacement(Codec, 2))


def hum(member: Member, freq: float) -> None:
    rate = member.peer.rate_hz
    member.say(SAYS * np.sin(2 * np.pi * freq * np.arange(rate) / rate))


def level(pcm: np.ndarray) -> float:
    """Beside what is said [dB]."""
    return 20 * float(np.log10(np.sqrt(2 * np.mean(np.square(pcm, dtype=float))) / SAYS))


def test_every_codec_is_heard_in_every_other_one() -> None:
    with Members(2 * len(PAIRS), [codec for pair in PAIRS for codec in pair]) as hall:
        for n in range(0, len(hall.all), 2):
            one, other = hall.all[n : n + 2]
            hum(one, 400.0)
            hum(other, 1000.0)
            hall.order(Bridge(f"r{n}", [one.name, other.name]))
        hall.run(70)
        for n, member in enumerate(hall.all):
            freq = 1000.0 if n % 2 == 0 else 400.0
            pcm, rate = member.heard(40), member.peer.rate_hz
            what = [other.peer.codec.name for other in hall.all[n - n % 2 : n - n % 2 + 2]], n % 2
            assert abs(loudest(pcm, rate) - freq) < 5 and purity(pcm, freq, rate) > 0.98, what
            assert abs(level(pcm)) < 0.7, what
        # Same codec, nothing in between: the very bytes.
        for one, other in zip(hall.all[::2], hall.all[1::2], strict=True):
            if one.peer.codec is other.peer.codec in (Codec.PCMU, Codec.PCMA):
                assert set(one.codes(10)) <= set(other.frames) and set(other.codes(10)) <= set(one.frames)


def test_all_five_in_one_room_hear_the_four_others() -> None:
    freqs = (400.0, 700.0, 1100.0, 1600.0, 2300.0)
    with Members(5, list(Codec)) as hall:
        for member, freq in zip(hall.all, freqs, strict=True):
            rate = member.peer.rate_hz
            member.say(SAYS / 2 * np.sin(2 * np.pi * freq * np.arange(rate) / rate))
        hall.order(Bridge("room", [member.name for member in hall.all]))
        hall.run(70)
        for member, own in zip(hall.all, freqs, strict=True):
            pcm, rate = member.heard(40), member.peer.rate_hz
            shares = [purity(pcm, freq, rate) for freq in freqs if freq != own]
            assert min(shares) > 0.22 and sum(shares) > 0.97 and purity(pcm, own, rate) < 1e-3, member.peer.codec
