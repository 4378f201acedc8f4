"""Music on hold: running sources that many listeners share.

A class of music is one endless track that runs whether anybody listens or not, so that all hear the same position.
It is encoded once per law when it is loaded; a tick costs one slice per class and law, however many listen. A class
without playable files is the house's own music: a slow pentatonic piece made here, so that nobody ever waits in
silence.

Units: samples of 8 kHz; level about -20 dBFS. Pure. Deliberately absent: reading files (files.py).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from media import g711
from media.files import Shelf
from media.g711 import Codes, Samples
from media.words import FRAME_SAMPLES, RATE_HZ, File

LEVEL_DBFS = -20.0
LONGEST = 1800 * RATE_HZ
"""Half an hour of one class is kept; what comes after is left out."""
BEAT_S = 0.6
_CHORDS = ((0, 2, 4), (2, 4, 7), (3, 5, 8), (1, 4, 6), (0, 4, 7), (2, 5, 7), (1, 3, 6), (0, 2, 5))
"""Degrees of the pentatonic scale that sound together, one chord a bar of four beats."""
_LINE = (7, 5, 4, 2, 5, 4, 2, 0, 8, 7, 5, 4, 7, 5, 4, 2, 5, 7, 8, 9, 7, 5, 4, 5, 4, 2, 1, 2, 0, 2, 4, 5)
_SCALE = (0, 2, 4, 7, 9)


def _pitch(degree: int, base_hz: float) -> float:
    octave, step = divmod(degree, len(_SCALE))
    return base_hz * math.pow(2.0, octave + _SCALE[step] / 12)


def _note(freq_hz: float, seconds: float, attack_s: float, decay_s: float) -> npt.NDArray[np.float64]:
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    shape = np.minimum(time / attack_s, 1.0) * np.exp(-time / decay_s)
    shape *= np.minimum((seconds - time) / 0.05, 1.0)
    wave = np.zeros(time.size)
    for partial, weight in ((1, 1.0), (2, 0.3), (3, 0.12)):
        wave += weight * np.sin(2 * np.pi * freq_hz * partial * time)
    note: npt.NDArray[np.float64] = wave * shape
    return note


@functools.cache
def house_music() -> Samples:
    """38 seconds that loop without a seam: a soft chord each bar, a plucked line above it."""
    beats = len(_CHORDS) * 8
    total = int(beats * BEAT_S * RATE_HZ)
    total -= total % FRAME_SAMPLES
    mix = np.zeros(total)

    def add(at_s: float, note: npt.NDArray[np.float64], gain: float) -> None:
        # Tails wrap round, so that the end sounds into the beginning.
        at = int(at_s * RATE_HZ)
        here = min(note.size, total - at)
        mix[at : at + here] += gain * note[:here]
        mix[: note.size - here] += gain * note[here:]

    # Most notes come again; to make each once is most of what an engine's start can save.
    note = functools.cache(_note)

    for bar in range(beats // 4):
        for degree in _CHORDS[bar % len(_CHORDS)]:
            add(bar * 4 * BEAT_S, note(_pitch(degree, 220.0), 4 * BEAT_S + 1.0, 0.35, 2.5), 0.30)
    for beat in range(beats):
        if beat % 8 in (3, 7) and beat % 16 != 15:
            continue
        degree = _LINE[(beat + (beat // 32) * 5) % len(_LINE)]
        add(beat * BEAT_S, note(_pitch(degree, 440.0), 2.2, 0.01, 0.6), 0.5)
    mix *= 10 ** (LEVEL_DBFS / 20) / np.sqrt(np.mean(mix**2))
    return np.clip(mix * 32768, -32767, 32767).astype(np.int16)


def load(shelf: Shelf, files: Sequence[str]) -> tuple[Codes, list[str]]:
    """A class's track in both laws (2, n), n a whole number of frames; and why files were left out."""
    pieces: list[Samples] = []
    mistakes: list[str] = []
    for path in files:
        clips, failed = shelf.clips([File(path)])
        pieces += [clip.samples for clip in clips]
        if failed:
            mistakes.append(failed)
    samples = np.concatenate(pieces)[:LONGEST] if pieces else house_music()
    spare = -samples.size % FRAME_SAMPLES
    if spare:
        samples = np.concatenate([samples, np.zeros(spare, np.int16)])
    return np.stack([g711.encode_all(samples, law) for law in (g711.MULAW, g711.ALAW)]), mistakes


class Jukebox:
    """The running tracks."""

    def __init__(self) -> None:
        self._tracks: dict[str, Codes] = {}
        self._house = load(Shelf(), ())[0]

    def put(self, name: str, track: Codes) -> None:
        """Class `name` plays `track` (2, n) from now on."""
        self._tracks[name] = track

    def keep(self, names: set[str]) -> None:
        """Forget every class but these; who listened to another hears the house's music."""
        for name in self._tracks.keys() - names:
            del self._tracks[name]

    def frame(self, name: str, law: int, tick: int) -> Codes:
        """What every listener of `name` hears in `tick`, (160,). An unknown name is the house's music."""
        track = self._tracks.get(name, self._house)
        at = tick % (track.shape[1] // FRAME_SAMPLES) * FRAME_SAMPLES
        return track[law, at : at + FRAME_SAMPLES]
