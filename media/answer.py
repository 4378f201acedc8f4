"""Who answered: the verdicts on an outbound call, and the lengths that they are judged by.

The names of the parameters are those of Asterisk's `AMD()`; the defaults are our own, chosen on one half of the set of
greetings in tests/stage/greetings.py and measured on the other (docs/media.md).

Units: ms. Frozen data. Deliberately absent: the judging (amd.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """Who answered."""

    HUMAN = "human"
    MACHINE = "machine"
    SILENCE = "silence"
    """Nothing was said."""
    NOT_SURE = "not_sure"


@dataclass(frozen=True, slots=True)
class AnswerParameters:
    """What a greeting is measured by."""

    initial_silence: int = 2500
    """So long nothing is said: `SILENCE`. A tone of the network meanwhile is not counted."""
    greeting: int = 2200
    """So much voice without a longer pause: a machine speaks."""
    after_greeting_silence: int = 800
    """So long a pause after a word: a human waits for an answer."""
    total_analysis_time: int = 6000
    """Not judged by then: `NOT_SURE`."""
    min_word_length: int = 100
    """Shorter sounds are no words."""
    between_words_silence: int = 50
    """A shorter gap is within a word."""
    maximum_number_of_words: int = 6
    """More words without a longer pause: a machine speaks."""
    maximum_word_length: int = 5000
    """A longer word is a machine's, or music."""
    silence_threshold: int = 100
    """Mean absolute sample 0..32767 under which a frame is silent; also what lies near the line's own noise."""
    beep: bool = False
    """After `MACHINE`, wait for the beep, or for the end of a greeting that has none."""
    end_of_greeting_silence: int = 2000
    """So long a silence after a machine's greeting: it ended without a beep."""
    beep_wait: int = 45_000
    """So long after the verdict no beep is waited for any more."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) < 0:
                raise ValueError(f"{name} of {getattr(self, name)} is none")
