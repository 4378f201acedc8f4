"""What was heard, from the files that the phones and the switch saved.

All times are monotonic seconds, which on one machine are the same in every process. A phone's file begins at its
"saving" event and its voice at its "sending" event, each to within a packet's time (20 ms).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from apps.softphone import ear, tones
from apps.softphone.drive import Fact, Phone


@dataclass(frozen=True, slots=True)
class Audible:
    """One direction of a talk."""

    freq_hz: float
    is_it: bool
    """It is the frequency that was spoken, and nearly nothing else."""
    delay_ms: float | None
    """From mouth to ear, both phones' own buffers included; None when it was not recognised."""
    gaps_ms: int


@dataclass(frozen=True, slots=True)
class Ear:
    """One phone's file of one call, cut by time."""

    began: float
    samples: tones.Samples

    def between(self, start: float, end: float) -> tones.Samples:
        """What was heard from one moment to another; silence where the file has nothing."""
        first, last = (round((moment - self.began) * tones.RATE_HZ) for moment in (start, end))
        out = np.zeros(max(0, last - first))
        piece = self.samples[max(0, first) : max(0, last)]
        at = max(0, -first)
        out[at : at + len(piece)] = piece
        return out


def ear_of(phone: Phone, call: int) -> Ear:
    """The file of a phone's call number `call`, which is over. Raises OSError, LookupError, PhoneSilent."""
    phone.wait("saved", 3, since=0, call=call)
    saving = _fact(phone, "saving", call)
    return Ear(saving["began_now"], ear.read(Path(saving["wav"])))


def listen(
    listener: Ear, speaker: Phone, call: int, voice: tones.Samples, freq_hz: int, span: tuple[float, float]
) -> Audible:
    """How the listener heard the speaker's voice between two moments."""
    start, end = span
    spoke = _fact(speaker, "sending", call)["now"]
    first = round((start - spoke) * tones.RATE_HZ)
    spoken = voice[(first + np.arange(round((end - start) * tones.RATE_HZ))) % len(voice)]
    heard = listener.between(start, end)
    tone = ear.dominant(heard)
    lag = ear.lag(spoken, heard, most_s=0.8)
    return Audible(
        freq_hz=tone.freq_hz,
        is_it=ear.is_tone(heard, freq_hz),
        delay_ms=lag.seconds * 1000 if lag.likeness > 0.7 else None,
        gaps_ms=round(1000 * sum(length for _, length in ear.gaps_s(heard, freq_hz, least=0.02))),
    )


def _fact(phone: Phone, event: str, call: int) -> Fact:
    for told in phone.told(event):
        if told.get("call") == call and not told.get("sent"):
            return told
    raise LookupError(f"{phone.name} told no {event!r} in its call {call}")
