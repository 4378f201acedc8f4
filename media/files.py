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
import stat
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from media.g711 import Samples
from media.process import log
from media.source import Clip, clip_of
from media.words import RATE_HZ, File, Source

CACHE_BYTES = 64 << 20
LONGEST_S = 3600
"""A longer file is cut: an hour of narrowband is what memory is given to one file."""

PIECE = 1 << 20
"""Samples of all channels that are read at once, at most."""
FASTEST_HZ, MOST_CHANNELS = 768_000, 64
"""What a header claims beyond these is not believed."""
SHORT_S = 0.1
"""A file may end so much before its header says; compressed ones only guess."""

Job = Callable[[], object]


class FileError(Exception):
    """A file cannot be played. The message is one sentence."""


def read(path: str, start: int = 0, *, empty: bool = False) -> tuple[Samples, str]:
    """First channel of an audio file at 8 kHz from sample `start` of 8 kHz on, and why not all of it (or "").

    FileError when nothing of it can be read, or it holds nothing there and may not be `empty`.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise ValueError("it is no file")  # a pipe would be waited for, and every other play with it
        with soundfile.SoundFile(path) as sound:
            rate = int(sound.samplerate)
            if not 0 < rate <= FASTEST_HZ or sound.channels > MOST_CHANNELS:
                raise ValueError(f"it claims {rate} Hz and {sound.channels} channels")
            sound.seek(min(start * rate // RATE_HZ, sound.frames))
            pieces, flaw = _pieces(sound, rate)
    except (OSError, RuntimeError, ValueError, TypeError) as mistake:
        raise FileError(f"cannot play {path!r}: {mistake}") from None
    samples = np.concatenate([*pieces, np.zeros(0, np.int16)])
    if not samples.size and not empty:
        raise FileError(f"cannot play {path!r}: {flaw or 'it holds no audio'}")
    return samples, f"cannot play {path!r} to its end: {flaw}" if flaw else ""


def _pieces(sound: soundfile.SoundFile, rate: int) -> tuple[list[Samples], str]:
    stream = soxr.ResampleStream(rate, RATE_HZ, 1, dtype="float32", quality="HQ")
    pieces: list[Samples] = []
    flaw, most, left = "", max(1, min(rate, PIECE // sound.channels)), LONGEST_S * rate
    missing = sound.frames - sound.tell() - SHORT_S * rate
    while True:
        piece: npt.NDArray[np.float32] = np.zeros(0, np.float32)
        try:
            piece = sound.read(min(most, left), dtype="float32", always_2d=True)[:, 0]
        except (OSError, RuntimeError) as mistake:
            flaw = str(mistake)
        left -= piece.size
        missing -= piece.size
        last = piece.size == 0 or left <= 0
        if rate != RATE_HZ:
            piece = stream.resample_chunk(np.ascontiguousarray(piece), last=last)
        pieces.append(np.clip(np.rint(np.clip(np.nan_to_num(piece), -2, 2) * 32768.0), -32768, 32767).astype(np.int16))
        if last:
            break
    if left > 0 and missing > 0 and not flaw:
        flaw = f"{missing / rate + SHORT_S:.1f} s are missing"
    return pieces, flaw


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
        samples, flaw = read(source.path, empty=source.follow)
        clip = Clip(samples, flaw="" if source.follow else flaw)
        if source.follow or clip.bytes > self._limit:
            return clip  # it would soon be another, or push out everything else
        self._clips[key] = clip
        self._bytes += clip.bytes
        while self._bytes > self._limit:
            self._bytes -= self._clips.popitem(last=False)[1].bytes
        return clip

    def clips(self, sources: Sequence[Source]) -> tuple[list[Clip], str]:
        """The clips of what can be played, and why the first other one cannot, or not to its end; else empty."""
        found: list[Clip] = []
        failed = ""
        for source in sources:
            try:
                found.append(clip := self.clip(source))
                failed = failed or clip.flaw
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
        self.failed = 0
        """Jobs that broke down, against the promise of `submit`."""
        self._thread = threading.Thread(target=self._work, name="loader", daemon=True)
        self._thread.start()

    def submit(self, job: Job, done: Callable[[Any], None]) -> None:
        """Do `job` in the thread, then `done(result)` on the loop's side. `job` must not raise."""
        self._jobs.put((job, done))

    def _work(self) -> None:
        while (task := self._jobs.get()) is not None:
            job, done = task
            try:
                self._done.append((done, job()))
            except Exception as mistake:  # the other jobs must not die of it
                self.failed += 1
                log(f"a job of the loader broke down: {mistake!r}")
                continue
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
