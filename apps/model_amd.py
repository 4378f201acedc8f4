"""switch.yaml's `amd`: by which lengths it is judged who answered a `dial`, where the step itself does not say.

The names are those of Asterisk's `AMD()`; the defaults are our own (docs/media.md). Whole ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator

from apps.fields import Entry, whole
from ivr.argument_answer import LIMITS
from media.answer import AnswerParameters

_BY = AnswerParameters()


def _within(name: str) -> BeforeValidator:
    return BeforeValidator(whole(*LIMITS[name]))


class AmdSection(Entry):
    """All of them."""

    initial_silence: Annotated[int, _within("initial_silence")] = _BY.initial_silence
    greeting: Annotated[int, _within("greeting")] = _BY.greeting
    after_greeting_silence: Annotated[int, _within("after_greeting_silence")] = _BY.after_greeting_silence
    total_analysis_time: Annotated[int, _within("total_analysis_time")] = _BY.total_analysis_time
    min_word_length: Annotated[int, _within("min_word_length")] = _BY.min_word_length
    between_words_silence: Annotated[int, _within("between_words_silence")] = _BY.between_words_silence
    maximum_number_of_words: Annotated[int, _within("maximum_number_of_words")] = _BY.maximum_number_of_words
    maximum_word_length: Annotated[int, _within("maximum_word_length")] = _BY.maximum_word_length
    silence_threshold: Annotated[int, _within("silence_threshold")] = _BY.silence_threshold

    def parameters(self, own: Mapping[str, int]) -> AnswerParameters:
        """These, but for a dial step's own."""
        return AnswerParameters(**{**self.model_dump(), **own})
