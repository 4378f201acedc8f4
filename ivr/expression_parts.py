"""The operators and functions of expressions, each as a closure over its parts.

Nothing here raises, whatever the facts hold: what cannot be done gives nothing, and nothing compares as false.
Pure. Deliberately absent: reading and checking a text (expression.py).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ivr.expression_value import LIMIT, Facts, Number, Type, Value, number_of, text_of, truth_of
from ivr.pattern import Pattern

Part = Callable[[Facts], Value]
"""A compiled part: facts to value."""

ORDER: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
)
SUMS: Mapping[str, Callable[[Any, Any], Number]] = MappingProxyType(
    {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
)
MAX_TEXT = 2000
"""Longest text that a function makes [characters]."""


def constant(value: Value) -> Part:
    """A value that is the same for every call."""
    return lambda facts: value


def name(key: str) -> Part:
    """The value of a name; nothing when nobody set it."""
    return lambda facts: facts.get(key)


def truth(part: Part) -> Part:
    """A value taken for true or false."""
    return lambda facts: truth_of(part(facts))


def both(left: Part, right: Part) -> Part:
    """left and right, which are conditions."""
    return lambda facts: left(facts) and right(facts)


def either(left: Part, right: Part) -> Part:
    """left or right, which are conditions."""
    return lambda facts: left(facts) or right(facts)


def negated(part: Part) -> Part:
    """not part, which is a condition."""
    return lambda facts: not part(facts)


# ---- comparisons --------------------------------------------------------------------------------------------


def same(left: Value, right: Value) -> bool:
    """left == right: as numbers when one of them is a number, else as texts. Nothing is the same as an empty text."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return truth_of(left) == truth_of(right)
    if isinstance(left, (int, float)) or isinstance(right, (int, float)):
        one, other = number_of(left), number_of(right)
        return one is not None and one == other
    return text_of(left) == text_of(right)


def ordered(compare: Callable[[Any, Any], bool], left: Value, right: Value) -> bool:
    """As numbers when both are, or spell, one; as texts when both are texts; else false."""
    one, other = number_of(left), number_of(right)
    if one is not None and other is not None:
        return compare(one, other)
    return compare(left, right) if isinstance(left, str) and isinstance(right, str) and left and right else False


def comparison(sign: str, left: Part, right: Part) -> Part:
    """left == right, left < right and the like."""
    if sign == "==":
        return lambda facts: same(left(facts), right(facts))
    if sign == "!=":
        return lambda facts: not same(left(facts), right(facts))
    compare = ORDER[sign]
    return lambda facts: ordered(compare, left(facts), right(facts))


def held_against(sign: str, key: str, limit: Number) -> Part:
    """name >= 5: what skills are held against, a thousand agents at a time, in one closure."""
    compare = ORDER[sign]

    def part(facts: Facts) -> Value:
        value = facts.get(key)
        if value.__class__ is int:
            return compare(value, limit)
        return ordered(compare, value, limit)

    return part


def among(left: Part, options: tuple[Part, ...]) -> Part:
    """left in [a, b]."""

    def part(facts: Facts) -> Value:
        value = left(facts)
        return any(same(value, option(facts)) for option in options)

    return part


def inside(left: Part, right: Part) -> Part:
    """left in right: one of several texts, or a part of a text. Nothing is in nothing."""

    def part(facts: Facts) -> Value:
        needle, hay = text_of(left(facts)), right(facts)
        if isinstance(hay, Collection) and not isinstance(hay, str):
            return needle in hay
        return bool(needle) and needle in text_of(hay)

    return part


# ---- arithmetic ---------------------------------------------------------------------------------------------


def bounded(value: Number) -> Value:
    """A result, or nothing when it is out of bounds."""
    return value if -LIMIT <= value <= LIMIT else None


def arithmetic(sign: str, left: Part, right: Part) -> Part:
    """left + right and the like; nothing when one is no number, or for a division by 0."""
    act = SUMS[sign]

    def part(facts: Facts) -> Value:
        one, other = number_of(left(facts)), number_of(right(facts))
        if one is None or other is None or (sign == "/" and other == 0):
            return None
        return bounded(act(one, other))

    return part


