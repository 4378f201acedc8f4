"""Where a number leads: to a phone of ours, or out by a trunk.

An extension wins over every outbound rule. The rules are tried in order; the first whose pattern matches says which
trunks to try, in order, and how the number and the caller's number are changed for them. Emergency and premium
policy stand in the rules' order, not in code.

Pure. Deliberately absent: menus, queues and opening hours (the ivr hall's plan), placing the call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from switch.number import compile_pattern
from switch.words import Target, ToPhone, ToTrunk


@dataclass(frozen=True, slots=True)
class OutboundRule:
    """One rule of `outbound:`."""

    pattern: str
    """See number.py."""
    trunks: tuple[str, ...]
    """Names in the order to try; empty forbids the number."""
    strip: int = 0
    """Characters taken from the front, before `prepend`."""
    prepend: str = ""
    caller_id: str = ""
    """Number shown to the far end; empty: the trunk's own choice."""


@dataclass(frozen=True, slots=True)
class Way:
    """One thing to try."""

    target: Target
    caller_id: str = ""
    """Overrides the caller's number when not empty."""


class Routes:
    """Raises `PatternError` when a rule's pattern cannot be understood."""

    def __init__(self, extensions: Collection[str], rules: Iterable[OutboundRule] = ()) -> None:
        self._extensions = frozenset(extensions)
        self._rules: list[tuple[re.Pattern[str], OutboundRule]] = [(compile_pattern(r.pattern), r) for r in rules]

    def __repr__(self) -> str:
        return f"<Routes extensions={len(self._extensions)} rules={len(self._rules)}>"

    def ways(self, number: str) -> list[Way]:
        """What to try for `number` (in number.py's form), in order; empty: nowhere."""
        if number in self._extensions:
            return [Way(ToPhone(number))]
        for pattern, rule in self._rules:
            if pattern.fullmatch(number):
                sent = rule.prepend + number[rule.strip :]
                return [Way(ToTrunk(trunk, sent), rule.caller_id) for trunk in rule.trunks if sent]
        return []

    def choose(self, number: str, has_room: Callable[[str], bool]) -> Way | None:
        """The first way whose trunk has room for a call; None: nowhere, or all trunks are full."""
        for way in self.ways(number):
            if not isinstance(way.target, ToTrunk) or has_room(way.target.trunk):
                return way
        return None
