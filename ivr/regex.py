"""The small regular expressions of number patterns, read into a tree.

Known: characters, `.`, `\\d`, `\\D`, `[a-z]`, `[^...]`, `( | )`, `* + ? {m} {m,n} {m,}`, and ^ $ at the ends, which
change nothing, as the whole number must match. No looking around, no references back: nothing that could be slow.

Pure. Deliberately absent: matching (pattern.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_NUMBER = 128
"""Longest number that can match [characters]."""
OTHER = "\0"
"""Stands for every character that no pattern can name."""
ALPHABET = frozenset("0123456789*#+ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._-~!$&'=,;:@%" + OTHER)
DIGITS = frozenset("0123456789")


class PatternError(ValueError):
    """A pattern cannot be read. The message says why, without a full stop."""


@dataclass(frozen=True)
class Set:
    chars: frozenset[str]


@dataclass(frozen=True)
class Chain:
    parts: tuple[Tree, ...]


@dataclass(frozen=True)
class Choice:
    parts: tuple[Tree, ...]


@dataclass(frozen=True)
class Loop:
    """None or more times."""

    part: Tree


Tree = Set | Chain | Choice | Loop
NOTHING = Chain(())


class Reader:
    """Reads a regular expression by descent; depth and size are bounded."""

    def __init__(self, text: str) -> None:
        if len(text) > 200:
            raise PatternError("the regular expression is over 200 characters")
        self.text = text
        self.at = 0
        self.depth = 0

    def whole(self) -> Tree:
        if self.text.startswith("^"):
            self.at = 1
        tree = self.choice()
        if self.text[self.at : self.at + 1] == "$" and self.at + 1 == len(self.text):
            self.at += 1
        if self.at < len(self.text):
            raise PatternError(f"cannot read the regular expression from {self.text[self.at :]!r} on")
        return tree

    def choice(self) -> Tree:
        self.depth += 1
        if self.depth > 20:
            raise PatternError("the regular expression is nested too deeply")
        parts = [self.chain()]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.chain())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def chain(self) -> Tree:
        parts: list[Tree] = []
        while self.peek() not in ("", "|", ")"):
            if self.peek() == "$" and self.at + 1 == len(self.text):
                break
            parts.append(self.repeated(self.atom()))
        return parts[0] if len(parts) == 1 else Chain(tuple(parts))

    def atom(self) -> Tree:
        char = self.take()
        if char == "(":
            if self.text[self.at : self.at + 2] == "?:":
                self.at += 2
            elif self.peek() == "?":
                raise PatternError("a regular expression here may not look around or name its groups")
            tree = self.choice()
            if self.take() != ")":
                raise PatternError("a bracket ( is not closed")
            return tree
        if char == "[":
            self.at -= 1
            return Set(self.char_class())
        if char == ".":
            return Set(ALPHABET)
        if char == "\\":
            return Set(self.escaped())
        if char in "*+?{":
            raise PatternError(f"{char} has nothing before it to repeat; write \\{char} for the character itself")
        return Set(self.known(char))

    def repeated(self, tree: Tree) -> Tree:
        char = self.peek()
        if char and char in "*+?":
            self.at += 1
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
        elif char == "{":
            found = re.compile(r"\{([0-9]{1,3})(?:(,)([0-9]{1,3})?)?\}").match(self.text, self.at)
            if found is None:
                raise PatternError("{ } holds one number, or two with a comma: {9} or {3,5}")
            self.at = found.end()
            low = int(found[1])
            high = (int(found[3]) if found[3] else None) if found[2] else low
            if max(low, high or 0) > MAX_NUMBER or (high is not None and high < low):
                raise PatternError(f"{found[0]} is not a range up to {MAX_NUMBER}")
        else:
            return tree
        if self.peek() and self.peek() in "*+?{":
            raise PatternError("a repetition cannot be repeated; use brackets")
        tail: tuple[Tree, ...] = (Loop(tree),) if high is None else (Choice((tree, NOTHING)),) * (high - low)
        return Chain((tree,) * low + tail)

    def char_class(self) -> frozenset[str]:
        self.at += 1
        negated = self.peek() == "^"
        self.at += negated
        chars: set[str] = set()
        while self.peek() != "]":
            if self.peek() == "\\":
                self.at += 1
                chars |= self.escaped()
                continue
            low = self.take()
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self.take()
                if ord(high) < ord(low):
                    raise PatternError(f"{low}-{high} runs backwards")
                chars |= {char for char in ALPHABET if low <= char <= high and char != OTHER}
            else:
                chars |= self.known(low)
        self.at += 1
        if not chars:
            raise PatternError("[ ] holds no character")
        return frozenset(ALPHABET - chars if negated else chars)

    def escaped(self) -> frozenset[str]:
        char = self.take()
        if char == "d":
            return DIGITS
        if char == "D":
            return ALPHABET - DIGITS
        if char.isalnum():
            raise PatternError(f"\\{char} is not known here; there are \\d and \\D")
        return self.known(char)

    def known(self, char: str) -> frozenset[str]:
        if char not in ALPHABET or char == OTHER:
            raise PatternError(f"{char!r} cannot be in a number")
        return frozenset(char)

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise PatternError("the regular expression ends too early")
        self.at += 1
        return char
