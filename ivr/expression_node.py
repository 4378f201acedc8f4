"""A compiled part of an expression with what is known of it, and which parts fit together.

Pure. Deliberately absent: the order of words (expression_grammar.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ivr import expression_parts as parts
from ivr.expression_parts import Part
from ivr.expression_value import Number, Type
from ivr.expression_words import ExpressionError, Word

SHOWN = {Type.TEXT: "a text", Type.NUMBER: "a number", Type.TRUTH: "a condition", Type.LIST: "a list"}


@dataclass(frozen=True, slots=True)
class Node:
    """A compiled part."""

    part: Part
    type: Type
    start: int
    """Column where it begins, and `end`: the one where it ends, both from 1."""
    end: int
    name: str = ""
    """When it is a name alone."""
    number: Number | None = None
    """When it is a written number."""
    text: str = ""
    """When it is a written text."""
    written: bool = False
    """Whether it is a written text or number."""
    joined: tuple[Node, ...] = ()
    """What a chain of `and` joins."""
    options: tuple[Node, ...] = ()
    """What a written list holds."""


def as_condition(node: Node, sign: Word) -> Node:
    """The node as a condition beside `and`, `or`, `not`. Raises ExpressionError when it is none."""
    if node.type is Type.TRUTH:
        return node
    if node.type is not Type.ANY:
        what = f'"{sign.text}" is for conditions, and this is {SHOWN[node.type]}'
        mend = 'To compare with several: caller in ["1", "2"].' if node.written else ""
        raise ExpressionError(node.start, what, mend)
    return replace(node, part=parts.truth(node.part), type=Type.TRUTH)


def must_be(wanted: Type, node: Node, why: str) -> None:
    """Raises ExpressionError unless the node can be of this type; ANY takes all but lists."""
    if node.type is Type.LIST:
        raise ExpressionError(node.start, f"{why}, and this is a list", 'Lists stand after "in".')
    if wanted is Type.ANY or node.type in (wanted, Type.ANY):
        return
    mend = ""
    if wanted is Type.NUMBER and node.type is Type.TEXT:
        mend = "To put texts together: join(a, b)." if "+" in why else "Write numbers without quotes."
    raise ExpressionError(node.start, f"{why}, and this is {SHOWN[node.type]}", mend)


def must_compare(sign: Word, left: Node, right: Node) -> None:
    """Raises ExpressionError when the comparison cannot make sense whatever the facts are."""
    kinds = {left.type, right.type} - {Type.ANY}
    if Type.LIST in kinds:
        what = f'a list cannot be compared by "{sign.text}"'
        raise ExpressionError(sign.column, what, 'Write caller in ["1", "2"].')
    if Type.TRUTH in kinds and (len(kinds) > 1 or sign.text not in ("==", "!=")):
        raise ExpressionError(sign.column, f'a condition cannot be compared by "{sign.text}" with this', "")
    if len(kinds) > 1:
        text = left if left.type is Type.TEXT else right
        mend = "Write the number without quotes." if text.written else 'Write the other side in quotes: "18:00".'
        raise ExpressionError(sign.column, "a text is compared with a number", mend)
