"""Audio files into clips, in a thread of their own, so that no tick waits for a disk or a resampler.

libsndfile and soxr let go of the interpreter lock while they work, and files are read in pieces of a second, so that
the tick's thread never waits long for it. Clips are kept by path, size and time of change, up to a bound; the least
recently used goes first.

Deliberately absent: players (source.py); the tick, which only picks up results (`Loader.collect`).
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import soundfile
import soxr

from media.source import Clip, clip_of
from media.words import RATE_HZ, File, Source

CACHE_BYTES = 64 << 20
LONGEST_S = 3600
"""A longer file is cut: an hour of narrowband is what memory is given to one file."""

Job = Callable[[], object]


class FileError(Exception):
    """A file cannot be played. The message is one sentence."""


def read(path: str, start: int = 0, *, empty: bool = False) -> np.ndarray[Any, np.dtype[np.int16]]:
    """First channel of an audio file at 8 kHz from sample `start` of 8 kHz on.

    FileError when it cannot be read, or holds nothing there and may not be `empty`.
    """
    try:
        with soundfile.SoundFile(path) as sound:
            rate = int(sound.samplerate)
            sound.seek(min(start * rate // RATE_HZ, sound.frames))
            stream = soxr.ResampleStream(rate, RATE_HZ, 1, dtype="float32", quality="HQ")
            pieces = []
            left = LONGEST_S * rate
            while left > 0:
                piece = sound.read(min(rate, left), dtype="float32", always_2d=True)[:, 0]
                left -= piece.size
                last = piece.size == 0 or left <= 0
                if rate != RATE_HZ:
                    piece = stream.resample_chunk(np.ascontiguousarray(piece), last=last)
                pieces.append(np.clip(np.rint(piece * 32768.0), -32768, 32767).astype(np.int16))
                if last:
                    break
    except (OSError, RuntimeError, ValueError, TypeError) as mistake:
        raise FileError(f"cannot play {path!r}: {mistake}") from None
    samples = np.concatenate(pieces)
    if not samples.size and not empty:
        raise FileError(f"cannot play {path!r}: it holds no audio")
    return samples


class Shelf:
    """The clips that are kept. Used by the loader's thread alone."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._clips: OrderedDict[tuple[str, int, int], Clip] = OrderedDict()
        self._bytes = 0

    def clip(self, source: Source) -> Clip:
        """The clip of `source`. FileError when its file cannot be played."""
        if not isinstance(source, File):
            return clip_of(source)
        try:
            state = os.stat(source.path)
        except (OSError, ValueError) as mistake:
            raise FileError(f"cannot play {source.path!r}: {mistake}") from None
        key = (source.path, state.st_size, state.st_mtime_ns)
        clip = self._clips.get(key)
        if clip is not None:
            self._clips.move_to_end(key)
            return clip
        clip = Clip(read(source.path, empty=source.follow))
        if source.follow or clip.bytes > self._limit:
            return clip  # it would soon be another, or push out everything else
        self._clips[key] = clip
        self._bytes += clip.bytes
        while self._bytes > self._limit:
            self._bytes -= self._clips.popitem(last=False)[1].bytes
        return clip

    def clips(self, sources: Sequence[Source]) -> tuple[list[Clip], str]:
        """The clips of what can be played, and why the first other one cannot (empty when all can)."""
        found: list[Clip] = []
        failed = ""
        for source in sources:
            try:
                found.append(self.clip(source))
            except FileError as mistake:
                failed = failed or str(mistake)
        return found, failed


class Loader:
    """A thread that does jobs in order; results come back on the loop's side through `collect`."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        """Readable when `collect` has something to do."""
        self._jobs: queue.SimpleQueue[tuple[Job, Callable[[Any], None]] | None] = queue.SimpleQueue()
        self._done: deque[tuple[Callable[[Any], None], object]] = deque()
        self._thread = threading.Thread(target=self._work, name="loader", daemon=True)
        self._thread.start()

    def submit(self, job: Job, done: Callable[[Any], None]) -> None:
        """Do `job` in the thread, then `done(result)` on the loop's side. `job` must not raise."""
        self._jobs.put((job, done))

    def _work(self) -> None:
        while (task := self._jobs.get()) is not None:
            job, done = task
            self._done.append((done, job()))
            with contextlib.suppress(OSError):
                os.eventfd_write(self.wake, 1)

    def collect(self) -> None:
        """Run the `done` of every finished job."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.wake)
        while self._done:
            done, result = self._done.popleft()
            done(result)

    def close(self) -> None:
        """Let the thread end; a job under way is not waited for beyond a second."""
        self._jobs.put(None)
        self._thread.join(1.0)
        os.close(self.wake)
