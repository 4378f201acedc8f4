"""What a party puts in: digits, told once each, whether it speaks, and who it is that answered.

Digits wait here for the script that asks for them; while two parties talk, they go to the other one instead.

Time: seconds on the loop's clock. Deliberately absent: what anybody does with them (telephone.py, voicemail.py).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from apps.api.events import CallSpeech
from apps.presses import Presses, Way
from media.answer import AnswerParameters
from media.events import AnswerJudged, DigitHeard, SpeechChanged
from switch.words import call_of

if TYPE_CHECKING:
    from apps.house import House
    from apps.line import Line

_SCRIPT, _NEWS = "script", "news"
MOST_DIGITS = 64
"""Keyed digits kept for a script that has not asked for them yet; a card number and its PIN fit thrice."""


class Input:
    """The input of one line."""

    def __init__(self, house: House, line: Line) -> None:
        self.digits: deque[str] = deque(maxlen=MOST_DIGITS)
        self.digits_to: Line | None = None
        """While two parties talk: digits of this one go to that one, not to a script."""
        self.keyed = asyncio.Event()
        """Set whenever a digit is put into `digits`, or the party begins or stops to speak."""
        self.speaking = False
        """The party speaks; only kept while somebody asked for it."""
        self.spoke_at = 0.0
        """When the party last began or stopped to speak."""
        self._house = house
        self._line = line
        self._asked: set[str] = set()
        """For what its speech is watched."""
        self._presses = Presses()
        self._judged: Callable[[AnswerJudged], None] | None = None

    def digit(self, digit: str, way: Way) -> None:
        """A digit came by this way."""
        if not self._presses.take(digit, way, asyncio.get_running_loop().time()):
            return
        if self.digits_to is not None and self.digits_to.live:
            if way is not Way.SOUND:  # that one is heard already
                self._house.desk.send_digits(self.digits_to.stream, digit)
            return
        self.digits.append(digit)
        self.keyed.set()

    def heard(self, event: DigitHeard | SpeechChanged | AnswerJudged) -> None:
        """The engine heard a digit, or that the party began or stopped to speak, or who answered."""
        match event:
            case DigitHeard():
                self.digit(event.digit, Way.SOUND if event.by_sound else Way.EVENT)
            case SpeechChanged():
                self.speaking = event.speaking
                self.spoke_at = asyncio.get_running_loop().time()
                self.keyed.set()
                if _NEWS in self._asked:
                    call, leg = call_of(self._line.leg), self._line.leg
                    self._house.hub.publish(CallSpeech(call, leg, self._line.peer, event.speaking))
            case AnswerJudged():
                if self._judged is not None and self._line.live:
                    self._judged(event)

    def watch_speech(self, on: bool) -> None:
        """Keep `speaking` and `spoke_at`, for a script, or no more."""
        self._watch(_SCRIPT, on)

    def tell_speech(self, on: bool) -> None:
        """The same, and tell the API of every change."""
        self._watch(_NEWS, on)

    def watch_again(self) -> None:
        """The stream may not have been there when its speech was asked for."""
        if self._asked and self._line.live:
            self._house.desk.watch_speech(self._line.stream, True)

    def _watch(self, what: str, on: bool) -> None:
        before = bool(self._asked)
        self._asked = self._asked | {what} if on else self._asked - {what}
        if before != bool(self._asked):
            if self._line.live:
                self._house.desk.watch_speech(self._line.stream, not before)
            self.speaking = False

    def judge_answer(self, by: AnswerParameters, told: Callable[[AnswerJudged], None]) -> None:
        """Judge from now on who answered, by these lengths; `told` is called once when that is known."""
        self._judged = told
        if self._line.live:
            self._house.desk.watch_answer(self._line.stream, by)
