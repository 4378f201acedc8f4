"""A fifth of all packets lost, through a real engine: the sentence is still understood, by correlation with what was said."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from media import g711
from tests.stage.intelligible import intelligibility
from tests.stage.replay import Datagram, replay
from tests.stage.spoken import speech

LAG = 160
"""One frame of play-out delay."""


def sentence() -> np.ndarray:
    pcm = speech()
    return pcm[: pcm.size // 160 * 160]


def losses(frames: int, share: float, burst: float, seed: int) -> np.ndarray:
    """Which frames are lost: Gilbert's model with bursts of `burst` frames on average."""
    chance = np.random.default_rng(seed)
    leave, enter = 1 / burst, share / (burst * (1 - share))
    gone, state = np.zeros(frames, bool), False
    for n in range(10, frames):
        state = chance.random() > leave if state else chance.random() < enter
        gone[n] = state
    return gone


def flow(pcm: np.ndarray, gone: np.ndarray, late_s: np.ndarray) -> list[Datagram]:
    """The packets that arrive, and when."""
    codes = g711.encode_all(pcm, 0).tobytes()
    found = [
        Datagram(
            n * 0.02 + late_s[n], ("10.0.0.1", 7), ("10.0.0.2", 8),
            struct.pack(">BBHII", 0x80, 0, n, n * 160, 77) + codes[n * 160 : n * 160 + 160],
        )
        for n in np.flatnonzero(~gone).tolist()
    ]  # fmt: skip
    return sorted(found, key=lambda packet: packet.at)


def likeness(said: np.ndarray, heard: np.ndarray) -> float:
    """Correlation of the two waves."""
    a, b = said.astype(float), heard.astype(float)
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def test_the_measure_tells_what_is_understood_from_what_is_not() -> None:
    said = sentence().astype(float)
    noise = np.random.default_rng(1).normal(0, said.std(), said.size)
    assert intelligibility(said, said) > 0.999 and intelligibility(said, said / 7) > 0.999
    assert 0.7 < intelligibility(said, said + noise) < 0.8
    assert intelligibility(said, said + 8 * noise) < 0.5 and intelligibility(said, np.roll(said, 50_000)) < 0.25


@pytest.mark.parametrize(("share", "burst", "least"), [(0.1, 1.05, 0.94), (0.2, 1.05, 0.9), (0.2, 2.0, 0.86)])
def test_lost_packets_leave_the_sentence_understood(share: float, burst: float, least: float) -> None:
    pcm = sentence()
    gone = losses(pcm.size // 160, share, burst, 1)
    result = replay(flow(pcm, gone, np.zeros(gone.size)))
    heard = result.heard[LAG:][: pcm.size]
    said = pcm[: heard.size]
    holes = np.where(np.repeat(gone, 160)[: heard.size], 0, said)
    found, nothing_done = intelligibility(said, heard), intelligibility(said, holes)
    print(f"{share:.0%}, bursts of {burst}: {found:.3f} understood, {nothing_done:.3f} with holes")
    assert found > least and found > nothing_done + 0.03
    assert likeness(said, heard) > (0.94 if share < 0.2 else 0.87)
    # What was lost by the end of the flow is not known to be, so the very last may miss.
    assert 0 <= int(gone.sum()) - result.report.lost <= 3 and result.report.late == 0


def test_lost_and_late_packets_together_too() -> None:
    """A fifth is lost and the others are up to 60 ms late: the delay grows by that much, and it is understood."""
    pcm = sentence()
    gone = losses(pcm.size // 160, 0.2, 1.05, 2)
    late_s = np.random.default_rng(2).uniform(0, 0.06, gone.size)
    result = replay(flow(pcm, gone, late_s))
    heard = result.heard.astype(float)
    lag = max(range(0, 1600, 8), key=lambda at: likeness(pcm[80_000:160_000], heard[80_000 + at : 160_000 + at]))
    assert lag / 8 <= 100
    size = min(pcm.size, heard.size - lag)
    assert intelligibility(pcm[24_000:size], heard[24_000 + lag : size + lag]) > 0.88
