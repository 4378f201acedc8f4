"""Walk one call: the real runner (ivr/run.py) on a simulated line, watched, until somebody hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from ivr.plan import Plan
from ivr.run import run
from ivr.simulator.line import SimulatedLine
from ivr.simulator.story import Story
from ivr.verb import Again, Back, End, Inside, Into, Jump, Outcome, Step

LONGEST_S = 24 * 3600.0
"""Virtual; who walks a call does not wait for a caller who never hangs up."""


class Telling:
    """Tells the steps and branches of a script into the line's story (`ivr.run.Watch`)."""

    def __init__(self, line: SimulatedLine) -> None:
        self._line = line

    def began(self, step: Step) -> None:
        """The script is at this step."""
        self._line.step = step
        self._line.tell("step", step.verb.verb)

    def took(self, step: Step, outcome: Outcome) -> None:
        """The step is done, and this is what came of it."""
        self._line.step = step
        told = self._told(step, outcome)
        if told:
            self._line.tell("branch", told)

    def _told(self, step: Step, outcome: Outcome) -> str:
        why = getattr(outcome, "why", "")
        because = f" ({why})" if why else ""
        match outcome:
            case Into(block):
                name = next((name for name, branch in step.verb.branches() if block and branch is block), "")
                if not block:
                    return f"the next step{because}"
                return f"branch {name}{because}"
            case Jump(target):
                return f"goes on at {target}{because}"
            case Inside(target):
                return f"runs {target} and comes back{because}"
            case Back(value):
                return f"goes back{f' with {value}' if value else ''}{because}"
            case Again():
                return "once more"
            case End():
                return f"ends the call{because}"
        return f"the next step{because}" if why else ""


async def walk(line: SimulatedLine, work: Coroutine[Any, Any, str], *, hangs_up_s: float = LONGEST_S) -> Story:
    """Let `work` (a script, a dial) have the line until it is over or the caller hangs up after `hangs_up_s`."""
    story = line.story
    task, over = asyncio.ensure_future(work), asyncio.ensure_future(line.over.wait())
    await asyncio.wait({task, over}, timeout=min(hangs_up_s, LONGEST_S), return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        story.ended_by = "script"
        try:
            story.why = task.result()
        except Exception as error:  # what would end one call in an exchange, and be logged there
            story.cause, story.why = "error", f"the script failed: {type(error).__name__}: {error}"
            line.tell("end", story.why)
    elif over.done():
        story.ended_by, story.why = "script", "hung up by the queue's own answer"
    else:
        story.ended_by, story.why = "caller", "the caller hangs up"
        line.tell("end", story.why)
    for each in (task, over):
        each.cancel()
    await asyncio.gather(task, over, return_exceptions=True)
    line.close()
    story.seconds = round(line.now_s(), 2)
    return story


async def walk_script(
    plan: Plan,
    script: str,
    line: SimulatedLine,
    *,
    language: str = "",
    variables: Mapping[str, str] | None = None,
    hangs_up_s: float = LONGEST_S,
) -> Story:
    """Walk a script on a line."""
    work = run(plan, script, line, language=language, variables=variables, watch=Telling(line))
    return await walk(line, work, hangs_up_s=hangs_up_s)
