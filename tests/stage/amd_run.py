"""Many answered calls judged at once, as the engine does: one row each."""

from __future__ import annotations

from collections import Counter

import numpy as np

from media.amd import GreetingOver, Judgement
from media.answer import AnswerParameters
from media.answer_watch import Listening, heard
from tests.stage.greetings import Heard


def judged(calls: list[Heard], parameters: AnswerParameters) -> list[list[Judgement | GreetingOver]]:
    """What was told of each of `calls`; nothing for one that ended before."""
    listening = [Listening(parameters) for _ in calls]
    told: list[list[Judgement | GreetingOver]] = [[] for _ in calls]
    for at in range(0, max(call.pcm.size for call in calls), 160):
        rows = [n for n, call in enumerate(calls) if at < call.pcm.size and not listening[n].judge.over]
        if not rows:
            break
        frames = np.stack([calls[n].pcm[at : at + 160] for n in rows])
        for n, news in zip(rows, heard([listening[n] for n in rows], frames), strict=True):
            told[n] += news
    return told


def verdict(told: list[Judgement | GreetingOver]) -> str:
    """The verdict's value; "none" when there was none."""
    return told[0].verdict.value if told and isinstance(told[0], Judgement) else "none"


def confusion(calls: list[Heard], told: list[list[Judgement | GreetingOver]]) -> Counter[tuple[str, str]]:
    """How often (what it was, what it was taken for)."""
    return Counter((call.answer.group, verdict(news)) for call, news in zip(calls, told, strict=True))
