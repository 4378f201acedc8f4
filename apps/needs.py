"""What a queue, or a caller, asks of an agent: an expression over skills, read from text.

    lang_zh >= 5 and billing >= 3        tier == 1 or vip >= 8        agent in ["alice", "bob"]

Deliberately absent: the language itself (ivr/expression.py), who is admitted by it (acd).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from acd.settings import Attributes
from ivr.argument_need import BESIDE_SKILLS
from ivr.expression import Expression, ExpressionError, Type, condition

log = logging.getLogger("needs")


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


def brought(text: str) -> Need | None:
    """What a caller brought. One that cannot be read, as digits put into it may make it, is asked of nobody."""
    try:
        return need(text) if text else None
    except ExpressionError as error:
        log.warning("the need %r of a caller cannot be read %s; it is not asked for", text[:80], error)
        return None


__all__ = ["ExpressionError", "Need", "need"]
