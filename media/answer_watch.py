"""Which streams are judged for who answered, and what the judge is told: is it voice, a tone, a beep?

A frame is voice when WebRTC's detector says so, when it is louder than silence and than the line's own noise by 8 dB,
and when it is no tone. The detector is asked only for frames that are loud enough.

Nothing is done for rows that nobody asked for.
Deliberately absent: the verdict (amd.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
import webrtcvad

from media import beep, g711
from media.amd import GreetingOver, Judge, Judgement, Kind
from media.answer import AnswerParameters
from media.beep import BeepEar
from media.board import Board, Ints
from media.events import AnswerJudged, BeepHeard
from media.words import RATE_HZ, StreamId

MODE = 3
"""The detector at its strictest."""
OVER_NOISE = 2.5
"""Voice is so much louder than the line's noise: 8 dB."""
NOISE_FRAMES = 75
"""The line's noise is the faintest of the last 1.5 s: there is a gap in any words of that length."""

SAID_SHARE = 0.1
UNDER_WORDS = 3.0
"""A pause is fainter than the words before it by 10 dB; else it is a sound, and nobody waits for an answer in it."""


class VoiceEar:
    """One stream's ear for voice over noise."""

    def __init__(self, threshold: float) -> None:
        self._vad = webrtcvad.Vad(MODE)
        self._threshold = threshold
        self._levels: deque[float] = deque(maxlen=NOISE_FRAMES)
        self._before = 0.0
        self._said = 0.0
        """Level of what was voice."""

    def hear(self, samples: g711.Samples, level: float) -> Kind:
        """Take a frame (160,) and its mean absolute sample: voice, loud or quiet."""
        # Two frames together: a packet that was lost is no line without noise.
        self._levels.append(max(level, self._before))
        self._before = level
        voice = level > max(self._threshold, OVER_NOISE * min(self._levels))
        voice = voice and bool(self._vad.is_speech(samples.tobytes(), RATE_HZ))
        if voice:
            self._said += (level - self._said) * (SAID_SHARE if self._said else 1.0)
            return Kind.VOICE
        return Kind.LOUD if self._said and level > max(self._threshold, self._said / UNDER_WORDS) else Kind.QUIET


class Listening:
    """One answered call that is being judged."""

    def __init__(self, parameters: AnswerParameters) -> None:
        self.judge = Judge(parameters)
        self.voice = VoiceEar(parameters.silence_threshold)
        self.beep = BeepEar()


class AnswerWatch:
    """`name_of(row)` is the stream of a row."""

    def __init__(
        self, board: Board, name_of: Callable[[int], StreamId], tell: Callable[[AnswerJudged | BeepHeard], None]
    ) -> None:
        self._board, self._name_of, self._tell = board, name_of, tell
        self._rows: dict[int, Listening] = {}

    def __bool__(self) -> bool:
        return bool(self._rows)

    @property
    def wanted(self) -> Ints:
        """Rows that are judged."""
        return np.array(list(self._rows), np.int64)

    def judge(self, row: int, parameters: AnswerParameters | None) -> None:
        """Judge who answered on `row`, from now on; None: no more."""
        self._rows.pop(row, None)
        if parameters is not None:
            self._rows[row] = Listening(parameters)

    def forget(self, row: int) -> None:
        """Row is closed."""
        self._rows.pop(row, None)

    def listen(self, frames: g711.Codes) -> None:
        """Hear this tick's `frames` (high, 160)."""
        rows = list(self._rows)
        samples = g711.decode(frames[rows], self._board.law[rows])
        for row, told in zip(rows, heard(list(self._rows.values()), samples), strict=True):
            name = self._name_of(row)
            for news in told:
                if isinstance(news, Judgement):
                    self._tell(AnswerJudged(name, news.verdict, news.cause, news.ms, news.words))
                else:
                    self._tell(BeepHeard(name, news.cause, news.freq_hz, news.ms))
            if self._rows[row].judge.over:
                del self._rows[row]


def heard(calls: list[Listening], samples: g711.Samples) -> list[list[Judgement | GreetingOver]]:
    """What each of `calls` knows after its frame of `samples` (n, 160)."""
    seen = beep.look(samples)
    levels = np.abs(samples.astype(np.int32)).mean(axis=1)
    found: list[list[Judgement | GreetingOver]] = []
    columns = (seen.freq_hz.tolist(), seen.owned.tolist(), seen.two.tolist(), seen.power.tolist(), levels.tolist())
    for call, sound, freq, owned, two, power, level in zip(calls, samples, *columns, strict=True):
        ended = call.beep.hear(freq, owned, two, power)
        kind = call.voice.hear(sound, level)
        found.append(call.judge.hear(Kind.TONE if call.beep.tonal else kind, ended))
    return found
