"""Explanations for people: a summary, tables of who is ahead and who serves, and reasons as sentences."""

from __future__ import annotations

from collections.abc import Sequence

from apps.api.types import AgentExplanation, DecisionInfo, Explanation
from apps.commands.screen import clock, say, table, wrapped
from apps.commands.tables import AHEAD_COLUMNS, IN_QUEUE_COLUMNS, VERDICT_COLUMNS


def draw_caller(told: Explanation) -> None:
    """Why a caller waits."""
    wrapped(told.summary)
    if told.position:
        if told.ahead:
            say()
            table(AHEAD_COLUMNS, told.ahead, "")
        say()
        table(VERDICT_COLUMNS, told.agents, "The queue has no agents.")
        changes = [verdict for verdict in told.agents if verdict.change]
        if changes:
            say()
            say("What would have to change:")
            for verdict in changes:
                wrapped(f"- {verdict.agent}: {verdict.change}")
    _decisions(told.decisions)
    if told.exits:
        say()
        for gone in told.exits:
            wrapped(f"- {clock(gone.at)} {gone.reason}, queue {gone.queue}: {gone.why}.")


def draw_agent(told: AgentExplanation) -> None:
    """Why an agent is given no call."""
    wrapped(f"{told.summary} {told.change}".rstrip())
    if told.queues:
        say()
        table(IN_QUEUE_COLUMNS, told.queues, "")
    if told.callers:
        say()
        say("Who waits, and why they are not given to this agent:")
        for caller in told.callers:
            number = f" ({caller.number})" if caller.number else ""
            wrapped(f"- {caller.call_id}{number}, {caller.position} in {caller.queue}: {caller.why}. {caller.change}")
    _decisions(told.decisions)


def _decisions(decisions: Sequence[DecisionInfo]) -> None:
    if not decisions:
        return
    say()
    say("Decided so far:")
    for made in decisions:
        wrapped(f"- {clock(made.at)} {made.agent} for queue {made.queue} ({made.outcome}): {made.why}.")
        for over in made.passed:
            wrapped(f"  {over.agent} {over.why}.")
        if made.more:
            wrapped(f"  {made.more} more agents could not be chosen.")
        for caller in made.ahead:
            wrapped(f"  {caller.call_id} was ahead; {made.agent} {caller.why}.")
