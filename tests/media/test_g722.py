"""G.722: tones through coder and decoder, states that keep apart, and the two ways that must agree."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from media.g722 import G722, QUIET, SHARED_INTS


def spoken(codec: G722, row: int, sound: np.ndarray) -> np.ndarray:
    """Codes of `sound`."""
    return np.concatenate([codec.encode([row], frame[None])[0].copy() for frame in sound.reshape(-1, 320)])


def heard(codec: G722, row: int, codes: np.ndarray) -> np.ndarray:
    return np.concatenate([codec.decode([row], frame[None], [3])[0].copy() for frame in codes.reshape(-1, 160)])


def sine(freq_hz: float, seconds: float = 1.0, level: float = 10000.0) -> np.ndarray:
    return (level * np.sin(2 * np.pi * freq_hz * np.arange(int(16000 * seconds)) / 16000)).astype(np.int16)


def codec_of(*rows: int) -> G722:
    codec = G722(10)
    for row in rows:
        codec.begin(row)
    return codec


def quality(sent: np.ndarray, back: np.ndarray) -> float:
    """Signal to noise [dB] at the best delay within the two filters' 22 samples and a little more."""
    ratios = []
    for delay in range(20, 26):
        noise = back[2000 + delay : 14000 + delay].astype(float) - sent[2000:14000]
        ratios.append(10 * np.log10(np.mean(sent[2000:14000].astype(float) ** 2) / np.mean(noise**2)))
    return float(max(ratios))


@pytest.mark.parametrize(("freq", "least_db"), [(440, 50), (3000, 36), (6500, 24)])
def test_tones_come_back(freq: float, least_db: float) -> None:
    codec = codec_of(1)
    sent = sine(freq)
    assert quality(sent, heard(codec, 1, spoken(codec, 1, sent))) > least_db


def test_full_scale_comes_back_without_wrapping() -> None:
    codec = codec_of(1)
    sent = sine(1000, level=32767)
    back = heard(codec, 1, spoken(codec, 1, sent))
    assert quality(sent, back) > 25 and np.abs(np.diff(back[2000:].astype(int))).max() < 15000


def test_silence_begins_with_the_byte_that_every_g722_has_for_it() -> None:
    assert spoken(codec_of(1), 1, np.zeros(320, np.int16))[:4].tolist() == [0xFA] * 4


def test_rows_keep_apart() -> None:
    codec, alone = codec_of(1, 2), codec_of(1)
    one, other = sine(700).reshape(-1, 320), sine(2900).reshape(-1, 320)
    for a, b in zip(one, other, strict=True):
        both = codec.encode([1, 2], np.stack([a, b])).copy()
        assert (both[0] == alone.encode([1], a[None])[0]).all()
        codec.decode([2, 1], both[::-1], [3, 3])
    codec.begin(1)
    alone.begin(1)
    assert (codec.encode([1, 2], np.stack([one[0], other[0]]))[0] == alone.encode([1], one[:1])[0]).all()


def test_half_a_frame_is_decoded_alone() -> None:
    codec = codec_of(1, 2)
    codes = spoken(codec, 1, sine(800)).reshape(-1, 160)
    for n, frame in enumerate(codes):
        whole = codec.decode([1], frame[None], [3])[0].copy()
        first = codec.decode([2], frame[None], [1])[0].copy()
        second = codec.decode([2], frame[None], [2])[0].copy()
        assert (first[160:] == 0).all() and (second[:160] == 0).all(), n
        assert (first[:160] == whole[:160]).all() and (second[160:] == whole[160:]).all(), n
    before = codec._states[1, 2].copy()
    assert (codec.decode([2], codes[:1], [0]) == 0).all() and (codec._states[1, 2] == before).all()


def test_an_encoder_adapts_by_what_its_own_decoder_sees() -> None:
    codec = codec_of(1, 2)
    codes = spoken(codec, 1, sine(1234))
    heard(codec, 2, codes)
    assert (codec._states[0, 1, :SHARED_INTS] == codec._states[1, 2, :SHARED_INTS]).all()
    codec.follow(np.array([2]), np.array([2]))
    assert (codec._states[0, 2, :SHARED_INTS] == codec._states[0, 1, :SHARED_INTS]).all()


def test_who_goes_on_for_another_goes_on_without_a_step() -> None:
    """Half the sound by one encoder, half by another that followed: as if one had said it all."""
    codec = codec_of(1, 2, 3)
    sent = sine(1000, 0.4)
    first, last = sent[:3200], sent[3200:]
    codes = spoken(codec, 1, first)
    heard(codec, 2, codes)
    codec.follow(np.array([3]), np.array([2]))
    codec.lead(np.array([3]), first[None])
    assert (spoken(codec, 3, last) == spoken(codec, 1, last)).all()


def test_quiet_bytes_die_away() -> None:
    codec = codec_of(1)
    heard(codec, 1, spoken(codec, 1, sine(1000)))
    rest = heard(codec, 1, np.full(1600, QUIET, np.uint8))
    assert np.abs(rest[-320:]).max() < 100  # -50 dB of full scale


def test_any_bytes_are_sound() -> None:
    codec = codec_of(1)
    noise = np.random.default_rng(1).integers(0, 256, 16000, dtype=np.uint8)
    assert heard(codec, 1, noise).size == 32000


def standard_stimulus() -> np.ndarray:
    """Four seconds, soft and loud, without overload; even samples, since the last bit of 16 is not heard (g722.py)."""
    noise = np.frombuffer(hashlib.shake_256(b"g722").digest(2 * 64000), "<i2").astype(np.int64)
    level = np.array([1, 8, 3, 2, 5, 2, 1, 1]).repeat(8000)
    low = np.convolve(noise, np.ones(16, np.int64))[: noise.size] // 6
    return np.clip((low + noise // 8) >> level, -32768, 32767).astype(np.int16) // 2 * 2


def test_every_bit_is_the_standards_own() -> None:
    # What the reference software of ITU-T G.191 (openitu/STL 139db49, src/g722; it passes its own vectors inpsp.bin,
    # codspw.cod and outsp1.bin) makes of the same samples: their codes, and what its decoder at 64 kbit/s makes of these.
    codes = spoken(codec_of(1), 1, standard_stimulus())
    assert hashlib.sha256(codes.tobytes()).hexdigest() == (
        "17810c43f1876bb58654881944e19da11f6d4476120ebcd84d4a4fa056adfd41"
    )
    sound = heard(codec_of(1), 1, codes)
    assert hashlib.sha256(sound.astype("<i2").tobytes()).hexdigest() == (
        "9d54f6b86d7600d39104c89a251fc830386aed665fa7358f958a3ff22763dc2a"
    )
