"""FLAC and Opus out of a recording that is over, in a thread of the disk process.

The new file is made beside, then takes its name, and only then the WAV goes: whatever is killed, one of the two is
whole. libsndfile lets go of the interpreter lock while it works.

Deliberately absent: the WAV (tape.py).
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections import deque
from collections.abc import Iterator

import soundfile

from media.disk_orders import Encoded
from media.recording_report import RecordingFormat
from media.tape import FILE_MODE, Tape
from media.words import RATE_HZ

_AS = {RecordingFormat.FLAC: ("FLAC", "PCM_16"), RecordingFormat.OPUS: ("OGG", "OPUS")}
"""Format and subtype in libsndfile."""


def available(form: RecordingFormat) -> bool:
    """libsndfile here can make it."""
    if form not in _AS:
        return True
    outer, inner = _AS[form]
    return outer in soundfile.available_formats() and inner in soundfile.available_subtypes(outer)


def encode(source: str, target: str, form: RecordingFormat) -> int:
    """Make `target` of the WAV `source`, which is gone then. Its bytes. OSError, RuntimeError of libsndfile."""
    outer, inner = _AS[form]
    beside = f"{target}.part"
    fd = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
    try:
        with (
            soundfile.SoundFile(source) as old,
            soundfile.SoundFile(
                fd, "w", samplerate=RATE_HZ, channels=old.channels, format=outer, subtype=inner, closefd=False
            ) as new,
        ):
            while len(piece := old.read(10 * RATE_HZ, dtype="int16")):
                new.write(piece)
        os.fsync(fd)
        size = os.fstat(fd).st_size
        os.link(beside, target)  # never over another file
        os.unlink(source)
        return size
    finally:
        os.close(fd)
        with contextlib.suppress(OSError):
            os.unlink(beside)


class Encoder:
    """Jobs in order, one at a time. `owner` is whoever wants the answer."""

    def __init__(self) -> None:
        self.wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        """Readable when `collect` has something."""
        self._jobs: queue.SimpleQueue[tuple[object, str, str, str, RecordingFormat]] = queue.SimpleQueue()
        self._done: deque[tuple[object, Encoded]] = deque()
        self._thread: threading.Thread | None = None

    def submit(self, owner: object, recording: str, tape: Tape) -> None:
        """Encode what is on a closed tape."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="encoder", daemon=True)
            self._thread.start()
        self._jobs.put((owner, recording, tape.path, tape.final, tape.form))

    def collect(self) -> Iterator[tuple[object, Encoded]]:
        """Yields what is done, with its owner."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.wake)
        while self._done:
            yield self._done.popleft()

    def _work(self) -> None:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
        while True:
            owner, recording, source, target, form = self._jobs.get()
            try:
                answer = Encoded(recording, target, encode(source, target, form), "")
            except (OSError, RuntimeError, ValueError) as mistake:
                answer = Encoded(recording, target, 0, f"kept as {source}: {mistake}")
            self._done.append((owner, answer))
            os.eventfd_write(self.wake, 1)
