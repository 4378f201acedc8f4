"""A decision as it is kept: who was chosen over whom, and who was ahead and had to be passed.

Pure. Deliberately absent: how it is found out (verdict.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from acd.words import AgentName, CallerId


@dataclass(frozen=True, slots=True)
class PassedOver:
    """One agent who was not chosen."""

    agent: AgentName
    why: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One caller who comes first and was not given the agent."""

    caller: CallerId
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was so when an agent was chosen for a caller: for the books."""

    passed: tuple[PassedOver, ...] = ()
    """Agents of the queue who are logged in and could not be chosen; the first few."""
    more: int = 0
    """How many others there were."""
    ahead: tuple[Waiting, ...] = ()
    """Callers of the queue who were ahead and could not be given this agent; the first few."""