def minus(inner: Part) -> Part:
    """-inner."""

    def part(facts: Facts) -> Value:
        value = number_of(inner(facts))
        return None if value is None else -value

    return part


# ---- functions ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Function:
    """A function that an expression may call. `act` gets the values."""

    takes: tuple[Type, ...]
    """What each argument must be."""
    gives: Type
    act: Callable[..., Value]
    more: bool = False
    """Whether the last argument may come several times."""
    shown: str = ""
    """What it means, for the manual."""


def _length(value: Value) -> Value:
    return len(value) if isinstance(value, Collection) else len(text_of(value))


def _left(value: Value, count: Value) -> Value:
    size = number_of(count)
    return text_of(value)[: max(int(size), 0)] if size is not None else None


def _right(value: Value, count: Value) -> Value:
    size, text = number_of(count), text_of(value)
    return text[max(len(text) - max(int(size), 0), 0) :] if size is not None else None


def _rounded(value: Value) -> Value:
    number = number_of(value)
    # Half away from nothing, as money is rounded; Python's own rounds 2.5 to 2.
    return None if number is None else int(abs(number) + 0.5) * (-1 if number < 0 else 1)


def _extreme(choose: Callable[[list[Number]], Number]) -> Callable[..., Value]:
    def act(*values: Value) -> Value:
        numbers = [number for number in map(number_of, values) if number is not None]
        return choose(numbers) if len(numbers) == len(values) else None

    return act


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "len": Function((Type.ANY,), Type.NUMBER, _length, shown="how many characters, or how many in a list"),
        "lower": Function((Type.ANY,), Type.ANY, lambda value: text_of(value).lower(), shown="in small letters"),
        "starts_with": Function(
            (Type.ANY, Type.ANY),
            Type.TRUTH,
            lambda value, start: text_of(value).startswith(text_of(start)),
            shown="whether a text begins with another",
        ),
        "ends_with": Function(
            (Type.ANY, Type.ANY),
            Type.TRUTH,
            lambda value, end: text_of(value).endswith(text_of(end)),
            shown="whether a text ends with another",
        ),
        "left": Function((Type.ANY, Type.NUMBER), Type.ANY, _left, shown="the first characters: `left(caller, 3)`"),
        "right": Function((Type.ANY, Type.NUMBER), Type.ANY, _right, shown="the last characters"),
        "join": Function(
            (Type.ANY, Type.ANY),
            Type.ANY,
            lambda *values: "".join(map(text_of, values))[:MAX_TEXT],
            more=True,
            shown="texts put together; `+` is for numbers",
        ),
        "number": Function((Type.ANY,), Type.NUMBER, number_of, shown="the number that a text spells, else nothing"),
        "default": Function(
            (Type.ANY, Type.ANY),
            Type.ANY,
            lambda value, other: other if value is None or value == "" else value,
            shown="the second when the first is not set or empty",
        ),
        "round": Function((Type.NUMBER,), Type.NUMBER, _rounded, shown="the nearest whole number"),
        "min": Function((Type.NUMBER, Type.NUMBER), Type.NUMBER, _extreme(min), more=True, shown="the smallest"),
        "max": Function((Type.NUMBER, Type.NUMBER), Type.NUMBER, _extreme(max), more=True, shown="the largest"),
    }
)
"""All but `matches`, whose pattern is read beforehand."""


def called(function: Function, arguments: tuple[Part, ...]) -> Part:
    """function(arguments)."""
    act = function.act
    if len(arguments) == 1:
        only = arguments[0]
        return lambda facts: act(only(facts))
    return lambda facts: act(*(argument(facts) for argument in arguments))


def matched(part: Part, pattern: Pattern) -> Part:
    """matches(part, "2XXX")."""
    return lambda facts: pattern.match(text_of(part(facts))) is not None
