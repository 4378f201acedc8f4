"""Which events a client of the socket API is told."""

from __future__ import annotations

WALLBOARD = "wallboard.numbers"
ASIDE = frozenset({WALLBOARD})
"""Told beside the numbered events, and only to who names the type."""


class TypeFilter:
    """Which types of event a client wants: exact names, or `call.*`; none given means all but those in ASIDE."""

    def __init__(self, patterns: list[str]) -> None:
        self._exact = {pattern for pattern in patterns if not pattern.endswith("*")}
        self._prefixes = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))
        self._all = not patterns

    def wants(self, kind: str) -> bool:
        """True when events of this type are to be sent."""
        return (self._all and kind not in ASIDE) or kind in self._exact or kind.startswith(self._prefixes)
