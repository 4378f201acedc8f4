"""Speaking something that is heard again before it counts: 1 hear it, 2 say it anew, 3 or # keep it, * discard it.

Whoever hangs up after speaking has kept it; so has who presses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from ivr.words import CallPort, Heard, Prompt, RecordResult, Say

TEXTS: dict[str, str] = {
    "zh": "重听请按一，重录请按二，确认请按三，放弃请按星号键。",
    "en": "To hear it, press one. To record it again, two. To keep it, three. To discard it, star.",
    "yue": "重聽請按一，重錄請按二，確認請按三，放棄請按星號鍵。",
}
KEY_S = 6.0
MOST = 20
"""Times that somebody may hear it or speak again; then it is kept as it is."""
BRIEF_S = 0.5
"""Shorter than this nobody said anything."""


def asked(language: str) -> Say:
    """What is said after the recording."""
    return Say(TEXTS[language], language) if language in TEXTS else Say(TEXTS["en"], "en")


def static_texts(languages: tuple[str, ...]) -> set[tuple[str, str]]:
    """For rendering ahead."""
    return {(asked(language).text, asked(language).language) for language in languages}


async def recorded(
    port: CallPort,
    said: Sequence[Prompt],
    language: str,
    *,
    max_s: float,
    silence_s: float,
    finish_on: str = "#",
    beep: bool = True,
) -> RecordResult | None:
    """Say what is asked for, record, and let the caller decide; None when it was discarded, or nothing was said."""
    anew = True
    result = RecordResult("", 0.0, "")
    for _ in range(MOST):
        if anew:
            if said:
                await port.play(said)
            result = await port.record(max_s=max_s, silence_s=silence_s, finish_on=finish_on, beep=beep)
            if result.seconds < BRIEF_S:
                port.discard(result.path)
                return None
            anew = False
        key = await port.play([asked(language)], stop_on="123#*")
        while key is None or key not in "123#*":
            key = await port.digit(KEY_S)
            if key is None:
                return result
        if key == "1":
            await port.play([Heard(result.path)], stop_on="123#*")
        elif key == "2":
            port.discard(result.path)
            anew = True
        elif key == "*":
            port.discard(result.path)
            return None
        else:
            return result
    return result
