"""Concealment, against what was really said: nearer to it than repeating the last frame and fading, and no clicks."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import conceal, g711
from media.board import FULL, HALF, SLOTS, Board
from tests.stage.spoken import speech

LIMIT = conceal.LIMIT * HALF


def mended(codes: np.ndarray, lost: np.ndarray, law: int = 0) -> np.ndarray:
    """`codes` after the halves that are `lost` were concealed, by the board."""
    b = Board(4)
    b.take()
    row = b.take()
    b.set_law(row, law)
    b.hears[row] = True
    out = []
    for tick in range(codes.size // 160):
        slot = tick % SLOTS
        b.ring[slot, row] = g711.SILENCE[law]
        b.filled[slot, row] = 0
        for nth, unit in ((0, 1), (1, FULL // HALF - 1)):
            if not lost[2 * tick + nth]:
                at = tick * 160 + nth * HALF
                b.ring[slot, row, nth * HALF : (nth + 1) * HALF] = codes[at : at + HALF]
                b.filled[slot, row] += HALF * unit
        conceal.fill(b, tick, b.filled[slot, : b.high] != FULL)
        out.append(b.ring[slot, row].copy())
    return np.concatenate(out)


def repeated(codes: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """The yardstick: the last frame again, 4.4 dB fainter each time, three times."""
    pcm = g711.DECODE[0][codes].reshape(-1, 160).astype(float)
    run = 0
    for n, gone in enumerate(lost[::2]):
        run = run + 1 if gone else 0
        if gone:
            pcm[n] = pcm[n - 1] * 0.6 if n > 0 and run <= 3 else 0
    return pcm.reshape(-1)


def losses(frames: int, share: float, burst: float, seed: int) -> np.ndarray:
    """Lost frames as halves: Gilbert's model with bursts of `burst` frames on average."""
    chance = np.random.default_rng(seed)
    leave, enter = 1 / burst, share / (burst * (1 - share))
    gone, state = np.zeros(frames, bool), False
    for n in range(5, frames):
        state = chance.random() > leave if state else chance.random() < enter
        gone[n] = state
    return np.repeat(gone, 2)


def nearness(said: np.ndarray, heard: np.ndarray, lost: np.ndarray) -> tuple[float, float]:
    """(correlation, segmental SNR [dB] within -10..35) over the frames of speech that were lost."""
    look = lost[::2]
    a, b = said.reshape(-1, 160)[look].astype(float), heard.reshape(-1, 160)[look].astype(float)
    loud = np.sqrt((a * a).mean(axis=1)) > 300
    a, b = a[loud], b[loud]
    ratio = (a * a).sum(axis=1) / np.maximum(((a - b) ** 2).sum(axis=1), 1.0)
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())), float(
        np.clip(10 * np.log10(ratio), -10, 35).mean()
    )


