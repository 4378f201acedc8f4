"""The grammar of expressions: words into a compiled and checked node.

    or < and < not < == != < <= > >= in < + - < * / < -x < ( ) f(x) [a, b] "text" 12 name

Pure. Deliberately absent: cutting a text into words (expression_words.py), what fits together (expression_node.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from ivr import expression_parts as parts
from ivr.argument import nearest
from ivr.expression_node import SHOWN, Node, as_condition, must_be, must_compare
from ivr.expression_parts import FUNCTIONS, Part
from ivr.expression_value import Number, Type
from ivr.expression_words import ExpressionError, Word
from ivr.pattern import PatternError
from ivr.pattern import parse as parse_pattern

MAX_PARTS = 200
MAX_DEPTH = 20
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Reader:
    """Reads by descent, one method for each strength of binding, and compiles and checks on the way."""

    def __init__(
        self, words: list[Word], names: Mapping[str, Type] | None, known: Mapping[str, Collection[str]]
    ) -> None:
        self.words, self.names, self.known = words, names, known
        self.at = 0
        self.count = 0
        self.open = 0
        self.named: set[str] = set()

    # ---- words -----------------------------------------------------------------------------------------------

    @property
    def word(self) -> Word:
        return self.words[self.at]

    def take(self) -> Word:
        word = self.words[self.at]
        self.at += word.kind != "end"
        return word

    def sign(self, *signs: str) -> Word | None:
        """The next word, taken, when it is one of these signs."""
        return self.take() if self.word.kind == "sign" and self.word.text in signs else None

    def need(self, sign: str, what: str) -> Word:
        found = self.sign(sign)
        if found is None:
            here = f"before {self.word.text!r}" if self.word.kind != "end" else "at the end"
            raise ExpressionError(self.word.column, f"{sign} is missing {here}, {what}", "")
        return found

    def node(self, part: Part, type: Type, start: int) -> Node:
        """A node that ends with the word before this one."""
        self.count += 1
        if self.count > MAX_PARTS:
            raise ExpressionError(start, f"it has more than {MAX_PARTS} parts", "Split it.")
        before = self.words[self.at - 1]
        end = before.column + len(before.text) + (1 if before.kind == "text" else -1)
        return Node(part, type, start, end)

    # ---- the grammar -----------------------------------------------------------------------------------------

    def whole(self) -> Node:
        if self.word.kind == "end":
            raise ExpressionError(1, "there is nothing", 'Write a condition: caller == "4001".')
        node = self.either()
        if self.word.kind != "end":
            if node.name and self.word.kind in ("name", "text", "number"):
                raise ExpressionError(self.word.column, f"nothing joins {node.name} and {self.word.text!r}", "")
            raise ExpressionError(self.word.column, f"{self.word.text!r} is one word too many", "")
        return node

    def either(self) -> Node:
        self.open += 1
        if self.open > MAX_DEPTH:
            raise ExpressionError(self.word.column, "it is nested too deeply", "Split it.")
        node = self.both()
        while sign := self.sign("or"):
            left, right = as_condition(node, sign), as_condition(self.both(), sign)
            node = self.node(parts.either(left.part, right.part), Type.TRUTH, node.start)
        self.open -= 1
        return node

    def both(self) -> Node:
        node = self.negation()
        joined: tuple[Node, ...] = (node,)
        while sign := self.sign("and"):
            left, right = as_condition(node, sign), as_condition(self.negation(), sign)
            joined = (*joined, right) if len(joined) > 1 else (left, right)
            node = replace(self.node(parts.both(left.part, right.part), Type.TRUTH, node.start), joined=joined)
        return node

    def negation(self) -> Node:
        nots: list[Word] = []
        while sign := self.sign("not"):
            nots.append(sign)
        node = self.comparison()
        for sign in reversed(nots):
            node = self.node(parts.negated(as_condition(node, sign).part), Type.TRUTH, sign.column)
        return node

    def comparison(self) -> Node:
        node = self.sum()
        sign = self.sign(*COMPARISONS)
        if sign is not None:
            right = self.sum()
            must_compare(sign, node, right)
            for one, other in ((node, right), (right, node)):
                self.must_be_known(one, other)
            made = self.node(self.compared(sign.text, node, right), Type.TRUTH, node.start)
            if self.word.kind == "sign" and self.word.text in COMPARISONS:
                mend = "Write a < b and b < c."
                raise ExpressionError(self.word.column, "a comparison cannot be compared again", mend)
            return made
        turned = self.word.text == "not" and self.words[self.at + 1].text == "in" and self.sign("not")
        if self.sign("in"):
            right = self.sum()
            node = self.node(self.membership(node, right), Type.TRUTH, node.start)
            if turned:
                node = self.node(parts.negated(node.part), Type.TRUTH, node.start)
        return node

    def sum(self) -> Node:
        return self.chain(self.product, "+", "-")

    def product(self) -> Node:
        return self.chain(self.signed, "*", "/")

    def chain(self, operand: Callable[[], Node], *signs: str) -> Node:
        node = operand()
        while sign := self.sign(*signs):
            right = operand()
            for side in (node, right):
                must_be(Type.NUMBER, side, f"{sign.text} is for numbers")
            part = parts.arithmetic(sign.text, node.part, right.part)
            node = self.node(part, Type.NUMBER, node.start)
        return node

    def signed(self) -> Node:
        minus = self.sign("-")
        if minus is None:
            return self.single()
        node = self.single()
        must_be(Type.NUMBER, node, "- is for numbers")
        if node.number is not None:
            return self.number(-node.number, minus.column)
        return self.node(parts.minus(node.part), Type.NUMBER, minus.column)

    def single(self) -> Node:
        word = self.take()
        if word.kind == "number":
            return self.number(word.number, word.column)
        if word.kind == "text":
            return replace(self.node(parts.constant(word.text), Type.TEXT, word.column), written=True, text=word.text)
        if word.kind == "name":
            return self.call(word) if self.sign("(") else self.fact(word)
        if word.text in ("true", "false") and word.kind == "sign":
            return self.node(parts.constant(word.text == "true"), Type.TRUTH, word.column)
        if word.text == "(" and word.kind == "sign":
            inner = self.either()
            self.need(")", f"for the ( in column {word.column}")
            return replace(self.node(inner.part, inner.type, word.column), joined=inner.joined)
        if word.text == "[" and word.kind == "sign":
            return self.options(word)
        if word.kind == "end":
            raise ExpressionError(word.column, "it ends too early", "")
        raise ExpressionError(word.column, f"{word.text!r} stands where a value is expected", "")

    def number(self, value: Number, start: int) -> Node:
        return replace(self.node(parts.constant(value), Type.NUMBER, start), number=value, written=True)

    def fact(self, word: Word) -> Node:
        if self.names is not None and word.text not in self.names:
            raise ExpressionError(word.column, f"there is no {word.text!r} here", nearest(word.text, self.names))
        self.named.add(word.text)
        known = self.names[word.text] if self.names is not None else Type.ANY
        return replace(self.node(parts.name(word.text), known, word.column), name=word.text)

    def arguments(self, end: str, opened: Word) -> tuple[Node, ...]:
        """Values with commas between them, and the closing bracket."""
        found: list[Node] = []
        if self.sign(end):
            return ()
        while True:
            found.append(self.either())
            if not self.sign(","):
                break
        self.need(end, f"for the bracket in column {opened.column}")
        return tuple(found)

    def options(self, opened: Word) -> Node:
        found = self.arguments("]", opened)
        if not found:
            raise ExpressionError(opened.column, "the list is empty", 'Write ["a", "b"].')
        return replace(self.node(parts.constant(None), Type.LIST, opened.column), options=found)

    def call(self, word: Word) -> Node:
        given = self.arguments(")", word)
        if word.text == "matches":
            return self.match(word, given)
        function = FUNCTIONS.get(word.text)
        if function is None:
            mend = nearest(word.text, (*FUNCTIONS, "matches"))
            raise ExpressionError(word.column, f"there is no function {word.text!r}", mend)
        wanted = len(function.takes)
        if len(given) < wanted or (len(given) > wanted and not function.more):
            more = " or more" if function.more else ""
            values = "value" if wanted == 1 else "values"
            raise ExpressionError(word.column, f"{word.text} takes {wanted}{more} {values}, not {len(given)}", "")
        for index, node in enumerate(given):
            must_be(function.takes[min(index, wanted - 1)], node, f"{word.text} takes something else here")
        part = parts.called(function, tuple(node.part for node in given))
        return self.node(part, function.gives, word.column)

    def match(self, word: Word, given: tuple[Node, ...]) -> Node:
        if len(given) != 2 or not given[1].written or given[1].type is not Type.TEXT:
            mend = 'Write matches(caller, "86*").'
            raise ExpressionError(word.column, "matches takes a value and a pattern in quotes", mend)
        must_be(Type.ANY, given[0], "matches takes something else here")
        try:
            pattern = parse_pattern(str(given[1].part({})))
        except PatternError as error:
            mend = 'Patterns are "4001", "2XXX", "86*" or "/regex/".'
            raise ExpressionError(given[1].start, str(error), mend) from None
        return self.node(parts.matched(given[0].part, pattern), Type.TRUTH, word.column)

    def must_be_known(self, asked: Node, written: Node) -> None:
        """A mistake when a name is held against a word that it can never have."""
        words = self.known.get(asked.name, ())
        if words and written.text and written.text not in words:
            what = f"{asked.name} is never {written.text!r}"
            raise ExpressionError(written.start, what, nearest(written.text.replace("_", " "), words))

    def compared(self, sign: str, left: Node, right: Node) -> Part:
        if sign in parts.ORDER:
            if left.name and right.number is not None:
                return parts.held_against(sign, left.name, right.number)
            if right.name and left.number is not None:
                return parts.held_against(MIRRORED[sign], right.name, left.number)
        return parts.comparison(sign, left.part, right.part)

    def membership(self, left: Node, right: Node) -> Part:
        must_be(Type.ANY, left, '"in" takes one value before it')
        if right.options:
            for option in right.options:
                self.must_be_known(left, option)
                must_be(Type.ANY, option, "a list holds values")
            return parts.among(left.part, tuple(option.part for option in right.options))
        if right.type in (Type.NUMBER, Type.TRUTH):
            raise ExpressionError(right.start, f'"in" wants a list or a text after it, not {SHOWN[right.type]}', "")
        return parts.inside(left.part, right.part)
