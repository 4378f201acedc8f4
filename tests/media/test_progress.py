"""Tones of the network: each country's own table, made and known again; speech and music are none of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import g711, music, progress, tone
from media.national import ANY, FAX, NATIONAL, SPECIAL_HZ, SPECIAL_INFORMATION, known, sounds
from media.progress import Progress
from media.words import Tone
from tests.stage.recorded import prompts
from tests.stage.spoken import speech

ALL = [(country, name) for country, tones in NATIONAL.items() for name in (*tones, *FAX) if name != "call_waiting"]


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
        for other in NATIONAL:
            for name, table in known(other):
                own = {found for found, _ in heard(made(table.freqs_hz, table.cadence_ms, 9.0), country)}
                same = {n for n, t in known(country) if t.freqs_hz == table.freqs_hz}
                if other != country and not same:
                    assert own == set(), (country, other, name)


def special(
    off_hz: float = 0.0, ms: float = 330, gap_ms: float = 0, level: float = 3000.0, order: tuple[int, ...] = (0, 1, 2)
) -> np.ndarray:
    """Special information as E.180 has it, within its tolerances, and a pause."""
    parts = [np.zeros(1600)]
    for nth in order:
        at = np.arange(int(ms * 8)) / 8000
        parts += [level * np.sin(2 * np.pi * (SPECIAL_HZ[nth] + off_hz) * at), np.zeros(int(gap_ms * 8))]
    return np.concatenate([*parts, np.zeros(8000)])


@settings(max_examples=60, deadline=None)
@given(st.floats(-40, 40), st.floats(265, 395), st.floats(0, 30), st.floats(300, 8000), st.integers(0, 319))
def test_special_information_is_known_within_its_tolerances(
    off: float, ms: float, gap: float, level: float, shift: int
) -> None:
    sound = np.concatenate([np.zeros(shift), special(off, ms, gap, level)])
    assert [name for name, _ in heard(sound, "cn")] == ["special_information"]


def test_what_the_hall_plays_as_special_information_is_known_and_another_order_is_not() -> None:
    parts = [tone.samples(part)[0] for part in sounds("us", SPECIAL_INFORMATION) if isinstance(part, Tone)]
    assert [name for name, _ in heard(np.concatenate([*parts, np.zeros(8000)]), ANY)] == [SPECIAL_INFORMATION]
    for order in ((0, 2, 1), (2, 1, 0), (0, 1), (1, 2)):
        assert heard(special(order=order), ANY) == []
    assert heard(special(ms=200), ANY) == heard(special(ms=600), ANY) == []


def test_the_table_has_every_tone_of_every_country() -> None:
    names = {"dial", "ringback", "busy", "congestion", "call_waiting"}
    for country, tones in NATIONAL.items():
        assert tones.keys() == names, country
        for name, table in tones.items():
            assert bool(table.cadence_ms) == (name != "dial") and len(table.cadence_ms) % 2 == 0
            assert all(300 <= freq <= 620 for freq in table.freqs_hz)
            made_of = [part for part in sounds(country, name) if isinstance(part, Tone)]
            assert [ms for part in made_of for ms in (part.on_ms, part.off_ms)] == list(table.cadence_ms or (0, 0))


BY_THE_BOOK = {
    # ITU-T E.180 Supplement 2: frequencies, and seconds on, off, on, off.
    ("cn", "dial"): ({450}, ()),
    ("cn", "ringback"): ({450}, (1.0, 4.0)),
    ("cn", "busy"): ({450}, (0.35, 0.35)),
    ("cn", "congestion"): ({450}, (0.7, 0.7)),
    ("us", "dial"): ({350, 440}, ()),
    ("us", "ringback"): ({440, 480}, (2.0, 4.0)),
    ("us", "busy"): ({480, 620}, (0.5, 0.5)),
    ("us", "congestion"): ({480, 620}, (0.25, 0.25)),
    ("uk", "dial"): ({350, 440}, ()),
    ("uk", "ringback"): ({400, 450}, (0.4, 0.2, 0.4, 2.0)),
    ("uk", "busy"): ({400}, (0.375, 0.375)),
    ("uk", "congestion"): ({400}, (0.4, 0.35, 0.225, 0.525)),
    ("eu", "dial"): ({425}, ()),
    ("eu", "ringback"): ({425}, (1.0, 4.0)),
    ("eu", "busy"): ({425}, (0.5, 0.5)),
    ("eu", "congestion"): ({425}, (0.25, 0.25)),
}


@pytest.mark.parametrize(("country", "name"), BY_THE_BOOK)
def test_what_is_made_is_what_the_standards_say(country: str, name: str) -> None:
    """Measured on the samples: where they are loud, and what is in there."""
    freqs, cadence = BY_THE_BOOK[country, name]
    parts = [source for source in sounds(country, name) if isinstance(source, Tone)]
    pcm = np.concatenate([tone.samples(part)[0] for part in parts]).astype(float)
    blocks = np.sqrt((pcm[: pcm.size // 40 * 40].reshape(-1, 40) ** 2).mean(axis=1)) > 300
    edges = np.flatnonzero(np.diff(np.concatenate([[False], blocks, [False]]).astype(int)))
    lengths = np.diff(np.append(edges, blocks.size)) * 0.005
    assert np.allclose(lengths[: len(cadence)] if cadence else [], cadence, atol=0.012), lengths
    loud = pcm[40:3000] if cadence else pcm[:8000]
    loud = loud[: int(cadence[0] * 8000) - 80] if cadence else loud
    spectrum = np.abs(np.fft.rfft(loud * np.hanning(loud.size), 16_000))
    peaks = [
        n
        for n in range(1, 8000)
        if spectrum[n - 1] < spectrum[n] > spectrum[n + 1] and spectrum[n] > spectrum.max() / 3
    ]
    assert len(peaks) == len(freqs) and all(min(abs(n / 2 - freq) for n in peaks) <= 3 for freq in freqs), peaks


def test_a_fast_modem_that_answers_is_taken_for_a_fax_that_does() -> None:
    """ITU-T V.8 ANSam, which V.34 fax machines answer with: 2100 Hz, 15 Hz of amplitude, a phase reversal each 450 ms."""
    at = np.arange(8000 * 3) / 8000
    turned = np.where((at // 0.45) % 2 == 0, 0.0, np.pi)
    sound = 4000 * (1 + 0.2 * np.sin(2 * np.pi * 15 * at)) * np.sin(2 * np.pi * 2100 * at + turned)
    assert [name for name, _ in heard(sound, ANY)] == ["fax_ced"]
    plain = 4000 * np.sin(2 * np.pi * 2100 * at)
    assert [name for name, _ in heard(plain, ANY)] == ["fax_ced"]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ALL), st.sampled_from([-1, 1]), st.floats(300, 8000), st.data())
def test_a_tone_that_is_far_off_in_pitch_or_cadence_is_not_taken_for_it(
    which: tuple[str, str], sign: int, level: float, data: st.DataObject
) -> None:
    """10 % in pitch or 35 % in pace: then it is at most another one that it has become like."""
    country, name = which
    table = (NATIONAL[country] | FAX)[name]
    off = data.draw(st.sampled_from([0.1, 0.0] if table.cadence_ms else [0.1]))
    pace = 1.0 if off else 1 + sign * 0.35
    cadence = tuple(round(ms * pace) for ms in table.cadence_ms)
    found = {
        told
        for told, _ in heard(made(tuple(f * (1 + sign * off) for f in table.freqs_hz), cadence, 9.0, level), country)
    }
    assert name not in found


@pytest.mark.parametrize("snr_db", [20, 15])
def test_noise_under_a_tone_does_not_hide_it(snr_db: int) -> None:
    chance = np.random.default_rng(snr_db)
    for country, name in ALL:
        table = (NATIONAL[country] | FAX)[name]
        sound = made(table.freqs_hz, table.cadence_ms, 9.0, 4000.0 / len(table.freqs_hz))
        sound = np.concatenate([np.zeros(90000), sound])  # a line that has long been still
        noisy = sound + chance.normal(0, 4000.0 / np.sqrt(2 * len(table.freqs_hz)) * 10 ** (-snr_db / 20), sound.size)
        assert name in {found for found, _ in heard(noisy, country)}, (country, name)


def test_in_25_minutes_of_recorded_voices_there_is_no_tone() -> None:
    for name, pcm in prompts().items():
        assert heard(pcm.astype(float), ANY) == [], name


def test_speech_and_music_are_no_tones() -> None:
    assert heard(speech().astype(float), ANY) == []
    assert heard(music.house_music().astype(float), ANY) == []
