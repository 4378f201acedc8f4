"""The WAV header, and what a recording's bytes become: 8 kHz, one or two channels, PCM of 16 bit or G.711.

Pure. Deliberately absent: files (tape.py), formats that are made when a recording is over (encoder.py).
"""

from __future__ import annotations

import struct
from enum import Enum

import numpy as np

from media import g711
from media.words import RATE_HZ

_MOST = 0xFFFFFFFF
LONGEST_HEADER = 58


class Coding(Enum):
    """WAVE format tag, bytes of one sample, bytes of the header: RFC 2361, and `fact` where it is not PCM."""

    PCM = (1, 2, 44)
    ALAW = (6, 1, 58)
    ULAW = (7, 1, 58)

    def __init__(self, tag: int, width: int, header_bytes: int) -> None:
        self.tag, self.width, self.header_bytes = tag, width, header_bytes

    @property
    def silence(self) -> bytes:
        """One silent sample of one channel."""
        if self is Coding.PCM:
            return b"\0\0"
        return bytes([g711.SILENCE[self.law]])

    @property
    def law(self) -> int:
        return g711.ALAW if self is Coding.ALAW else g711.MULAW

    def of(self, samples: g711.Samples) -> bytes:
        """Samples in this coding."""
        if self is Coding.PCM:
            return samples.astype("<i2").tobytes()
        return g711.encode_all(np.ascontiguousarray(samples), self.law).tobytes()


HEADER_BYTES = Coding.PCM.header_bytes


def header(channels: int, data_bytes: int, coding: Coding = Coding.PCM) -> bytes:
    """RIFF header of a file with `data_bytes` of samples. Beyond 4 GB the sizes say "as much as there is"."""
    frame = coding.width * channels
    form = struct.pack("<HHIIHH", coding.tag, channels, RATE_HZ, RATE_HZ * frame, frame, 8 * coding.width)
    fact = b""
    if coding is not Coding.PCM:
        form += b"\0\0"
        fact = struct.pack("<4sII", b"fact", 4, min(data_bytes // frame, _MOST))
    riff = struct.pack("<4sI4s", b"RIFF", min(data_bytes + coding.header_bytes - 8, _MOST), b"WAVE")
    chunks = struct.pack("<4sI", b"fmt ", len(form)) + form + fact
    return riff + chunks + struct.pack("<4sI", b"data", min(data_bytes, _MOST))


def read(head: bytes) -> tuple[int, Coding] | None:
    """(channels, coding) of a header of ours; None when it is none."""
    if len(head) < HEADER_BYTES or head[:4] != b"RIFF" or head[22] not in (1, 2):
        return None
    coding = {kind.tag: kind for kind in Coding}.get(head[20])
    return (head[22], coding) if coding else None


def interleave(
    left: bytes, left_law: int, right: bytes, right_law: int, channels: int, mix: bool = False
) -> g711.Samples:
    """Samples of one block of codes, (n, channels). A channel that is shorter than the other is silent at its end.

    With `mix` both are summed into one channel, clipped once.
    """
    first = g711.DECODE[left_law].take(np.frombuffer(left, np.uint8))
    if channels == 1 and not mix:
        alone: g711.Samples = first.reshape(-1, 1)
        return alone
    second = g711.DECODE[right_law].take(np.frombuffer(right, np.uint8))
    both = np.zeros((max(first.size, second.size), 2), np.int16)
    both[: first.size, 0] = first
    both[: second.size, 1] = second
    if channels == 2:
        return both
    mixed: g711.Samples = np.clip(both.astype(np.int32).sum(axis=1, keepdims=True), -32768, 32767).astype(np.int16)
    return mixed


def widened(mono: bytes, coding: Coding = Coding.PCM) -> bytes:
    """Stereo of mono, the right channel silent."""
    left = np.frombuffer(mono[: len(mono) // coding.width * coding.width], f"V{coding.width}")
    both = np.empty((left.size, 2), left.dtype)
    both[:, 0] = left
    both[:, 1] = np.frombuffer(coding.silence, left.dtype)
    stereo: bytes = both.tobytes()
    return stereo
