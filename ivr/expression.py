"""Conditions and sums over named facts: `agents_idle == 0 and waiting > 10`, `left(caller, 3) in ["130", "139"]`.

    or  and  not  == != < <= > >= in  + -  * /  -x  ( )  f(x, y)  "text" 'text'  12  2.5  5m  [a, b]  true  false  name

What can be known before a call is checked by `parse`; with real facts nothing can go wrong: a name that nobody set, a
sum of what is no number and a division by 0 are nothing, which compares as false. A text that spells a number is one
where it meets a number. An expression has a bounded size, and no loop.

Pure, shared by scripts (if, switch, set), and by whoever has facts: queues' conditions, needs of skills.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ivr.expression_grammar import Reader
from ivr.expression_node import SHOWN
from ivr.expression_parts import Part
from ivr.expression_value import Facts, Type, Value, truth_of
from ivr.expression_words import ExpressionError, words

__all__ = ["Expression", "ExpressionError", "Facts", "Type", "Value", "condition", "parse"]

_ANY: Mapping[str, Collection[str]] = MappingProxyType({})


@dataclass(frozen=True)
class Expression:
    """A checked expression. Two with the same text are equal."""

    text: str
    names: frozenset[str] = field(compare=False)
    """The facts that it asks for."""
    type: Type = field(compare=False)
    _whole: Part = field(compare=False, repr=False)
    _all: tuple[tuple[str, Part], ...] = field(compare=False, repr=False)

    def value(self, facts: Facts) -> Value:
        """What it comes to; never raises."""
        return self._whole(facts)

    def holds(self, facts: Facts) -> bool:
        """Whether it is true; never raises."""
        return truth_of(self._whole(facts))

    def unmet(self, facts: Facts) -> tuple[str, ...]:
        """Of the conditions that `and` joins at the top, those that do not hold; empty when the whole holds."""
        return tuple(text for text, part in self._all if not truth_of(part(facts)))


def parse(
    text: str, names: Mapping[str, Type] | None = None, known: Mapping[str, Collection[str]] = _ANY
) -> Expression:
    """The expression that a text is; raises ExpressionError.

    `names`: all facts there are, with what is known of each; any other name is a mistake. None: any name may be.
    `known`: all the texts that a fact can be; to hold it against another text is a mistake.
    """
    reader = Reader(words(text), names, known)
    whole = reader.whole()
    every = tuple((text[one.start - 1 : one.end].strip(), one.part) for one in (whole.joined or (whole,)))
    return Expression(text, frozenset(reader.named), whole.type, whole.part, every)


def condition(
    text: str, names: Mapping[str, Type] | None = None, known: Mapping[str, Collection[str]] = _ANY
) -> Expression:
    """As `parse`; what cannot be true or false is a mistake too."""
    found = parse(text, names, known)
    if found.type not in (Type.TRUTH, Type.ANY):
        raise ExpressionError(1, f"this is {SHOWN[found.type]}, not a condition", 'Compare it: caller == "4001".')
    return found
