"""Answering machine detection: from what is heard after an answer to who gave it.

A human says a word or two and waits; a machine talks on, and then beeps. The judge counts voice, words and silence
frame by frame; what happened in a frame is a list of signs, and a table leads from state and sign to the next state.

Units: ms; frames of 20 ms. Pure. The method is that of Asterisk's `AMD()`, with beeps and tones besides.
Deliberately absent: what is voice (answer_watch.py), what is a beep (beep.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from media.answer import AnswerParameters, Verdict
from media.beep import Beep
from media.words import FRAME_MS

NETWORK_HZ = 700.0
"""Tones of networks lie below: before a word, such a one is no beep."""


class State(Enum):
    WAITING = auto()
    """Nothing has been said."""
    TALKING = auto()
    """Within a word."""
    PAUSING = auto()
    """After a word."""
    GREETING = auto()
    """A machine's greeting; its beep is waited for."""
    OVER = auto()


class Kind(Enum):
    """What a frame is."""

    VOICE = auto()
    TONE = auto()
    """One or two frequencies that stand."""
    LOUD = auto()
    """Neither, and as loud as words: music, noise."""
    QUIET = auto()


class Sign(Enum):
    """What a frame can mean; all of one frame are taken in this order."""

    BEEPED = auto()
    WORD_BEGAN = auto()
    WORD_ENDED = auto()
    TALKED_LONG = auto()
    MANY_WORDS = auto()
    LONG_WORD = auto()
    WAITS = auto()
    """After a word nothing comes any more."""
    NOTHING_SAID = auto()
    TIME_UP = auto()
    WENT_QUIET = auto()
    WAITED_LONG = auto()


@dataclass(frozen=True, slots=True)
class Step:
    """Where a sign leads to, and what is told then."""

    to: State
    verdict: Verdict | None = None
    cause: str = ""


_BEEP = Step(State.OVER, Verdict.MACHINE, "beep")
_LONG = Step(State.GREETING, Verdict.MACHINE, "long_greeting")
_WORDS = Step(State.GREETING, Verdict.MACHINE, "many_words")
_WORD = Step(State.GREETING, Verdict.MACHINE, "long_word")
_TIME = Step(State.OVER, Verdict.NOT_SURE, "time_up")
TABLE: dict[State, dict[Sign, Step]] = {
    State.WAITING: {
        Sign.BEEPED: _BEEP,
        Sign.WORD_BEGAN: Step(State.TALKING),
        Sign.NOTHING_SAID: Step(State.OVER, Verdict.SILENCE, "nothing_said"),
        Sign.TIME_UP: _TIME,
    },
    State.TALKING: {
        Sign.BEEPED: _BEEP,
        Sign.WORD_ENDED: Step(State.PAUSING),
        Sign.TALKED_LONG: _LONG,
        Sign.MANY_WORDS: _WORDS,
        Sign.LONG_WORD: _WORD,
        Sign.TIME_UP: _TIME,
    },
    State.PAUSING: {
        Sign.BEEPED: _BEEP,
        Sign.WORD_BEGAN: Step(State.TALKING),
        Sign.WAITS: Step(State.OVER, Verdict.HUMAN, "short_greeting"),
        Sign.TIME_UP: _TIME,
    },
    State.GREETING: {
        Sign.BEEPED: Step(State.OVER, None, "beep"),
        Sign.WENT_QUIET: Step(State.OVER, None, "silence"),
        Sign.WAITED_LONG: Step(State.OVER, None, "timeout"),
    },
    State.OVER: {},
}
"""A sign that is not in a state's row changes nothing there."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Who answered, why, and after how much of listening."""

    verdict: Verdict
    cause: str
    ms: int
    words: int


@dataclass(frozen=True, slots=True)
class GreetingOver:
    """The machine listens now. `cause`: "beep", "silence" (it had none), "timeout"."""

    cause: str
    freq_hz: float
    ms: int


class Judge:
    """One answered call. It is over when `state` is; nothing is told after that."""

    def __init__(self, parameters: AnswerParameters) -> None:
        self._by = parameters
        self.state = State.WAITING
        self.words = 0
        self.ms = 0
        """Since the beginning."""
        self._spoken = 0
        """Voice within words."""
        self._voice, self._silence = 0, 0
        """The present run of either; a gap shorter than that between words does not end one of voice."""
        self._waited = 0
        """Nothing has been said for so long; tones of the network, and other sounds, are not counted."""
        self._judged_at = 0

    @property
    def over(self) -> bool:
        return self.state is State.OVER

    def hear(self, kind: Kind, beep: Beep | None = None) -> list[Judgement | GreetingOver]:
        """Take a frame, and the beep that has ended by it. What is known by now, two at most."""
        told: list[Judgement | GreetingOver] = []
        self.ms += FRAME_MS
        self._count(kind)
        for sign in self._signs(kind, beep):
            step = TABLE[self.state].get(sign)
            if step is None:
                continue
            greeting = self.state is State.GREETING
            self.state = step.to
            if sign is Sign.WORD_BEGAN:
                self.words += 1
                self._spoken += self._voice
            if step.verdict is not None:
                told.append(Judgement(step.verdict, step.cause, self.ms, self.words))
                self._judged_at, self._silence = self.ms, 0
            if self._by.beep and (greeting or (step.verdict is Verdict.MACHINE and sign is Sign.BEEPED)):
                told.append(GreetingOver(step.cause, beep.freq_hz if sign is Sign.BEEPED and beep else 0.0, self.ms))
            elif step.to is State.GREETING and not self._by.beep:
                self.state = State.OVER
        return told

    def _count(self, kind: Kind) -> None:
        if kind is Kind.VOICE:
            self._silence = 0
            self._voice += FRAME_MS
            if self.state is State.TALKING:
                self._spoken += FRAME_MS
        elif kind is Kind.TONE and self.state is State.GREETING:
            self._silence = 0  # a beep that lasts is no end of a greeting
        elif kind is Kind.QUIET or self.state is State.GREETING:
            self._silence += FRAME_MS
            if self._silence >= self._by.between_words_silence:
                self._voice = 0
        if kind is Kind.QUIET:
            self._waited += FRAME_MS

    def _signs(self, kind: Kind, beep: Beep | None) -> list[Sign]:
        """In the order of `Sign`."""
        by = self._by
        found = []
        if beep is not None and (self.state is not State.WAITING or beep.freq_hz > NETWORK_HZ):
            found.append(Sign.BEEPED)
        if kind is Kind.VOICE and self._voice >= by.min_word_length and self.state in (State.WAITING, State.PAUSING):
            found.append(Sign.WORD_BEGAN)
        begun = self.words + len([sign for sign in found if sign is Sign.WORD_BEGAN])
        if self._silence >= by.between_words_silence:
            found.append(Sign.WORD_ENDED)
        if self._spoken >= by.greeting:
            found.append(Sign.TALKED_LONG)
        if begun > by.maximum_number_of_words:
            found.append(Sign.MANY_WORDS)
        if self._voice >= by.maximum_word_length:
            found.append(Sign.LONG_WORD)
        if self._silence >= by.after_greeting_silence:
            found.append(Sign.WAITS)
        if self._waited >= by.initial_silence:
            found.append(Sign.NOTHING_SAID)
        if self.ms >= by.total_analysis_time:
            found.append(Sign.TIME_UP)
        if self._silence >= by.end_of_greeting_silence:
            found.append(Sign.WENT_QUIET)
        if self.state is State.GREETING and self.ms - self._judged_at >= by.beep_wait:
            found.append(Sign.WAITED_LONG)
        return found
