"""Text into a WAV of one loudness: pyttsx3 on libespeak-ng, or the espeak-ng command when that cannot start.

One engine a process, one utterance at a time, main thread only: pyttsx3 loses all but the last of queued texts, comes
back from runAndWait before the speech is there, crashes when threads share it, keeps the old voice when a name is
unknown, and swallows write errors. So every step is checked from outside. Only media/tts.py imports this.

Units: PCM16, 8 kHz, mono; loudness -20 dBFS (rms of the 20 ms frames that hold speech).
Deliberately absent: sockets and the cache's naming (tts.py, utterance.py).
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from media.utterance import VOICES, WORDS_A_MINUTE, Identity, VoiceError
from media.words import FRAME_SAMPLES, RATE_HZ

RENDER_LIMIT_S = 4.5
"""One utterance takes 15 ms; two minutes of speech take 0.6 s. Shorter than the handle's patience of 5 s."""
LOUDNESS = 0.1
"""-20 dBFS rms."""
KNEE = 0.8
"""Above this, peaks are bent so that none passes 1.0."""
EDGE_S = 0.06
"""Silence left before and after the speech, so that pieces can follow one another."""
REVISION = "1"
"""Raise when the processing below changes how a WAV sounds: old cache entries are then not used."""

TRIES = 3
"""Attempts to get sound out of the engine before a text is given up."""


class Stuck(VoiceError):
    """The engine did not come back. The process must end; its state is unknown."""


class Engine(Protocol):
    """What turns a cleaned text into a raw WAV file of any rate."""

    identity: Identity

    def raw(self, text: str, voice: str, path: Path) -> None:
        """Write the speech to `path`. Raises VoiceError."""


class Pyttsx3:
    """pyttsx3 with its espeak driver."""

    def __init__(self) -> None:
        # The import prints when a library is missing, and the driver prints each saved file: stdout is not ours here.
        try:
            import pyttsx3

            self._engine: Any = pyttsx3.init("espeak")
            known = {voice.id for voice in self._engine.getProperty("voices")}
        except Exception as error:  # pyttsx3 raises RuntimeError, OSError, or what its ctypes layer felt like
            raise VoiceError(f"pyttsx3 cannot start: {error or type(error).__name__}") from error
        missing = [voice for voice in VOICES.values() if voice not in known]
        if missing:
            raise VoiceError(f"espeak-ng lacks the voice {missing[0]}; install Debian's espeak-ng-data.")
        self._engine.setProperty("rate", WORDS_A_MINUTE)
        self._finished = threading.Event()
        self._engine.connect("finished-utterance", lambda name, completed: self._finished.set())
        self.identity = Identity("pyttsx3-espeak", f"{version('pyttsx3')}/{_library_version()}/{REVISION}")

    def raw(self, text: str, voice: str, path: Path) -> None:
        # The driver writes inside a C callback, where an error would leave its loop turning for ever. Try first.
        try:
            path.write_bytes(b"")
        except OSError as error:
            raise VoiceError(f"The voice cache cannot be written: {error.strerror}.") from error
        with _limit(RENDER_LIMIT_S):
            self._finished.clear()
            # Queued, and done in this order by runAndWait.
            self._engine.setProperty("voice", voice)
            self._engine.save_to_file(text, str(path))
            self._engine.runAndWait()
            # The library speaks in a thread of its own, and runAndWait may come back before the file is written.
            while not self._finished.wait(0.001):
                pass
        if self._engine.getProperty("voice") != voice:
            raise VoiceError(f"espeak-ng has no voice {voice}.")


