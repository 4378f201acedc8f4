"""Patterns of numbers, and whether one pattern leaves anything to another.

A pattern is an exact number ("4001"), a number with places ("2XXX", "[68]XXX"), either with a final * for any
rest ("86*"), or a regular expression between slashes ("/1[38]\\d{9}/") that must match the whole number.
All become one kind of automaton that reads each character once: no pattern can be slow, whoever wrote it.

Pure. Deliberately absent: what a match leads to (route.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ivr.regex import ALPHABET, DIGITS, MAX_NUMBER, OTHER, Chain, Choice, Loop, PatternError, Reader, Set, Tree

__all__ = ["Pattern", "PatternError", "covered", "parse"]

MAX_STATES = 600
MAX_VISITS = 5000
"""Parts of an expression looked at; repetitions of nothing would otherwise never end."""
PLACES = {"X": DIGITS, "Z": DIGITS - {"0"}, "N": DIGITS - {"0", "1"}}


@dataclass(frozen=True)
class Pattern:
    """A checked pattern. `steps[i]` is (characters that lead from state i, the states they lead to)."""

    text: str
    exact: bool
    """Matches one number only: `text`."""
    fixed: int | None
    """With a final *: how many characters stand before it."""
    steps: tuple[tuple[frozenset[str], int], ...]
    start: int
    """Bit mask of states."""
    accept: int

    def match(self, number: str) -> str | None:
        """What the final * stood for ("" without one) when the whole number matches, else None."""
        if self.exact:
            return "" if number == self.text else None
        if len(number) > MAX_NUMBER:
            return None
        states = self.start
        for char in number:
            states = self.after(states, char if char in ALPHABET else OTHER)
            if not states:
                return None
        if not states & self.accept:
            return None
        return "" if self.fixed is None else number[self.fixed :]

    def after(self, states: int, char: str) -> int:
        """The states after one more character."""
        result = 0
        while states:
            low = states & -states
            states ^= low
            chars, following = self.steps[low.bit_length() - 1]
            if char in chars:
                result |= following
        return result

    @cached_property
    def classes(self) -> frozenset[frozenset[str]]:
        """The sets of characters this pattern tells apart."""
        return frozenset(chars for chars, _ in self.steps)


def parse(text: str) -> Pattern:
    """The pattern a text means. Raises PatternError."""
    if not text:
        raise PatternError("an empty pattern matches no number")
    if text.startswith("/") and len(text) > 1:
        if not text.endswith("/") or len(text) < 3:
            raise PatternError(f"the regular expression {text} does not end with a slash")
        tree = Reader(text[1:-1]).whole()
        return _automaton(text, tree, exact=False, fixed=None)
    places: list[Tree] = []
    rest = text.endswith("*")
    for piece in re.findall(r"\[[^\]]*\]|.", text[:-1] if rest else text, re.DOTALL):
        if piece.startswith("[") and len(piece) > 1:
            places.append(Set(Reader(piece).char_class()))
        elif piece in PLACES:
            places.append(Set(PLACES[piece]))
        elif piece in ALPHABET and piece != OTHER:
            places.append(Set(frozenset(piece)))
        else:
            raise PatternError(f"{piece!r} cannot be in a number")
    exact = not rest and all(len(place.chars) == 1 for place in places if isinstance(place, Set)) and "[" not in text
    fixed = len(places) if rest else None
    if rest:
        places.append(Loop(Set(ALPHABET)))
    return _automaton(text, Chain(tuple(places)), exact=exact, fixed=fixed)


def covered(later: Pattern, earlier: Sequence[Pattern], limit: int = 3000) -> bool:
    """Whether every number `later` matches is matched by one of `earlier`. False when that is too much to find out."""
    if later.exact:
        return any(pattern.match(later.text) is not None for pattern in earlier)
    if not earlier:
        return False
    # One character stands for all that no pattern here tells apart.
    kinds: dict[frozenset[frozenset[str]], str] = {}
    named = frozenset().union(later.classes, *(pattern.classes for pattern in earlier))
    for char in sorted(ALPHABET):
        kinds.setdefault(frozenset(chars for chars in named if char in chars), char)
    first = (later.start, tuple(pattern.start for pattern in earlier))
    seen, todo = {first}, [first]
    while todo:
        mine, theirs = todo.pop()
        if mine & later.accept and not any(
            states & pattern.accept for states, pattern in zip(theirs, earlier, strict=True)
        ):
            return False
        for char in kinds.values():
            stepped = later.after(mine, char)
            if not stepped:
                continue
            following = (stepped, tuple(p.after(states, char) for states, p in zip(theirs, earlier, strict=True)))
            if following not in seen:
                if len(seen) >= limit:
                    return False
                seen.add(following)
                todo.append(following)
    return True


# ---- the automaton (Glushkov's construction) ---------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """What Glushkov's construction keeps of a tree: bit masks of positions, and whether it may be empty."""

    first: int
    last: int
    empty: bool


def _automaton(text: str, tree: Tree, *, exact: bool, fixed: int | None) -> Pattern:
    sets: list[frozenset[str]] = []
    after: list[int] = []
    visits = 0

    def walk(tree: Tree) -> _Part:
        nonlocal visits
        visits += 1
        if visits > MAX_VISITS:
            raise PatternError("the pattern is too big")
        if isinstance(tree, Set):
            if len(sets) >= MAX_STATES:
                raise PatternError("the pattern is too big")
            sets.append(tree.chars)
            after.append(0)
            return _Part(1 << len(sets) - 1, 1 << len(sets) - 1, False)
        if isinstance(tree, Loop):
            part = walk(tree.part)
            link(part.last, part.first)
            return _Part(part.first, part.last, True)
        if isinstance(tree, Choice):
            parts = [walk(each) for each in tree.parts]
            return _Part(
                _union(part.first for part in parts),
                _union(part.last for part in parts),
                any(part.empty for part in parts),
            )
        whole = _Part(0, 0, True)
        for each in tree.parts:
            part = walk(each)
            link(whole.last, part.first)
            whole = _Part(
                whole.first | (part.first if whole.empty else 0),
                part.last | (whole.last if part.empty else 0),
                whole.empty and part.empty,
            )
        return whole

    def link(before: int, following: int) -> None:
        for index in range(before.bit_length()):
            if before >> index & 1:
                after[index] |= following

    part = walk(tree)
    # Bit i of a mask now means "position i may be read next"; the bit beyond the last position is the end.
    end = 1 << len(sets)
    for index in range(len(sets)):
        if part.last >> index & 1:
            after[index] |= end
    steps = (*zip(sets, after, strict=True), (frozenset[str](), 0))
    return Pattern(text, exact, fixed, steps, part.first | (end if part.empty else 0), end)


def _union(masks: Iterable[int]) -> int:
    result = 0
    for mask in masks:
        result |= mask
    return result
