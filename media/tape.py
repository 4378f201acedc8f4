"""One growing recording: a WAV whose header is written anew after each block.

So it is whole to its last block whatever is killed. A file that exists is never overwritten; one that grew before a
restart goes on where it ends, with silence in the gap.

Units: samples of 8 kHz. Deliberately absent: orders (disk.py), FLAC and Opus (encoder.py).
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from media import wav
from media.disk_orders import Block, Create
from media.recording_report import RecordingFormat
from media.wav import Coding

FILE_MODE, DIRECTORY_MODE = 0o640, 0o750
COPY_SAMPLES = 1 << 16
_CODING = {RecordingFormat.WAV_ULAW: Coding.ULAW, RecordingFormat.WAV_ALAW: Coding.ALAW}


@dataclass(slots=True)
class Tape:
    """One open file; `samples` are in it, of which `written` came from a block."""

    final: str
    """Where the recording lies in the end."""
    form: RecordingFormat
    path: str
    channels: int
    fd: int
    coding: Coding = Coding.PCM
    mix: bool = False
    samples: int = 0
    written: int = 0
    failed: str = ""

    @staticmethod
    def create(order: Create) -> Tape:
        """A new file, or with `resume` one that goes on. OSError; ValueError for an unknown form."""
        form = RecordingFormat(order.form)
        os.makedirs(os.path.dirname(order.path) or ".", DIRECTORY_MODE, exist_ok=True)
        path = order.path
        if form.encoded:
            path += ".wav"
            if os.path.lexists(order.path):
                raise FileExistsError(None, "File exists")
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | (0 if order.resume else os.O_EXCL)
        fd = os.open(path, flags, FILE_MODE)
        tape = Tape(order.path, form, path, order.channels, fd, _CODING.get(form, Coding.PCM), order.mix)
        if known := wav.read(os.pread(tape.fd, wav.LONGEST_HEADER, 0)):
            tape.channels, tape.coding = known
        data = max(0, os.fstat(tape.fd).st_size - tape.coding.header_bytes)
        tape.samples = tape.written = data // tape.frame_bytes
        tape._head()
        if tape.channels < order.channels:
            tape.widen()
        return tape

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return self.coding.width * self.channels

    @property
    def total_bytes(self) -> int:
        """Of the whole file."""
        return self.coding.header_bytes + self.samples * self.frame_bytes

    def _at(self, sample: int) -> int:
        return self.coding.header_bytes + sample * self.frame_bytes

    def widen(self) -> None:
        """Mono becomes stereo, in a new file that then takes the old one's place. OSError."""
        if self.channels == 2 or self.mix:
            return
        beside = f"{self.path}.wide"
        fd = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
        old, self.fd, self.channels = self.fd, fd, 2
        coding = self.coding
        try:
            self._head()
            for at in range(0, self.samples, COPY_SAMPLES):
                size = coding.width * min(COPY_SAMPLES, self.samples - at)
                mono = os.pread(old, size, coding.header_bytes + coding.width * at)
                self._write(self._at(at), wav.widened(mono, coding))
            os.replace(beside, self.path)
        finally:
            os.close(old)

    def add(self, block: Block) -> None:
        """Put a block where it belongs. OSError."""
        sound = wav.interleave(block.left, block.left_law, block.right, block.right_law, self.channels, self.mix)
        self._silence(block.at)
        self._write(self._at(block.at), self.coding.of(sound))
        self.written += len(sound)
        self._grow(block.at + len(sound))

    def end(self, samples: int) -> None:
        """The file is to have `samples`; what is missing is silence. OSError."""
        if samples > self.samples:
            self._silence(samples)
            os.ftruncate(self.fd, self._at(samples))
            self._grow(samples)

    def _silence(self, until: int) -> None:
        """What lies between the end and `until`. In PCM a hole in the file is silent by itself; in G.711 it is loud."""
        if self.coding is Coding.PCM:
            return
        for at in range(self.samples, until, COPY_SAMPLES):
            count = min(COPY_SAMPLES, until - at)
            self._write(self._at(at), self.coding.silence * (count * self.channels))

    def _grow(self, samples: int) -> None:
        if samples > self.samples:
            self.samples = samples
            self._head()

    def _head(self) -> None:
        self._write(0, wav.header(self.channels, self.samples * self.frame_bytes, self.coding))

    def _write(self, at: int, data: bytes) -> None:
        while data:
            count = os.pwrite(self.fd, data, at)
            data, at = data[count:], at + count

    def close(self) -> None:
        os.close(self.fd)