class Command:
    """The espeak-ng program, one process an utterance."""

    def __init__(self) -> None:
        program = shutil.which("espeak-ng")
        if program is None:
            raise VoiceError("there is no espeak-ng command either")
        self._program = program
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=5, check=False).stdout
        self.identity = Identity("espeak-ng", f"{' '.join(told.split()[:4])}/{REVISION}")

    def raw(self, text: str, voice: str, path: Path) -> None:
        # The text goes by stdin: a command line would show it to everyone, and has dashes with a meaning.
        command = [self._program, "-v", voice, "-s", str(WORDS_A_MINUTE), "-b", "1", "-w", str(path), "--stdin"]
        try:
            done = subprocess.run(
                command, input=text.encode(), capture_output=True, timeout=RENDER_LIMIT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise VoiceError("espeak-ng did not finish.") from error
        if done.returncode != 0:
            raise VoiceError(f"espeak-ng failed with code {done.returncode}.")


def start() -> Engine:
    """The engine of this process. Raises VoiceError: one sentence with what to install."""
    try:
        return Pyttsx3()
    except VoiceError as first:
        try:
            return Command()
        except VoiceError as second:
            reason = f"{str(first).rstrip('.')}, and {second}"
            raise VoiceError(f"No speech: {reason}. Install Debian's package libespeak-ng1.") from first


def render(engine: Engine, text: str, voice: str, wav: Path) -> None:
    """Speak a cleaned text into `wav`, which appears whole or not at all. Raises VoiceError."""
    raw, part = wav.with_suffix(".unlevelled"), wav.with_suffix(".part")
    try:
        wav.parent.mkdir(parents=True, exist_ok=True)
        samples, rate = _spoken(engine, text, voice, raw)
        speech = levelled(soxr.resample(samples[:, 0], rate, RATE_HZ))
        pcm = np.rint(speech * 32767.0).astype("<i2")
        soundfile.write(str(part), pcm, RATE_HZ, subtype="PCM_16", format="WAV")
        os.replace(part, wav)
    except (OSError, RuntimeError) as error:
        # soundfile's own errors are RuntimeErrors: an unreadable raw file, a full disk.
        raise VoiceError(f"The speech could not be written: {error}") from error
    finally:
        raw.unlink(missing_ok=True)
        part.unlink(missing_ok=True)


def _spoken(engine: Engine, text: str, voice: str, raw: Path) -> tuple[NDArray[np.float32], int]:
    """Samples (frames, channels) and their rate. Raises VoiceError when `TRIES` attempts gave no sound.

    pyttsx3's engine now and then ends an utterance with an empty file, on a busy machine above all; the next try
    speaks.
    """
    for _ in range(TRIES):
        engine.raw(text, voice, raw)
        samples, rate = soundfile.read(str(raw), dtype="float32", always_2d=True)
        if len(samples):
            return samples, rate
    raise VoiceError("The synthesiser gave no sound.")


def levelled(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The speech at -20 dBFS, its silent edges cut to 60 ms, no sample beyond +-1. Raises VoiceError on silence."""
    whole = len(samples) // FRAME_SAMPLES
    if not whole:
        raise VoiceError("The synthesiser gave no sound.")
    power = np.square(samples[: whole * FRAME_SAMPLES].astype(np.float64)).reshape(whole, FRAME_SAMPLES).mean(axis=1)
    # Speech is what is within 40 dB of the loudest frame; pauses must not raise the level of the words.
    speaking = np.flatnonzero((power > power.max() * 1e-4) & (power > 1e-9))
    if not len(speaking):
        raise VoiceError("The synthesiser gave only silence.")
    edge = int(EDGE_S * RATE_HZ)
    first = max(int(speaking[0]) * FRAME_SAMPLES - edge, 0)
    last = min((int(speaking[-1]) + 1) * FRAME_SAMPLES + edge, len(samples))
    loud = samples[first:last] * np.float32(LOUDNESS / np.sqrt(power[speaking].mean()))
    over = np.abs(loud) > KNEE
    bent = KNEE + (1 - KNEE) * np.tanh((np.abs(loud[over]) - KNEE) / (1 - KNEE))
    loud[over] = np.copysign(bent, loud[over])
    result: NDArray[np.float32] = loud
    return result


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Raise `Stuck` in the main thread when the block takes longer. The driver's loop sleeps in Python, so it works."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Stuck(f"The synthesiser was stuck for {seconds} s and is started anew.")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _library_version() -> str:
    """libespeak-ng's own version, or "unknown"."""
    try:
        library = ctypes.CDLL("libespeak-ng.so.1")
        library.espeak_Info.restype = ctypes.c_char_p
        told: bytes = library.espeak_Info(None)
        return told.decode("ascii", "replace")
    except (OSError, AttributeError):
        return "unknown"
