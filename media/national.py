"""The tones that telephone networks tell with, by country: ITU-T E.180 and its supplement; fax tones by T.30.

One table for both: `sounds` makes them, progress.py knows them again.

Units: Hz, ms. Pure data. Deliberately absent: samples (tone.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from media.words import Source, Tone


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
    },
    "us": {
        "dial": NationalTone((350.0, 440.0)),
        "ringback": NationalTone((440.0, 480.0), (2000, 4000)),
        "busy": NationalTone((480.0, 620.0), (500, 500)),
        "congestion": NationalTone((480.0, 620.0), (250, 250)),
    },
    "uk": {
        "dial": NationalTone((350.0, 440.0)),
        "ringback": NationalTone((400.0, 450.0), (400, 200, 400, 2000)),
        "busy": NationalTone((400.0,), (375, 375)),
        "congestion": NationalTone((400.0,), (400, 350, 225, 525)),
    },
    "eu": {
        "dial": NationalTone((425.0,)),
        "ringback": NationalTone((425.0,), (1000, 4000)),
        "busy": NationalTone((425.0,), (500, 500)),
        "congestion": NationalTone((425.0,), (250, 250)),
    },
}
"""Country, then name of the tone."""
ANY = "any"
"""All countries at once, for whom it may concern."""
FAX: dict[str, NationalTone] = {
    "fax_cng": NationalTone((1100.0,), (500, 3000)),
    "fax_ced": NationalTone((2100.0,)),
}
"""The same everywhere: a fax that calls, and one that answers."""


def known(country: str) -> list[tuple[str, NationalTone]]:
    """(name, tone) of one country, or of `ANY`; an unknown country has none. Without fax tones."""
    return [item for name, tones in NATIONAL.items() if country in (name, ANY) for item in tones.items()]


def sounds(country: str, name: str, level_dbm0: float = -10.0) -> tuple[Source, ...]:
    """What to play for a tone, with `loop=True`. KeyError for an unknown one."""
    tone = (NATIONAL[country] | FAX)[name]
    if not tone.cadence_ms:
        return (Tone(tone.freqs_hz, level_dbm0=level_dbm0),)
    steps = zip(tone.cadence_ms[::2], tone.cadence_ms[1::2], strict=True)
    return tuple(Tone(tone.freqs_hz, on_ms=on, off_ms=off, level_dbm0=level_dbm0) for on, off in steps)
