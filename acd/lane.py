"""A lane: waiting callers of one queue who may be given to the same agents.

A free agent looks at the heads of the lanes that admit them, however many callers wait in others. Which agents a
lane admits is found out when it opens and at a reload, never while callers are matched.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acd.words import AgentName, QueueName

if TYPE_CHECKING:
    from acd.agent import Agent
    from acd.caller import LineEntry

LaneKey = tuple[int, str, AgentName | None]
"""Relaxation step, what the caller brought as a need, whom the caller waits for alone."""


@dataclass(slots=True, eq=False)
class Lane:
    """One lane, while somebody is in it."""

    queue: QueueName
    key: LaneKey
    admits: frozenset[AgentName] | None
    """None: every agent of the queue."""
    why: str
    """What is asked of an agent, in words; empty when nothing is."""
    entries: list[LineEntry] = field(default_factory=list)
    """Those nobody rings for, in order."""
    callers: int = 0
    """Also those somebody rings for."""

    def fits(self, agent: Agent) -> bool:
        """Whether this agent, being free, could be given to these callers."""
        return self.queue in agent.entries and (self.admits is None or agent.name in self.admits)