@pytest.mark.parametrize("burst", [1.05, 2.0])
@pytest.mark.parametrize("share", [0.05, 0.10, 0.20])
def test_lost_speech_is_nearer_to_what_was_said_than_by_repeating(share: float, burst: float) -> None:
    pcm = speech()[: speech().size // 160 * 160]
    codes = g711.encode_all(pcm, 0)
    found = []
    for seed in range(4):
        lost = losses(pcm.size // 160, share, burst, seed)
        ours = nearness(pcm, g711.DECODE[0][mended(codes, lost)], lost)
        found.append((*ours, *nearness(pcm, repeated(codes, lost), lost)))
    likeness, snr, old_likeness, old_snr = np.mean(found, axis=0)
    print(f"{share:.0%} bursts {burst}: {likeness:.3f} {snr:.2f} dB; repeated {old_likeness:.3f} {old_snr:.2f} dB")
    assert likeness > old_likeness + 0.03
    assert snr > old_snr + 0.5


@pytest.mark.parametrize("law", [0, 1])
@pytest.mark.parametrize("freq", [80.0, 123.4, 199.0])
def test_a_voice_of_one_pitch_goes_on_as_if_nothing_were_missing(freq: float, law: int) -> None:
    time_s = np.arange(16000) / 8000
    pcm = sum(4000 / k * np.sin(2 * np.pi * freq * k * time_s + k) for k in range(1, 8))
    codes = g711.encode_all(pcm.astype(np.int16), law)
    lost = np.zeros(200, bool)
    lost[60:62] = True
    heard = g711.DECODE[law][mended(codes, lost, law)].astype(float)
    error = heard[4800:4960] - pcm[4800:4960]
    level = np.clip(1.2 - np.arange(160) / 400, 0, 1)
    wanted = pcm[4800:4960] * level
    assert np.abs(heard[4800:4960] - wanted).std() < 0.25 * pcm.std(), error.std()
    assert np.abs(np.diff(heard)).max() < 1.6 * np.abs(np.diff(pcm)).max()


def test_a_hole_fades_to_silence_in_60_ms_and_the_voice_comes_back_without_a_step() -> None:
    pcm = (9000 * np.sin(2 * np.pi * 200 * np.arange(16000) / 8000)).astype(np.int16)
    lost = np.zeros(200, bool)
    lost[50:80] = True
    heard = g711.DECODE[0][mended(g711.encode_all(pcm, 0), lost)].astype(float)
    at = 50 * HALF
    levels = np.abs(heard[at : at + 30 * HALF]).reshape(-1, HALF).max(axis=1)
    assert levels[0] > 8500 and (np.diff(levels[:7]) <= 0).all()
    assert levels[5] < 2200 and (levels[6:] == 0).all()
    assert np.abs(np.diff(heard)).max() < 1.3 * np.abs(np.diff(pcm.astype(int))).max()


def test_a_packet_of_10_ms_that_is_missing_is_concealed_alone() -> None:
    pcm = (9000 * np.sin(2 * np.pi * 150 * np.arange(8000) / 8000)).astype(np.int16)
    codes = g711.encode_all(pcm, 0)
    lost = np.zeros(100, bool)
    lost[41] = True
    heard = mended(codes, lost)
    assert (heard[: 41 * HALF] == codes[: 41 * HALF]).all()
    assert np.corrcoef(g711.DECODE[0][heard[41 * HALF : 42 * HALF]], pcm[41 * HALF : 42 * HALF])[0, 1] > 0.98


@settings(max_examples=40, deadline=None)
@given(st.lists(st.booleans(), min_size=120, max_size=120), st.integers(0, 1), st.integers(0, 2**32 - 1))
def test_what_came_is_heard_as_it_came_but_for_10_ms_after_a_hole(lost: list[bool], law: int, seed: int) -> None:
    gone = np.array([False, False, *lost, False, False])
    codes = np.random.default_rng(seed).integers(0, 256, gone.size * HALF).astype(np.uint8)
    heard = mended(codes, gone, law).reshape(-1, HALF)
    kept = ~gone & ~np.roll(gone, 1)
    assert (heard[kept] == codes.reshape(-1, HALF)[kept]).all()


def test_rows_that_miss_nothing_cost_next_to_nothing() -> None:
    b = Board(1024)
    for _ in range(1000):
        b.hears[b.take()] = True
    b.missing[:] = 0
    b.ring[:, :1001] = np.random.default_rng(1).integers(0, 256, (SLOTS, 1001, 160))
    costs = []
    for gone in (0, 1, 50):
        holes = np.zeros(b.high, bool)
        holes[5 : 5 + gone] = True
        spans = []
        for tick in range(40):
            b.filled[:] = FULL
            b.filled[tick % SLOTS, : b.high][holes] = 0
            b.missing[:] = 0
            begun = time.perf_counter()
            conceal.fill(b, tick, holes)
            spans.append(time.perf_counter() - begun)
        costs.append(float(np.median(spans)) * 1e6)
    print("us for 0, 1, 50 of 1000 rows:", [round(cost) for cost in costs])
    assert costs[0] < 200
