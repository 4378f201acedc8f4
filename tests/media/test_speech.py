"""Who speaks: the detector's hysteresis, on paper and on real speech."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from media.speech import BEGIN_FRAMES, END_FRAMES, Listener
from media.words import FRAME_MS, FRAME_SAMPLES, RATE_HZ

Samples = npt.NDArray[np.int16]
FRAME = np.zeros(FRAME_SAMPLES, np.int16)


class _Said:
    """A detector that says what it is told to."""

    def __init__(self, frames: str) -> None:
        self._frames = iter(frames)

    def is_speech(self, samples: bytes, rate_hz: int) -> bool:
        assert (len(samples), rate_hz) == (2 * FRAME_SAMPLES, RATE_HZ)
        return next(self._frames) == "v"


def changes(frames: str) -> list[tuple[int, bool]]:
    """Frame number and what is held for true, whenever that changes; "v" is a voiced frame."""
    listener = Listener()
    listener._vad = _Said(frames)
    return [(n, listener.speaking) for n in range(1, len(frames) + 1) if listener.hear(FRAME)]


def test_a_word_begins_after_its_frames_in_a_row() -> None:
    assert changes("v" * BEGIN_FRAMES) == [(BEGIN_FRAMES, True)]


def test_a_click_is_no_word() -> None:
    assert changes(("v" * (BEGIN_FRAMES - 1) + ".") * 50) == []


def test_a_breath_is_no_end() -> None:
    breath = "v" * BEGIN_FRAMES + ("." * (END_FRAMES - 1) + "v") * 10
    assert changes(breath) == [(BEGIN_FRAMES, True)]


def test_silence_ends_after_its_frames_in_a_row_and_is_told_once() -> None:
    assert changes("v" * BEGIN_FRAMES + "." * 100) == [(BEGIN_FRAMES, True), (BEGIN_FRAMES + END_FRAMES, False)]


def test_after_the_end_it_begins_anew() -> None:
    once = "v" * 5 + "." * 20
    assert changes(once * 2) == [(3, True), (20, False), (28, True), (45, False)]


def told(samples: Samples) -> list[tuple[float, bool]]:
    """Seconds and what is held for true, whenever that changes."""
    listener, found = Listener(), []
    for n in range(len(samples) // FRAME_SAMPLES):
        if listener.hear(samples[n * FRAME_SAMPLES : (n + 1) * FRAME_SAMPLES]):
            found.append(((n + 1) * FRAME_MS / 1000, listener.speaking))
    return found


def silence(seconds: float, level: int = 0) -> Samples:
    """Nothing, or a line's noise."""
    noise = np.random.default_rng(1).normal(0, level, round(seconds * RATE_HZ)) if level else None
    return np.zeros(round(seconds * RATE_HZ), np.int16) if noise is None else noise.astype(np.int16)


def test_a_silent_line_says_nothing() -> None:
    assert told(silence(5)) == []


def test_a_noisy_line_is_taken_for_speech_until_its_noise_is_known() -> None:
    found = told(silence(10, level=10))
    assert not found or (not found[-1][1] and found[-1][0] < 1.0)


def speech(seconds: float, level: int = 6000) -> Samples:
    """A voice of 120 Hz, more or less, through a mouth with three resonances, four syllables a second."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    pitch_hz = 120 * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * t))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    voice = np.zeros(len(t))
    for harmonic in range(1, 28):
        hz = 120 * harmonic
        resonances = ((600, 150, 1.0), (1200, 200, 0.6), (2500, 300, 0.25))
        loud = 0.02 + sum(gain * np.exp(-(((hz - centre) / width) ** 2)) for centre, width, gain in resonances)
        voice += loud * np.sin(harmonic * phase)
    voice *= 0.55 - 0.45 * np.cos(2 * np.pi * 4 * t)
    return (voice / np.abs(voice).max() * level).astype(np.int16)


@pytest.mark.parametrize("level", [20000, 6000, 600])
def test_a_sentence_is_one_stretch_of_speech(level: int) -> None:
    found = told(np.concatenate([silence(1), speech(3, level), silence(2)]))
    assert [speaking for _, speaking in found] == [True, False]
    (began_s, _), (ended_s, _) = found
    assert began_s == pytest.approx(1.1, abs=0.15)
    assert ended_s == pytest.approx(4.0 + END_FRAMES * FRAME_MS / 1000, abs=0.2)


def test_two_sentences_with_a_pause_are_two() -> None:
    found = told(np.concatenate([speech(2), silence(1.5), speech(2), silence(1.5)]))
    assert [speaking for _, speaking in found] == [True, False, True, False]
