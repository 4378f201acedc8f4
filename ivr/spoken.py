"""Numbers, digits, places in a queue and lengths of time as texts to be spoken, each by its language's grammar.

Languages: "zh" Mandarin, "en" English, "yue" Cantonese. Any other is spoken in English words.
Pure. Deliberately absent: the grammars themselves (mandarin.py, english.py, cantonese.py), and making sound.
"""

from __future__ import annotations

from types import ModuleType

from ivr import cantonese, english, mandarin

_GRAMMARS: dict[str, ModuleType] = {"zh": mandarin, "en": english, "yue": cantonese}
FORMS = ("number", "ordinal", "digits", "phone", "duration")
"""What may stand after the colon of {name:form}."""
LONGEST = 20
"""Digits of a value that is still a number; more are read one by one."""


def _grammar(language: str) -> ModuleType:
    return _GRAMMARS.get(language, english)


def number(value: int, language: str) -> str:
    """The cardinal: 121 is "one hundred and twenty-one", 一百二十一."""
    return str(_grammar(language).number(value))


def ordinal(value: int, language: str) -> str:
    """The ordinal: 2 is "second", 第二."""
    return str(_grammar(language).ordinal(value))


def digits(text: str, language: str) -> str:
    """Digit by digit; what is no digit stays."""
    return str(_grammar(language).digits(text))


def phone(text: str, language: str) -> str:
    """A telephone number, digit by digit; in Mandarin with 幺 for one."""
    return str(_grammar(language).phone(text))


def position(value: int, language: str) -> str:
    """The sentence that tells a caller the place in the queue, from 1: 4 is 您前面还有三位，请稍候。"""
    return str(_grammar(language).position(value))


def duration(seconds: float, language: str) -> str:
    """A length of time in whole seconds; less than nothing is nothing."""
    return str(_grammar(language).duration(round(seconds)))


def wait(seconds: float, language: str) -> str:
    """The sentence that tells a caller the expected wait, in minutes rounded up."""
    return str(_grammar(language).wait(round(seconds)))


def messages(count: int, language: str) -> str:
    """The sentence that tells how many messages are in a mailbox: 2 is 您有两条留言。"""
    return str(_grammar(language).messages(count))


def message(place: int, language: str) -> str:
    """What is said before a message, by its place from 1: "Message one.", 第一条。"""
    return str(_grammar(language).message(place))


def usual(language: str, positions: int = 20) -> set[tuple[str, str]]:
    """(text, language) of the positions and waits that callers will hear most, to be rendered ahead."""
    texts = {position(place, language) for place in range(1, positions + 1)}
    return {(text, language) for text in texts | {wait(60 * minutes, language) for minutes in range(62)}}


def in_form(value: str, form: str, language: str) -> str:
    """A variable's value spoken as one of `FORMS`. A value that does not fit is returned as it is."""
    if form in ("digits", "phone"):
        return digits(value, language) if form == "digits" else phone(value, language)
    text = value.strip()
    # "０" and "²" are digits to Python, but no caller can key them.
    if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > LONGEST:
        return value
    whole = int(text)
    if form == "duration":
        return duration(whole, language)
    return number(whole, language) if form == "number" else ordinal(whole, language)
