"""Numbers, digits, places in a queue and lengths of time as texts to be spoken, each by its language's grammar.

Languages: "zh" Mandarin, "en" English, "yue" Cantonese. Any other is spoken in English words.
Pure. Deliberately absent: the grammars themselves (mandarin.py, english.py, cantonese.py), and making sound.
"""

from __future__ import annotations

import datetime as day
import re
from decimal import ROUND_HALF_UP, Decimal
from types import ModuleType

from ivr import cantonese, english, mandarin
from ivr.hours import WEEKDAYS

_GRAMMARS: dict[str, ModuleType] = {"zh": mandarin, "en": english, "yue": cantonese}
CURRENCIES = tuple(mandarin.CURRENCIES)
"""ISO 4217 codes in small letters; the first is meant when none is given."""
FORMS = ("number", "ordinal", "digits", "phone", "duration", "money", "date", "time", "weekday")
"""What may stand after the colon of {name:form}; after `money` a currency may follow, {name:money:usd}."""
LONGEST = 20
"""Digits of a value that is still a number; more are read one by one."""
ROUNDED = ((10, 1), (30, 5), (60, 10), (float("inf"), 1))
"""Up to so many minutes, a wait is told in steps of so many."""
_DECIMAL = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,9}))?")
_DATE = re.compile(r"(?:([0-9]{4})-)?([0-9]{1,2})-([0-9]{1,2})(?:[T ].*)?")
_TIME = re.compile(r"(?:[0-9-]+[T ])?([0-9]{1,2}):([0-9]{2})(?::[0-9]{2}.*)?")


def is_form(form: str) -> bool:
    """Whether this may stand after the colon."""
    name, colon, currency = form.partition(":")
    return name in FORMS and (not colon or (name == "money" and currency in CURRENCIES))


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
    """A telephone number, digit by digit in groups as people write it; in Mandarin with 幺 for one."""
    return str(_grammar(language).phone(grouped("".join(text.split()))))


_GROUPS = (
    (re.compile(r"1[0-9]{10}"), (3, 4, 4)),  # a mobile phone in China
    (re.compile(r"0(?:10|2[0-9])[0-9]{8}"), (3, 4, 4)),
    (re.compile(r"0[3-9][0-9]{2}[0-9]{7}"), (4, 3, 4)),
    (re.compile(r"0[3-9][0-9]{2}[0-9]{8}"), (4, 4, 4)),
    (re.compile(r"[48]00[0-9]{7}"), (3, 3, 4)),
    (re.compile(r"[2-9][0-9]{9}"), (3, 3, 4)),  # North America
    (re.compile(r"[2-9][0-9]{7}"), (4, 4)),
    (re.compile(r"[2-9][0-9]{6}"), (3, 4)),
)


def grouped(number: str) -> list[str]:
    """A number in the groups that people say it in: 13800138000 is 138 0013 8000."""
    for country in ("+86", "+852", "+1"):
        if number.startswith(country):
            return [country, *grouped(number[len(country) :])]
    for pattern, sizes in _GROUPS:
        if pattern.fullmatch(number):
            groups = []
            for size in sizes:
                groups.append(number[:size])
                number = number[size:]
            return groups
    return [number]


def money(value: str, currency: str, language: str) -> str:
    """An amount in a currency, rounded to hundredths; what is no amount stays."""
    found = _DECIMAL.fullmatch(value.strip())
    if found is None:
        return value
    cents = int((Decimal(found[0].strip("-")) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    said = str(_grammar(language).money(*divmod(cents, 100), currency or CURRENCIES[0]))
    return _below(found[1] if cents else "", said, language)


def _below(sign: str, said: str, language: str) -> str:
    return said if not sign else f"minus {said}" if _grammar(language) is english else f"负{said}"


def date(value: str, language: str) -> str:
    """A date, 2026-10-01 or 10-01, also with a time after it; what is no date stays."""
    found = _DATE.fullmatch(value.strip())
    if found is None or not _exists(found):
        return value
    return str(_grammar(language).date(int(found[1] or 0), int(found[2]), int(found[3])))


def weekday(value: str, language: str) -> str:
    """The day of the week, of a date with its year or of mon to sun; what is neither stays."""
    found = _DATE.fullmatch(value.strip())
    if found is not None and found[1] and _exists(found):
        place = day.date(int(found[1]), int(found[2]), int(found[3])).weekday()
    elif value.strip().lower() in WEEKDAYS:
        place = WEEKDAYS.index(value.strip().lower())
    else:
        return value
    return str(_grammar(language).WEEKDAYS[place])


def _exists(found: re.Match[str]) -> bool:
    try:
        day.date(int(found[1] or 2024), int(found[2]), int(found[3]))
    except ValueError:
        return False
    return True


def clock(value: str, language: str) -> str:
    """A time of day, 18:05, also after a date; what is none stays."""
    found = _TIME.fullmatch(value.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return value
    return str(_grammar(language).clock(int(found[1]), int(found[2])))


def position(value: int, language: str) -> str:
    """The sentence that tells a caller the place in the queue, from 1: 4 is 您前面还有三位，请稍候。"""
    return str(_grammar(language).position(value))


def duration(seconds: float, language: str) -> str:
    """A length of time in whole seconds; less than nothing is nothing."""
    return str(_grammar(language).duration(round(seconds)))


def wait(seconds: float, language: str) -> str:
    """The sentence that tells a caller the expected wait, rounded up as people say it: in minutes up to ten, from
    there on in fives, and from half an hour on in tens."""
    minutes = -(-round(seconds) // 60)
    step = next(step for most, step in ROUNDED if minutes <= most)
    return str(_grammar(language).wait(round(seconds) if step == 1 else 60 * step * -(-minutes // step)))


def messages(count: int, language: str) -> str:
    """The sentence that tells how many messages are in a mailbox: 2 is 您有两条留言。"""
    return str(_grammar(language).messages(count))


def saved(count: int, language: str) -> str:
    """The sentence that tells how many messages were heard and saved."""
    return str(_grammar(language).saved(count))


def message(place: int, language: str) -> str:
    """What is said before a message, by its place from 1: "Message one.", 第一条。"""
    return str(_grammar(language).message(place))


def usual(language: str, positions: int = 20) -> set[tuple[str, str]]:
    """(text, language) of the positions and waits that callers will hear most, to be rendered ahead."""
    texts = {position(place, language) for place in range(1, positions + 1)}
    return {(text, language) for text in texts | {wait(60 * minutes, language) for minutes in range(62)}}


_AS_TEXT = {"digits": digits, "phone": phone, "date": date, "time": clock, "weekday": weekday}


def in_form(value: str, form: str, language: str) -> str:
    """A variable's value spoken as one of `FORMS`. A value that does not fit is returned as it is."""
    name, _, currency = form.partition(":")
    if name == "money":
        return money(value, currency, language)
    if name in _AS_TEXT:
        return _AS_TEXT[name](value, language)
    text = value.strip()
    if name == "number" and (found := _DECIMAL.fullmatch(text)) and found[3]:
        return _below(found[1], str(_grammar(language).decimal(int(found[2]), found[3])), language)
    # "０" and "²" are digits to Python, but no caller can key them.
    if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > LONGEST:
        return value
    whole = int(text)
    if form == "duration":
        return duration(whole, language)
    return number(whole, language) if form == "number" else ordinal(whole, language)
