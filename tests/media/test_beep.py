"""Beeps: a sine of 100 ms and more between 400 and 2100 Hz is one wherever it begins; voices and tunes are none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import beep, g711, music
from media.beep import Beep, BeepEar
from tests.stage import recorded
from tests.stage.spoken import speech


def beeps(sound: np.ndarray, law: int = 0) -> list[tuple[float, Beep]]:
    """(second, beep) over G.711; silence follows."""
    whole = np.concatenate([sound, np.zeros(1600 - sound.size % 160)])
    pcm = np.clip(whole, -32768, 32767).astype(np.int16)
    seen = beep.look(g711.DECODE[law][g711.encode_all(pcm, law)].reshape(-1, 160))
    ear, found = BeepEar(), []
    for n, look in enumerate(zip(seen.freq_hz, seen.owned, seen.two, seen.power, strict=True)):
        ended = ear.hear(*map(float, look))
        if ended is not None:
            found.append(((n + 1) / 50, ended))
    return found


def sine(freq: float, ms: float, dbfs: float, phase: float = 0.0) -> np.ndarray:
    return 32767 * 10 ** (dbfs / 20) * np.sin(2 * np.pi * freq * np.arange(int(ms * 8)) / 8000 + phase)


@settings(max_examples=150, deadline=None)
@given(
    st.floats(400, 2100),
    st.floats(100, 2900),
    st.integers(0, 159),
    st.floats(-33, -4),
    st.floats(0, 6.2),
    st.integers(0, 1),
)
def test_a_beep_is_told_once_soon_after_its_end(
    freq: float, ms: float, shift: int, dbfs: float, phase: float, law: int
) -> None:
    ((at, found),) = beeps(np.concatenate([np.zeros(800 + shift), sine(freq, ms, dbfs, phase)]), law)
    end = 0.1 + shift / 8000 + ms / 1000
    assert end < at <= end + 0.08
    assert abs(found.freq_hz - freq) < 4
    assert abs(found.ms - ms) <= 40


@settings(max_examples=60, deadline=None)
@given(st.floats(400, 2100), st.integers(0, 159), st.data())
def test_what_is_too_short_too_long_too_low_too_high_or_two_is_none(
    freq: float, shift: int, data: st.DataObject
) -> None:
    sound = data.draw(
        st.sampled_from(
            [
                sine(freq, 40, -10),
                sine(freq, 3200, -10),
                sine(300, 500, -10),
                sine(2300, 500, -10),
                sine(freq, 300, -60),
                sine(freq, 300, -10) + sine(freq + 330, 300, -10),
            ]
        )
    )
    assert beeps(np.concatenate([np.zeros(shift), sound])) == []


def test_a_note_that_the_next_one_follows_is_none() -> None:
    tune = np.concatenate([sine(freq, 200, -12) for freq in (523.3, 587.3, 659.3, 698.5, 784.0)])
    assert len(beeps(tune)) <= 1  # the last one may be, by all that can be heard
    assert beeps(music.house_music().astype(float)) == []


@pytest.mark.parametrize(("snr_db", "share"), [(20, 0.99), (12, 0.9), (10, 0.85)])
def test_noise_may_lie_under_it(snr_db: int, share: float) -> None:
    chance, right = np.random.default_rng(snr_db), 0
    for _ in range(200):
        freq, shift = chance.uniform(500, 2100), int(chance.integers(160))
        sound = np.concatenate([np.zeros(1600 + shift), sine(freq, 150, -12), np.zeros(1600)])
        sound = sound + chance.normal(0, 32767 * 10 ** ((-12 - 3 - snr_db) / 20), sound.size)
        right += [abs(found.freq_hz - freq) < 10 for _, found in beeps(sound)] == [True]
    assert right / 200 >= share


def test_speech_beeps_never() -> None:
    said = speech().astype(float)
    for speed in (0.7, 0.85, 1.0, 1.15, 1.3):
        assert beeps(np.interp(np.arange(0, said.size - 1, speed), np.arange(said.size), said)) == []


def test_of_25_minutes_of_recorded_prompts_only_the_signals_beep() -> None:
    signals = {"beep", "ascending-2tone", "descending-2tone", "confbridge-leave", "confbridge-join", "beeperr"}
    found = {name for name, pcm in recorded.prompts().items() if beeps(pcm.astype(float))}
    assert "beep" in found and found <= signals
