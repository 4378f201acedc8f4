"""The tones that telephone networks tell with, by country; fax tones by ITU-T T.30.

One table for both: `sounds` makes them, progress.py knows them again. Sources:

    all     ITU-T E.180 and its Supplement 2 (tones in national networks); special information: E.180 clause 6
    cn      GB 3380 / YD/T 1522: one frequency of 450 Hz
    us      ANSI T1.401; the "precise tone plan"; call waiting: Telcordia GR-506
    uk      BT SIN 350
    eu      ETSI TR 101 041 and 3GPP TS 22.001 annex F: most countries of the Union; some differ

Units: Hz, ms. Pure data. Deliberately absent: samples (tone.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from media.words import Silence, Source, Tone


@dataclass(frozen=True, slots=True)
class NationalTone:
    """Sines at once; `cadence_ms` is on, off, on, off... and begins anew, or nothing when the tone never pauses."""

    freqs_hz: tuple[float, ...]
    cadence_ms: tuple[int, ...] = ()


NATIONAL: dict[str, dict[str, NationalTone]] = {
    "cn": {
        "dial": NationalTone((450.0,)),
        "ringback": NationalTone((450.0,), (1000, 4000)),
        "busy": NationalTone((450.0,), (350, 350)),
        "congestion": NationalTone((450.0,), (700, 700)),
        "call_waiting": NationalTone((450.0,), (400, 4000)),
    },
    "us": {
        "dial": NationalTone((350.0, 440.0)),
        "ringback": NationalTone((440.0, 480.0), (2000, 4000)),
        "busy": NationalTone((480.0, 620.0), (500, 500)),
        "congestion": NationalTone((480.0, 620.0), (250, 250)),
        "call_waiting": NationalTone((440.0,), (300, 10_000)),
    },
    "uk": {
        "dial": NationalTone((350.0, 440.0)),
        "ringback": NationalTone((400.0, 450.0), (400, 200, 400, 2000)),
        "busy": NationalTone((400.0,), (375, 375)),
        "congestion": NationalTone((400.0,), (400, 350, 225, 525)),
        "call_waiting": NationalTone((400.0,), (100, 4000)),
    },
    "eu": {
        "dial": NationalTone((425.0,)),
        "ringback": NationalTone((425.0,), (1000, 4000)),
        "busy": NationalTone((425.0,), (500, 500)),
        # 200 ms in annex F, 250 in most networks; both are near enough to be known.
        "congestion": NationalTone((425.0,), (250, 250)),
        "call_waiting": NationalTone((425.0,), (200, 600, 200, 3000)),
    },
}
"""Country, then name of the tone."""
SPECIAL_INFORMATION = "special_information"
SPECIAL_HZ, SPECIAL_MS, SPECIAL_PAUSE_MS = (950.0, 1400.0, 1800.0), 330, 1000
"""The same everywhere: three tones one after the other, then a pause or an announcement; within 50 Hz and 70 ms."""
ANY = "any"
"""All countries at once, for whom it may concern."""
FAX: dict[str, NationalTone] = {
    "fax_cng": NationalTone((1100.0,), (500, 3000)),
    "fax_ced": NationalTone((2100.0,)),
}
"""The same everywhere: a fax that calls, and one that answers."""


def known(country: str) -> list[tuple[str, NationalTone]]:
    """(name, tone) of one country, or of `ANY`, that a caller can hear; an unknown country has none. Without fax tones.

    A call that waits is told to the one who is called, never to us.
    """
    tones = [item for name, tones in NATIONAL.items() if country in (name, ANY) for item in tones.items()]
    return [(name, tone) for name, tone in tones if name != "call_waiting"]


def sounds(country: str, name: str, level_dbm0: float = -10.0) -> tuple[Source, ...]:
    """What to play for a tone, with `loop=True`. KeyError for an unknown one."""
    if name == SPECIAL_INFORMATION:
        parts = [Tone((freq,), on_ms=SPECIAL_MS, level_dbm0=level_dbm0) for freq in SPECIAL_HZ]
        return (*parts, Silence(SPECIAL_PAUSE_MS))
    tone = (NATIONAL[country] | FAX)[name]
    if not tone.cadence_ms:
        return (Tone(tone.freqs_hz, level_dbm0=level_dbm0),)
    steps = zip(tone.cadence_ms[::2], tone.cadence_ms[1::2], strict=True)
    return tuple(Tone(tone.freqs_hz, on_ms=on, off_ms=off, level_dbm0=level_dbm0) for on, off in steps)
