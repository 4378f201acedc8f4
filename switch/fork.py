"""One outgoing leg that rings several contacts: which of their answers counts (RFC 3261 16.7).

The first 2xx wins. A 6xx ends it for all: the human said no. Otherwise, when every branch has failed, the best failure
is told: what a human or a busy phone said before what a machine did not say.

Pure. Deliberately absent: sessions, timers.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Failure:
    """One branch's end."""

    status: int
    reason: str
    q850: int | None
    said: bool
    """Whether the far end sent it; False for our own timer or transport."""


_TELLING = (486, 600, 603, 488, 606, 480, 404, 403)
"""Statuses that say something of the called human, the most telling first."""


@dataclass(slots=True)
class Fork:
    """Branches by number."""

    waiting: set[int] = field(default_factory=set)
    rang: set[int] = field(default_factory=set)
    failures: list[Failure] = field(default_factory=list)
    won: int | None = None

    def answered(self, branch: int) -> bool:
        """A branch answered 2xx: whether it is the one that counts."""
        if self.won is None:
            self.won = branch
            self.waiting.discard(branch)
        return self.won == branch

    def failed(self, branch: int, failure: Failure) -> Failure | None:
        """A branch failed: what the whole leg ends with, or None while others may still answer."""
        if branch not in self.waiting:
            return None
        self.waiting.discard(branch)
        self.failures.append(failure)
        if failure.status >= 600:
            return failure
        if self.waiting or self.won is not None:
            return None
        return best(self.failures)


def best(failures: list[Failure]) -> Failure:
    """The failure to tell of; `failures` is not empty."""

    def rank(failure: Failure) -> tuple[int, int]:
        if not failure.said:
            return (2, 0)
        place = _TELLING.index(failure.status) if failure.status in _TELLING else len(_TELLING)
        return (0 if failure.status in _TELLING else 1, place)

    return min(failures, key=rank)
