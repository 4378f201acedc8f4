"""What a queue, or a caller, asks of an agent: an expression over skills, read from text.

    lang_zh >= 5 and billing >= 3        tier == 1 or vip >= 8        agent in ["alice", "bob"]

Deliberately absent: the language itself (ivr/expression.py), who is admitted by it (acd).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from acd.settings import Attributes
from ivr.expression import Expression, ExpressionError, Type, condition

BESIDE_SKILLS = {"tier": Type.NUMBER, "agent": Type.TEXT}
"""What else may be asked for."""


@dataclass(frozen=True, slots=True)
class Need:
    """A checked need (acd.settings.Need)."""

    expression: Expression

    @property
    def text(self) -> str:
        return self.expression.text

    @property
    def names(self) -> frozenset[str]:
        return self.expression.names

    def admits(self, agent: Attributes) -> bool:
        return self.expression.holds(agent)


def need(text: str, skills: Iterable[str] | None = None) -> Need:
    """The need that a text is; raises `ExpressionError`. `skills`: all there are; None: any name may be one."""
    if skills is None:
        return Need(condition(text))
    return Need(condition(text, {**dict.fromkeys(skills, Type.NUMBER), **BESIDE_SKILLS}))


__all__ = ["BESIDE_SKILLS", "ExpressionError", "Need", "need"]
