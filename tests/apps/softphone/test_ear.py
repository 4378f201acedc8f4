"""The ear knows tones, gaps, beginnings and delays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from apps.softphone import ear, tones


@pytest.mark.parametrize("freq_hz", [200, 440, 1000, 2345, 3400])
def test_knows_a_tone_in_noise(freq_hz: float) -> None:
    noise = np.random.default_rng(1).normal(0, 0.02, 8000)
    heard = ear.dominant(tones.tone(freq_hz, 1.0) + noise)
    assert abs(heard.freq_hz - freq_hz) < 1
    assert heard.share > 0.9


def test_silence_is_no_tone() -> None:
    assert ear.dominant(tones.silence(1.0)).freq_hz == 0
    assert not ear.is_tone(tones.silence(1.0), 440)


def test_two_tones_are_not_one() -> None:
    both = tones.tone(440, 1.0, 0.3) + tones.tone(1000, 1.0, 0.3)
    assert not ear.is_tone(both, 440)
    assert not ear.is_tone(both, 1000)


def test_says_when_a_tone_begins() -> None:
    sound = np.concatenate([tones.silence(0.5), tones.tone(1000, 0.3), tones.tone(440, 0.5)])
    assert ear.onset_s(sound, 1000) == pytest.approx(0.5, abs=0.021)
    assert ear.onset_s(sound, 440) == pytest.approx(0.8, abs=0.021)
    assert ear.onset_s(sound, 2000) is None
    assert ear.sound_onset_s(sound) == pytest.approx(0.5, abs=0.021)


def test_finds_the_gap_and_no_other() -> None:
    sound = np.concatenate([tones.silence(0.2), tones.tone(440, 1.0), tones.silence(0.12), tones.tone(440, 1.0)])
    ((start, length),) = ear.gaps_s(sound, 440)
    assert start == pytest.approx(1.2, abs=0.05)
    assert length == pytest.approx(0.12, abs=0.05)
    assert ear.gaps_s(tones.tone(440, 2.0), 440) == []


@pytest.mark.parametrize("delay_s", [0.0, 0.0375, 0.25, 1.5])
def test_measures_how_late_a_signed_tone_is(delay_s: float) -> None:
    spoken = tones.signed(700, 5.0, seed=3)
    heard = np.concatenate([tones.silence(delay_s), 0.5 * spoken])[: len(spoken)]
    lag = ear.lag(spoken, heard)
    assert lag.seconds == pytest.approx(delay_s, abs=0.003)
    assert lag.likeness > 0.9


def test_another_voice_is_not_like() -> None:
    assert ear.lag(tones.signed(700, 5.0, seed=3), tones.signed(700, 5.0, seed=4)).likeness < 0.6


def test_a_signed_tone_keeps_its_frequency() -> None:
    assert ear.is_tone(tones.signed(1200, 3.0, seed=9), 1200)


def test_reads_one_channel_of_two(tmp_path: Path) -> None:
    path = tmp_path / "two.wav"
    import soundfile

    soundfile.write(path, np.stack([tones.tone(440, 1.0), tones.tone(1000, 1.0)], axis=1), 8000)
    assert ear.channels(path) == 2
    assert ear.is_tone(ear.read(path, 0), 440)
    assert ear.is_tone(ear.read(path, 1), 1000)
