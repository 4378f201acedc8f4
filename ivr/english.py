"""Numbers, digits, positions and durations in English, as words a voice reads.

Cardinals up to 999,999,999,999; British "and" after the hundreds, as telephone announcements have it.
Pure; every function is total over int. Deliberately absent: other languages (mandarin.py, cantonese.py).
"""

from __future__ import annotations

from collections.abc import Sequence

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety"
SMALL, TENS = _SMALL.split(), _TENS.split()
SCALES = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
LIMIT = 10**12
IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
DIGITS = {**{str(value): SMALL[value] for value in range(10)}, "*": "star", "#": "hash", "+": "plus"}


def number(value: int) -> str:
    """The cardinal: 121 is "one hundred and twenty-one". Beyond 10^12 digit by digit."""
    if value < 0:
        return f"minus {number(-value)}"
    if value >= LIMIT:
        return digits(str(value))
    words = []
    for scale, name in SCALES:
        if value >= scale:
            words.append(f"{_below_thousand(value // scale)} {name}")
            value %= scale
    if value and words and value < 100:
        words.append("and")
    if value or not words:
        words.append(_below_thousand(value))
    return " ".join(words)


def _below_thousand(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    if not hundreds:
        return _below_hundred(rest)
    return f"{SMALL[hundreds]} hundred" + (f" and {_below_hundred(rest)}" if rest else "")


def _below_hundred(value: int) -> str:
    if value < 20:
        return SMALL[value]
    tens, ones = divmod(value, 10)
    return TENS[tens] + (f"-{SMALL[ones]}" if ones else "")


def ordinal(value: int) -> str:
    """The ordinal: 21 is "twenty-first"."""
    words = number(value)
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    head, last = words[:cut], words[cut:]
    if last in IRREGULAR:
        return head + IRREGULAR[last]
    return head + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def digits(text: str) -> str:
    """Digit by digit: "409#" is "four, zero, nine, hash". What is no digit stays."""
    return ", ".join(DIGITS.get(char, char) for char in text if not char.isspace())


def decimal(whole: int, fraction: str) -> str:
    """A number with a fraction: 12.05 is "twelve point zero five"."""
    return f"{number(whole)} point {' '.join(DIGITS[char] for char in fraction)}"


def phone(groups: Sequence[str]) -> str:
    """A telephone number in its groups, with a pause between two: "one three eight, zero zero one three"."""
    return ", ".join(" ".join(DIGITS.get(char, char) for char in group) for group in groups)


CURRENCIES = {
    "cny": ("yuan", "yuan", "fen", "fen"),
    "hkd": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
    "twd": ("New Taiwan dollar", "New Taiwan dollars", "cent", "cents"),
    "usd": ("dollar", "dollars", "cent", "cents"),
    "eur": ("euro", "euros", "cent", "cents"),
    "gbp": ("pound", "pounds", "penny", "pence"),
    "jpy": ("yen", "yen", "sen", "sen"),
    "sgd": ("Singapore dollar", "Singapore dollars", "cent", "cents"),
}
"""One unit, several, one hundredth, several."""


def money(units: int, hundredths: int, currency: str) -> str:
    """An amount: 12.5 dollars is "twelve dollars and fifty cents"."""
    one, many, cent, cents = CURRENCIES[currency]
    parts = []
    if units or not hundredths:
        parts.append(f"{number(units)} {one if units == 1 else many}")
    if hundredths:
        parts.append(f"{number(hundredths)} {cent if hundredths == 1 else cents}")
    return " and ".join(parts)


_MONTHS = "January February March April May June July August September October November December"
MONTHS = _MONTHS.split()
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def date(year: int, month: int, day: int) -> str:
    """A date: "the first of October, twenty twenty-six"; the year 0 is not said."""
    return f"the {ordinal(day)} of {MONTHS[month - 1]}" + (f", {year_of(year)}" if year else "")


def year_of(year: int) -> str:
    """A year: 1905 is "nineteen oh five", 2005 "two thousand and five", 2026 "twenty twenty-six"."""
    century, rest = divmod(year, 100)
    if century < 10 or (century % 10 == 0 and rest < 10):
        return number(year)
    if not rest:
        return f"{number(century)} hundred"
    return f"{number(century)} {'oh ' if rest < 10 else ''}{number(rest)}"


def clock(hour: int, minute: int) -> str:
    """A time of day: 18:05 is "six oh five p.m."."""
    if not minute and hour % 12 == 0:
        return "noon" if hour else "midnight"
    past = f" {'oh ' if minute < 10 else ''}{number(minute)}" if minute else ""
    return f"{number((hour - 1) % 12 + 1)}{past} {'a.m.' if hour < 12 else 'p.m.'}"


def position(value: int) -> str:
    """The place in a queue, from 1."""
    if value <= 1:
        return "You are next in the queue."
    return f"You are number {number(value)} in the queue."


def duration(seconds: int) -> str:
    """A length of time: 3725 is "one hour, two minutes and five seconds"."""
    seconds = max(seconds, 0)
    parts = [
        f"{number(amount)} {unit}" + ("" if amount == 1 else "s")
        for amount, unit in ((seconds // 3600, "hour"), (seconds // 60 % 60, "minute"), (seconds % 60, "second"))
        if amount
    ]
    if len(parts) > 1:
        return ", ".join(parts[:-1]) + " and " + parts[-1]
    return parts[0] if parts else "zero seconds"


def wait(seconds: int) -> str:
    """The expected wait, rounded so that it does not promise what nobody knows."""
    if seconds < 60:
        return "Your expected wait is less than a minute."
    minutes = min(-(-seconds // 60), 60)
    if seconds > 3600:
        return "Your expected wait is more than an hour."
    return f"Your expected wait is about {number(minutes)} minute" + ("." if minutes == 1 else "s.")


def messages(count: int) -> str:
    """How many messages are in a mailbox."""
    said = number(count) if count > 0 else "no"
    return f"You have {said} message" + ("." if count == 1 else "s.")


def saved(count: int) -> str:
    """How many messages were heard and saved."""
    said = number(count) if count > 0 else "no"
    return f"You have {said} saved message" + ("." if count == 1 else "s.")


def message(place: int) -> str:
    """Which message follows, from 1."""
    return f"Message {number(place)}."
