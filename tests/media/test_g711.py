"""G.711 against references that share no code with it: the standard's decision values, and `audioop`."""

from __future__ import annotations

import audioop
from bisect import bisect_right

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from media import g711
from media.g711 import ALAW, MULAW
from media.paths import Codec

ALL = np.arange(-32768, 32768).astype(np.int16)


def mulaw_by_decision_values(sample: int) -> int:
    """ITU-T G.711 table 2a: the decision values x_n of the positive half, in 14 bits, then the sign."""
    edges, edge = [0, 1], 1
    for segment in range(8):
        for _ in range(15 if segment == 0 else 16):
            edge += 2 << segment
            edges.append(edge)
    magnitude = abs(sample) / 4
    step = min(bisect_right(edges, magnitude) - 1, 127)
    return (0x7F if sample < 0 else 0xFF) - step


def alaw_by_decision_values(sample: int) -> int:
    """ITU-T G.711 table 1a in 13 bits; even bits are inverted."""
    edges = [2 * n for n in range(32)]
    for segment in range(1, 7):
        edges += [(32 + 2 * n) << segment for n in range(16)]
    magnitude = (sample if sample >= 0 else -sample - 1) / 8
    step = bisect_right(edges, magnitude) - 1
    return ((0x80 if sample >= 0 else 0) | step) ^ 0x55


def test_every_sample_becomes_the_code_of_the_decision_values() -> None:
    codes = g711.encode(np.stack([ALL, ALL]), np.array([MULAW, ALAW]))
    assert codes[0].tolist() == [mulaw_by_decision_values(int(sample)) for sample in ALL]
    assert codes[1].tolist() == [alaw_by_decision_values(int(sample)) for sample in ALL]


def test_every_code_becomes_the_sample_that_audioop_knows() -> None:
    codes = bytes(range(256))
    assert g711.DECODE[MULAW].tobytes() == audioop.ulaw2lin(codes, 2)
    assert g711.DECODE[ALAW].tobytes() == audioop.alaw2lin(codes, 2)


def test_no_sample_is_further_from_its_code_than_half_a_step() -> None:
    for law, widest in ((MULAW, 512), (ALAW, 512)):
        back = g711.DECODE[law][g711.encode_all(ALL, law)].astype(int)
        inside = np.abs(ALL.astype(int)) < 32000
        assert np.abs(back - ALL)[inside].max() <= widest


def test_codes_survive_being_samples() -> None:
    for law in (MULAW, ALAW):
        again = g711.encode_all(g711.DECODE[law], law)
        different = np.flatnonzero(again != np.arange(256))
        # mu-law has two zeros; the negative one comes back as the positive.
        assert different.tolist() == ([0x7F] if law == MULAW else [])


def test_silence_is_the_code_nearest_to_nothing() -> None:
    assert abs(int(g711.DECODE[MULAW][g711.SILENCE[MULAW]])) == 0
    assert abs(int(g711.DECODE[ALAW][g711.SILENCE[ALAW]])) == 8
    assert g711.LAW_OF == {Codec.PCMU: 0, Codec.PCMA: 1}


@given(st.binary(min_size=160, max_size=160), st.sampled_from([0, 1]), st.sampled_from([0, 1]))
def test_transcoding_is_decoding_and_encoding(codes: bytes, source: int, target: int) -> None:
    rows = np.frombuffer(codes, np.uint8)[None, :]
    found = g711.transcode(rows, np.array([source]), np.array([target]))
    assert (found == g711.encode(g711.decode(rows, np.array([source])), np.array([target]))).all()
