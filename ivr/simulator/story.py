"""The story of a simulated call: moments in order of virtual time. Pure data, ready for JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["step", "answer", "say", "play", "beep", "pause", "key", "wait", "queue", "dial", "record", "set",
               "branch", "look", "end"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened."""

    at_s: float
    """Virtual seconds since the call came in."""
    kind: Kind
    what: str
    """In words."""
    step: str = ""
    """The step's name, as the books have it; with `file` and `line` where it is written."""
    file: str = ""
    line: int = 0
    language: str = ""
    """In which something was said or played."""


@dataclass(slots=True)
class Story:
    """What became of one call."""

    moments: list[Moment] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    """As they were at the end; hidden entries are stars."""
    ended_by: str = ""
    """caller or script."""
    cause: str = ""
    """With which the call was hung up, by name."""
    why: str = ""
    """In words, as for the books."""
    seconds: float = 0.0
