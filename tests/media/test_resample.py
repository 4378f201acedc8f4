"""8 to 16 kHz and back: by tones, against a plain convolution, and frame by frame without a seam."""

from __future__ import annotations

import numpy as np
import pytest

from media import resample


def tone(freq_hz: float, rate_hz: int, seconds: float = 0.4, level: float = 10000.0) -> np.ndarray:
    return level * np.sin(2 * np.pi * freq_hz * np.arange(int(rate_hz * seconds)) / rate_hz)


def frames(sound: np.ndarray, size: int, lead: int) -> np.ndarray:
    """Frames with what led up to each."""
    padded = np.concatenate([np.zeros(lead), sound])
    return np.stack([padded[at : at + lead + size] for at in range(0, sound.size - size + 1, size)])


def downed(sound: np.ndarray) -> np.ndarray:
    return resample.down(frames(sound, 320, resample.LEAD_DOWN)).reshape(-1)


def upped(sound: np.ndarray) -> np.ndarray:
    return resample.up(frames(sound, 160, resample.LEAD_UP)).reshape(-1)


def db(sound: np.ndarray, of: np.ndarray) -> float:
    return 10 * float(np.log10(np.mean(np.square(sound, dtype=float)) / np.mean(np.square(of, dtype=float))))


@pytest.mark.parametrize("freq", [50, 440, 1000, 3000, 3400])
def test_what_both_have_passes_either_way(freq: float) -> None:
    wide, narrow = tone(freq, 16000), tone(freq, 8000)
    late = resample.DELAY
    heard = downed(wide)[200:]
    expected = np.interp(np.arange(200, 200 + heard.size) * 2 - late, np.arange(wide.size), wide)
    assert db(heard - expected, expected) < -25 or freq > 1000  # linear interpolation is no oracle up there
    assert abs(db(heard, narrow)) < 0.05
    assert abs(db(upped(narrow)[400:], wide)) < 0.05
    both = upped(downed(wide))[400:]
    assert db(both - wide[400 - 2 * late : 400 - 2 * late + both.size], wide) < -50


@pytest.mark.parametrize("freq", [4600, 5000, 6000, 7000, 7900])
def test_what_is_too_high_does_not_fold_down(freq: float) -> None:
    assert db(downed(tone(freq, 16000))[200:], tone(1000, 8000)) < -60


@pytest.mark.parametrize("freq", [300, 1000, 2500, 3400])
def test_bringing_up_leaves_no_mirror_image(freq: float) -> None:
    made = upped(tone(freq, 8000))[1000:5000]
    power = np.abs(np.fft.rfft(made * np.blackman(made.size))) ** 2
    mirror = power[np.arange(power.size) * 16000 / made.size > 4500]
    assert 10 * np.log10(mirror.sum() / power.sum()) < -60


def test_frames_join_as_if_there_were_none() -> None:
    rng = np.random.default_rng(3)
    wide, narrow, taps = rng.normal(0, 3000, 3200), rng.normal(0, 3000, 1600), resample._taps()
    expected = np.convolve(wide, taps)[: wide.size][::2]
    assert np.allclose(downed(wide), expected, atol=0.05)
    stuffed = np.zeros(3200)
    stuffed[::2] = narrow
    assert np.allclose(upped(narrow), np.convolve(stuffed, 2 * taps)[:3200], atol=0.05)


def test_a_constant_stays_what_it_is() -> None:
    assert np.allclose(resample.down(np.full((1, 374), 12345)), 12345, atol=0.01)
    assert np.allclose(resample.up(np.full((1, 187), -12345)), -12345, atol=0.01)
