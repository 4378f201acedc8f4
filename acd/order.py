"""Who comes first: callers by priority, then arrival; agents by fewest calls today, then longest idle.

The two orders are tuples, so that sorted lists keep them and nothing is sorted twice. Another strategy is
another `free_entry`.

Pure.
"""

from __future__ import annotations

from bisect import bisect_left, insort

from acd.agent import Agent, FreeEntry
from acd.caller import LineEntry


def free_entry(agent: Agent) -> FreeEntry:
    """The agent's place among the free: fewest calls today, then idle for longest, then who became idle first."""
    return (agent.calls_today, agent.idle_since, agent.idle_order, agent)


def why_least_busy(agent: Agent, now: float) -> str:
    """Why this agent was first among the free, as a sentence."""
    calls = agent.calls_today
    return f"the free agent with the fewest calls today ({calls}), idle for {max(0.0, now - agent.idle_since):.0f} s"


WHY_LAST_AGENT = "served this caller last"


def place_free(entries: list[FreeEntry], entry: FreeEntry) -> None:
    """Put an agent among the free, in order."""
    insort(entries, entry)


def take_free(entries: list[FreeEntry], entry: FreeEntry) -> None:
    """Take an agent from the free; nothing if absent."""
    at = bisect_left(entries, entry)
    if at < len(entries) and entries[at] == entry:
        del entries[at]


def place_caller(line: list[LineEntry], entry: LineEntry) -> int:
    """Put a caller in line, in order; its index."""
    at = bisect_left(line, entry)
    line.insert(at, entry)
    return at


def take_caller(line: list[LineEntry], entry: LineEntry) -> int | None:
    """Take a caller from the line; the index where it stood, None if absent."""
    at = index_of(line, entry)
    if at is not None:
        del line[at]
    return at


def index_of(line: list[LineEntry], entry: LineEntry) -> int | None:
    """Where a caller stands in line, from 0; None if absent."""
    at = bisect_left(line, entry)
    return at if at < len(line) and line[at] == entry else None
