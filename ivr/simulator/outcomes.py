"""How queues and dials end in a simulation: what the one who asks for it has said.

    "timed out"              every queue, every time
    "sales=full"             this queue
    given several times      in turn, one for each visit; the last one stays

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ivr.argument import nearest

QUEUE = ("connected", "timed out", "no agents", "full", "closed", "turned away", "overflow", "removed")
"""What a queue can say; see `QueueResult`."""
DIAL = ("answered", "busy", "no answer", "declined", "unreachable", "unknown number", "failed", "machine")
"""What a dial can say; see `DialResult`."""


class OutcomeError(ValueError):
    """The text says nothing that can happen; one sentence."""


@dataclass(slots=True)
class Outcomes:
    """What is said, by name; "" is for all others."""

    usual: str
    said: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _visits: dict[str, int] = field(default_factory=dict)

    def next(self, name: str) -> str:
        """What this one says to this visit."""
        key = name if name in self.said else ""
        said = self.said.get(key) or [self.usual]
        visit = self._visits.get(key, 0)
        self._visits[key] = visit + 1
        return said[min(visit, len(said) - 1)]


def parse(texts: Sequence[str], words: Sequence[str]) -> Outcomes:
    """The outcomes that these texts mean; what nobody says is `words[0]`. Raises OutcomeError."""
    said: dict[str, list[str]] = {}
    for text in texts:
        name, _, word = text.rpartition("=")
        plain = word.replace("_", " ").strip().lower()
        if plain not in words:
            raise OutcomeError(f"{word.strip()!r} is none of {', '.join(words)}. {nearest(plain, words)}".strip())
        said.setdefault(name.strip(), []).append(plain)
    return Outcomes(words[0], said)
