"""Tones of the network: each country's own table, made and known again; speech and music are none of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import g711, music, progress, tone
from media.national import ANY, FAX, NATIONAL, known, sounds
from media.progress import Progress
from media.words import Tone
from tests.stage.spoken import speech

ALL = [(country, name) for country, tones in NATIONAL.items() for name in (*tones, *FAX)]


def made(freqs: tuple[float, ...], cadence_ms: tuple[int, ...], seconds: float, level: float = 3000.0) -> np.ndarray:
    """A tone by the clock, by other means than the hall's own."""
    at = np.arange(int(seconds * 8000)) / 8000
    sound = sum(level * np.sin(2 * np.pi * freq * at + freq) for freq in freqs)
    if cadence_ms:
        edges = np.cumsum(cadence_ms)
        sound = sound * (np.searchsorted(edges, at * 1000 % edges[-1], side="right") % 2 == 0)
    return np.asarray(sound)


def heard(sound: np.ndarray, country: str) -> list[tuple[str, float]]:
    """(name, second) over G.711."""
    pcm = np.clip(sound[: sound.size // 160 * 160], -32768, 32767).astype(np.int16)
    frames = g711.DECODE[0][g711.encode_all(pcm, 0)].reshape(-1, 160)
    ear = Progress(country)
    kinds = progress.kinds(frames).tolist()
    names = [ear.hear(kind, frame) for kind, frame in zip(kinds, frames, strict=True)]
    return [(name, n / 50) for n, name in enumerate(names) if name]


@pytest.mark.parametrize(("country", "name"), ALL)
def test_what_the_hall_plays_is_known_by_its_country_and_by_all(country: str, name: str) -> None:
    parts = [source for source in sounds(country, name) if isinstance(source, Tone)]
    pcm = np.concatenate([tone.samples(part)[0] for part in parts])
    for asked in (country, ANY):
        assert [found for found, _ in heard(np.tile(pcm, 1 + 96000 // pcm.size)[:96000], asked)] == [name]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(ALL), st.integers(0, 319), st.floats(300, 8000), st.floats(-0.008, 0.008), st.floats(0.92, 1.08))
def test_a_network_that_is_a_bit_off_is_understood(
    which: tuple[str, str], shift: int, level: float, off: float, pace: float
) -> None:
    country, name = which
    table = (NATIONAL[country] | FAX)[name]
    freqs = tuple(freq * (1 + off) for freq in table.freqs_hz)
    cadence = tuple(round(ms * pace) for ms in table.cadence_ms)
    sound = np.concatenate([np.zeros(shift), made(freqs, cadence, 9.0, level)])
    assert [found for found, _ in heard(sound, country)] == [name]


def test_a_ring_is_told_in_its_first_pause_and_busy_with_its_second_tone() -> None:
    ring, busy = NATIONAL["cn"]["ringback"], NATIONAL["cn"]["busy"]
    sound = np.concatenate([made(ring.freqs_hz, ring.cadence_ms, 10), made(busy.freqs_hz, busy.cadence_ms, 3)])
    (first, at), (second, later) = heard(sound, "cn")
    assert (first, second) == ("ringback", "busy")
    assert at < 2.1 and later < 10 + 1.2


def test_another_countrys_tones_are_not_taken_for_ones_own() -> None:
    for country in NATIONAL:
        for other, tones in NATIONAL.items():
            for name, table in tones.items():
                own = {found for found, _ in heard(made(table.freqs_hz, table.cadence_ms, 9.0), country)}
                same = {n for n, t in known(country) if t.freqs_hz == table.freqs_hz}
                if other != country and not same:
                    assert own == set(), (country, other, name)


def test_speech_and_music_are_no_tones() -> None:
    assert heard(speech().astype(float), ANY) == []
    assert heard(music.house_music().astype(float), ANY) == []
