"""What can be played: clips in memory, and a player that takes a frame at a time out of them.

A clip is decoded once to samples and encoded once per law; a player only slices bytes. The tail of an endless play
is a loop over [loop_from, end). A player can be held, moved, and given more while it plays.

Units: samples of 8 kHz; one code is one sample. Pure.
Deliberately absent: reading files (files.py), what listeners share (music.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from media import g711, tone
from media.g711 import Codes, Samples
from media.stretch import stretch
from media.words import FRAME_SAMPLES, RATE_HZ, Silence, Tone

LONGEST_SILENCE_MS = 3_600_000


@dataclass(slots=True)
class Clip:
    """Samples, and their codes per law as they are asked for."""

    samples: Samples
    endless: bool = False
    flaw: str = ""
    """Why it is not the whole of its file; one sentence."""
    _codes: dict[int, Codes] = field(default_factory=dict)

    def codes(self, law: int) -> Codes:
        """The clip in `law`."""
        found = self._codes.get(law)
        if found is None:
            found = self._codes[law] = g711.encode_all(self.samples, law)
        return found

    @property
    def bytes(self) -> int:
        """Memory when encoded in both laws."""
        return self.samples.size * 4


def clip_of(source: Tone | Silence) -> Clip:
    """The clip of a source that needs no file."""
    if isinstance(source, Silence):
        ms = min(max(source.ms, 0), LONGEST_SILENCE_MS)
        return Clip(np.zeros(ms * RATE_HZ // 1000, np.int16))
    samples, endless = tone.samples(source)
    return Clip(samples, endless)


@dataclass(slots=True)
class Growing:
    """A file that is still being written, as far as it has been read."""

    path: str
    samples: int = 0
    """Of the file, read up to now."""
    loading: bool = False
    look_at: float = 0.0
    """When to look for more, monotonic seconds."""
    grew_at: float = 0.0


class Player:
    """One play on one stream."""

    def __init__(
        self, play: int, clips: list[Clip], law: int, *, loop: bool, failed: str = "", speed: float = 1.0
    ) -> None:
        self.play = play
        self.clips = clips
        """At their own speed."""
        self.loop = loop
        self.speed = speed
        self.paused = False
        self.growing: Growing | None = None
        self.failed = failed
        """Why a part of it could not be played; empty when all could."""
        self._law = law
        parts: list[Codes] = []
        loop_from: int | None = None
        length = 0
        for clip in clips if speed == 1.0 else [Clip(stretch(c.samples, speed), c.endless) for c in clips]:
            if clip.endless:
                loop_from = length
            parts.append(clip.codes(law))
            length += parts[-1].size
            if clip.endless:
                break
        if loop and loop_from is None and length:
            loop_from = 0
        self._codes = parts[0] if len(parts) == 1 else np.concatenate([*parts, np.zeros(0, np.uint8)])
        self._loop_from = loop_from
        self._at = 0
        self._heard = 0

    @property
    def heard_ms(self) -> int:
        """Played up to now, loops counted each time."""
        return self._heard * 1000 // RATE_HZ

    @property
    def over(self) -> bool:
        """Nothing is left to play."""
        return self._loop_from is None and self._at >= self._codes.size and self.growing is None

    @property
    def left(self) -> int:
        """Samples that lie ahead."""
        return self._codes.size - self._at

    @property
    def position_ms(self) -> float:
        """Where it is, in the time of what is played at its own speed."""
        return self._at * self.speed * 1000 / RATE_HZ

    def seek(self, ms: float) -> None:
        """Go on from there; beyond the end is the end."""
        self._at = min(max(int(ms / self.speed) * RATE_HZ // 1000, 0), self._codes.size)

    def take_over(self, other: Player) -> None:
        """Go on where `other` is."""
        self.paused, self.failed, self._heard = other.paused, other.failed, other._heard
        self.seek(other.position_ms)

    def extend(self, samples: Samples) -> None:
        """More of what plays."""
        self._codes = np.concatenate([self._codes, g711.encode_all(samples, self._law)])

    def speak(self, law: int) -> None:
        """The listener's codec changed."""
        if law != self._law:
            self._codes = g711.TRANSCODE[self._law, law][self._codes]
            self._law = law

    def take(self) -> Codes:
        """The next frame (160,); what lies beyond the end is silence."""
        if self.paused:
            return np.full(FRAME_SAMPLES, g711.SILENCE[self._law], np.uint8)
        at, end = self._at, self._at + FRAME_SAMPLES
        codes = self._codes
        if end <= codes.size:
            self._at = end
            self._heard += FRAME_SAMPLES
            if end == codes.size and self._loop_from is not None:
                self._at = self._loop_from
            return codes[at:end]
        frame = np.full(FRAME_SAMPLES, g711.SILENCE[self._law], np.uint8)
        filled = 0
        while filled < FRAME_SAMPLES:
            part = codes[self._at : self._at + FRAME_SAMPLES - filled]
            frame[filled : filled + part.size] = part
            filled += part.size
            self._at += part.size
            if self._at >= codes.size:
                if self._loop_from is None or self._loop_from >= codes.size:
                    break
                self._at = self._loop_from
        self._heard += filled
        return frame
