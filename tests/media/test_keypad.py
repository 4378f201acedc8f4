"""Digits as sound: what Q.24 says is taken is taken, what it says is not is not, and speech presses nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import g711, tone
from media.keypad import HIGH, KEYS, LOW, Keypad
from tests.stage.recorded import prompts
from tests.stage.spoken import speech


def pair(
    key: str, ms: float, lead_ms: float = 50.0, after_ms: float = 100.0, levels: tuple[float, float] = (-8.0, -8.0),
    off: tuple[float, float] = (0.0, 0.0), phase: float = 0.3,
) -> np.ndarray:  # fmt: skip
    """A key of so many ms between pauses; `levels` [dBm0] and relative deviations are (low, high)."""
    at = np.arange(int((lead_ms + ms + after_ms) * 8)) / 8000
    index = KEYS.index(key)
    sound = np.zeros(at.size)
    for group, level, deviation in zip((LOW[index // 4], HIGH[index % 4]), levels, off, strict=True):
        sound += 32767 * 10 ** ((level - 3.17) / 20) * np.sin(2 * np.pi * group * (1 + deviation) * at + phase)
    return np.where((at >= lead_ms / 1000) & (at < (lead_ms + ms) / 1000), sound, 0.0)


def pressed(sound: np.ndarray, law: int = 0) -> str:
    """What is heard, over G.711."""
    whole = np.clip(np.concatenate([sound, np.zeros(-sound.size % 160)]), -32768, 32767).astype(np.int16)
    pcm = g711.DECODE[law][g711.encode_all(whole, law)].reshape(-1, 160)
    keypad, row = Keypad(2), np.array([1])
    return "".join(digit for frame in pcm for _, digit in keypad.hear(row, frame[None]))


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(KEYS), st.floats(40, 120), st.floats(20, 60), st.floats(-22, -4), st.floats(-4, 8),
    st.floats(-0.018, 0.018), st.floats(-0.018, 0.018), st.floats(0, 6.2), st.integers(0, 1),
)  # fmt: skip
def test_what_q24_takes_is_heard_once(
    key: str, ms: float, lead: float, level: float, twist: float, low: float, high: float, phase: float, law: int
) -> None:
    levels = (level - max(-twist, 0), level - max(twist, 0))
    levels = (max(levels[0], -26), max(levels[1], -26))
    assert pressed(pair(key, ms, lead, levels=levels, off=(low, high), phase=phase), law) == key


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(KEYS), st.floats(20, 60), st.data())
def test_what_q24_does_not_take_is_not_heard(key: str, lead: float, data: st.DataObject) -> None:
    sign = data.draw(st.sampled_from([-1, 1]))
    sound = data.draw(
        st.sampled_from(
            [
                pair(key, data.draw(st.floats(5, 25)), lead),
                pair(key, 60, lead, off=(sign * data.draw(st.floats(0.03, 0.045)), 0)),
                pair(key, 60, lead, off=(0, sign * data.draw(st.floats(0.03, 0.033)))),
                pair(key, 60, lead, levels=(-32, -32)),
                pair(key, 60, lead, levels=(-20, -11.5)),
                pair(key, 60, lead, levels=(-8, -19.5)),
                pair(key, 60, lead, levels=(-10, -90)),
            ]
        )
    )
    assert pressed(sound) == ""


def all_at_once(sounds: list[np.ndarray], law: int = 0) -> list[str]:
    """What is heard of each, over G.711, every one in its own row."""
    size = max(sound.size for sound in sounds)
    whole = np.zeros((len(sounds), size + -size % 160))
    for row, sound in zip(whole, sounds, strict=True):
        row[: sound.size] = sound
    pcm = np.clip(whole, -32768, 32767).astype(np.int16)
    pcm = g711.DECODE[law][g711.encode_all(pcm.ravel(), law)].reshape(pcm.shape)
    keypad, rows, heard = Keypad(len(sounds)), np.arange(len(sounds)), [""] * len(sounds)
    for at in range(0, pcm.shape[1], 160):
        for row, digit in keypad.hear(rows, pcm[:, at : at + 160]):
            heard[row] += digit
    return heard


@given(
    st.sampled_from(KEYS), st.floats(40, 90), st.floats(40, 60), st.integers(0, 159), st.floats(40, 90),
    st.floats(-22, -4), st.floats(0, 6.2), st.integers(0, 1),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_a_pause_makes_two_digits(
    key: str, ms: float, again: float, shift: int, gap: float, level: float, phase: float, law: int
) -> None:
    first, second = (
        pair(key, ms, after_ms=gap, levels=(level, level)),
        pair(key, again, 0, levels=(level, level), phase=phase),
    )
    assert pressed(np.concatenate([np.zeros(shift), first, second]), law) == key * 2


@given(
    st.sampled_from(KEYS), st.floats(42, 90), st.floats(10, 60), st.integers(0, 159), st.floats(0.2, 10),
    st.floats(-22, -4), st.floats(0, 6.2), st.integers(0, 1),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_a_short_break_is_one_digit(
    key: str, ms: float, again: float, shift: int, gap: float, level: float, phase: float, law: int
) -> None:
    """Of those with just 40 ms before it, one or the other is missed: a leap of the phase at their end spoils a look."""
    first, second = (
        pair(key, ms, after_ms=gap, levels=(level, level)),
        pair(key, again, 0, levels=(level, level), phase=phase),
    )
    assert pressed(np.concatenate([np.zeros(shift), first, second]), law) == key


@pytest.mark.parametrize(("gap", "times"), [(2, 1), (5, 1), (8, 1), (10, 1), (12, 1), (40, 2), (45, 2), (60, 2)])
def test_q24s_limits_of_a_break_hold_at_any_shift_phase_and_noise(gap: int, times: int) -> None:
    """800 of each: every key, either side of a break whose phases have nothing to do with each other, 20 dB of noise."""
    chance = np.random.default_rng(gap)
    keys = [KEYS[n % 16] for n in range(800)]
    sounds = []
    for key in keys:
        level, off = chance.uniform(-20, -4), chance.uniform(-0.015, 0.015, 2)
        parts = [
            pair(key, ms, lead, after, (level, level), (off[0], off[1]), chance.uniform(0, 6.2))
            for ms, lead, after in (
                (chance.uniform(42, 80), chance.uniform(50, 70), gap),
                (chance.uniform(42, 80), 0, 100),
            )
        ]
        sound = np.concatenate(parts)
        sounds.append(sound + chance.normal(0, np.abs(sound).max() / 2 / 10, sound.size))
    heard = all_at_once(sounds)
    assert [(key, found) for key, found in zip(keys, heard, strict=True) if found != key * times] == []


@settings(max_examples=20, deadline=None)
@given(st.text(alphabet=KEYS, min_size=1, max_size=12), st.integers(0, 159))
def test_what_the_hall_itself_presses_is_read(digits: str, shift: int) -> None:
    parts = [np.zeros(shift)]
    for digit in digits:
        parts += [tone.digit(digit, 50).astype(float), np.zeros(400)]
    assert pressed(np.concatenate(parts)) == digits


def test_noise_of_12_db_less_does_not_hide_a_digit() -> None:
    chance = np.random.default_rng(1)
    heard = [pressed((sound := pair(key, 50)) + chance.normal(0, sound.max() / 2 / 4, sound.size)) for key in KEYS]
    assert "".join(heard) == KEYS


def test_rows_do_not_hear_each_other_and_the_product_is_of_all_at_once() -> None:
    keypad, keys = Keypad(40), [KEYS[n % 16] for n in range(30)]
    frames = np.stack([pair(key, 60, 40 + n)[:1600] for n, key in enumerate(keys)]).astype(np.int16)
    rows, found = np.arange(30) + 5, {}
    for at in range(0, 1600 - 159, 160):
        found |= dict(keypad.hear(rows, frames[:, at : at + 160]))
    assert found == {n + 5: key for n, key in enumerate(keys)}


def babble(seconds: int, seed: int) -> np.ndarray:
    """Noise like speech: pulses of a wandering pitch through wandering formants, and syllables of 4 Hz."""
    chance = np.random.default_rng(seed)
    frames = []
    pitch, formants = 120.0, np.array([500.0, 1500.0, 2500.0])
    freqs = np.fft.rfftfreq(320, 1 / 8000)
    for n in range(seconds * 50):
        pitch = float(np.clip(pitch * np.exp(chance.normal(0, 0.04)), 70, 350))
        formants = np.clip(formants * np.exp(chance.normal(0, 0.06, 3)), [250, 700, 1800], [950, 2400, 3300])
        source = np.zeros(320)
        source[:: max(int(8000 / pitch), 1)] = 1.0
        source += chance.normal(0, 0.1, 320)
        shape = (1 / (1 + ((freqs[:, None] - formants) / 60) ** 2)).sum(axis=1)
        frames.append(np.fft.irfft(np.fft.rfft(source) * shape) * np.hanning(320) * (1 + np.sin(n / 50 * 25)))
    sound = np.zeros((seconds * 50 + 1) * 160)
    for n, frame in enumerate(frames):
        sound[n * 160 : n * 160 + 320] += frame
    return sound / np.sqrt((sound**2).mean()) * 3000


def test_speech_presses_nothing() -> None:
    said = speech().astype(float)
    for speed in (0.7, 0.85, 1.0, 1.15, 1.3):  # voices from deep to shrill
        at = np.arange(0, said.size - 1, speed)
        for gain in (0.3, 1.0, 3.0):
            assert pressed(np.interp(at, np.arange(said.size), said) * gain) == ""


@pytest.mark.parametrize("seed", range(2))
def test_noise_like_speech_presses_nothing(seed: int) -> None:
    assert pressed(babble(40, seed)) == ""


@pytest.mark.parametrize("gain", [0.3, 1.0, 3.0])
def test_recorded_voices_press_nothing(gain: float) -> None:
    sounds = list(prompts().values())
    assert sum(sound.size for sound in sounds) / 8000 > 600
    sounds.sort(key=len)
    for at in range(0, len(sounds), 100):  # of like length, so that little silence is heard
        assert set(all_at_once([sound * gain for sound in sounds[at : at + 100]])) == {""}
