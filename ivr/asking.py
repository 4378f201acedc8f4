"""Asking a caller one question after another, as surveys, forms and polls do."""

from __future__ import annotations

from ivr import review, speech
from ivr.argument_question import Question
from ivr.running import Running
from ivr.words import RecordResult


async def key_of(call: Running, said: speech.Speech, keys: str, *, timeout_s: float, retries: int) -> str:
    """A key of `keys`, asked for again when another one or none comes; empty at last."""
    for _ in range(retries + 1):
        key = await call.first_key(said, barge_in=True, timeout_s=timeout_s)
        if key is not None and key in keys:
            return key
    return ""


async def digits_of(call: Running, question: Question, *, timeout_s: float, retries: int) -> str:
    """Up to `question.digits` digits, or fewer and #; empty when none was keyed at last."""
    for _ in range(retries + 1):
        digits = ""
        key = await call.first_key(question.say, barge_in=True, timeout_s=timeout_s)
        while key is not None and key != "#":
            digits += key
            if len(digits) >= question.digits:
                break
            key = await call.key(timeout_s)
        if digits:
            return digits
    return ""


async def spoken(call: Running, question: Question, *, silence_s: float, reviewed: bool) -> RecordResult | None:
    """What is said, kept as a file; None when nothing was, or it was discarded."""
    said = speech.prompts(question.say, call.language, call.variables)
    if reviewed:
        return await review.recorded(call.port, said, call.language, max_s=question.record, silence_s=silence_s)
    await call.say(question.say)
    result = await call.port.record(max_s=question.record, silence_s=silence_s, finish_on="#", beep=True)
    if result.seconds >= review.BRIEF_S:
        return result
    call.port.discard(result.path)
    return None
