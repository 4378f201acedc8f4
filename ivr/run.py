"""Run a script for one call.

Steps run one after another; a branch runs its steps and comes back; a goto leaves all branches. The caller's
hang-up cancels the task. The end of a script hangs up.

Deliberately absent: what each step does (steps/), the telephone (CallPort).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ivr.plan import Plan
from ivr.running import SAME_STEP_LIMIT, STEP_LIMIT, Running
from ivr.verb import Again, Back, Block, End, Inside, Into, Jump, Outcome, Step
from ivr.words import CallPort

TRANSPARENT = ("goto", "set", "hours", "repeat", "if", "switch", "call", "return", "remember")
"""Verbs that take no time: the books need not know, and they are not what comes round."""


MAX_INSIDE = 20
"""Scripts that may have called one another."""


@dataclass(slots=True)
class _Frame:
    """A block, and the index of the step to run next."""

    block: Block
    next: int = 0
    caller: _Caller | None = None
    """When the block is a script that was called."""


@dataclass(slots=True)
class _Caller:
    """Where a script goes back to."""

    script: str
    step: Inside


class Watch(Protocol):
    """Who watches a script run. It sees, and changes nothing."""

    def began(self, step: Step) -> None:
        """The script is at this step."""

    def took(self, step: Step, outcome: Outcome) -> None:
        """The step is done, and this is what came of it."""


async def run(
    plan: Plan,
    script_name: str,
    port: CallPort,
    *,
    language: str = "",
    variables: Mapping[str, str] | None = None,
    watch: Watch | None = None,
) -> str:
    """Run the script to its end and hang up; returns why it ended, in words for the books.

    `language` (empty: the site's first) and `variables` come from the route. Cancelled when the caller hangs up.
    """
    return await _Runner(plan, port, script_name, language, variables or {}, watch).run()


class _Runner:
    def __init__(
        self,
        plan: Plan,
        port: CallPort,
        script: str,
        language: str,
        variables: Mapping[str, str],
        watch: Watch | None,
    ) -> None:
        self.plan = plan
        self.watch = watch
        self.port = port
        self.script = script
        self.call = Running(plan, port, language, variables)
        self.frames: list[_Frame] = []

    async def run(self) -> str:
        if self.plan.recalls:
            await self.call.recall()
        end = self._jump(self.script)
        while end is None:
            while self.frames and self.frames[-1].next >= len(self.frames[-1].block):
                self._leave(self.frames.pop(), Back(""))
            if not self.frames:
                end = End("normal", "the script came to its end")
                break
            frame = self.frames[-1]
            step = frame.block[frame.next]
            frame.next += 1
            end = self._over_limit(step)
            if end is None:
                end = self._follow(await self._take(step))
        await self.port.hang_up(end.cause)
        return end.why

    async def _take(self, step: Step) -> Outcome:
        if self.watch is None:
            return await step.verb.run(self.call)
        self.watch.began(step)
        outcome = await step.verb.run(self.call)
        self.watch.took(step, outcome)
        return outcome

    def _over_limit(self, step: Step) -> End | None:
        call = self.call
        call.steps += 1
        if call.steps > STEP_LIMIT:
            return End("normal", f"stopped: more than {STEP_LIMIT} steps, the last was {step.name}")
        if step.verb.verb in TRANSPARENT:
            return None
        call.visits[step.name] = call.visits.get(step.name, 0) + 1
        if call.visits[step.name] > SAME_STEP_LIMIT:
            return End("normal", f"stopped: {step.name} came round {SAME_STEP_LIMIT} times and the caller did nothing")
        self.port.entered(step.name)
        return None

    def _follow(self, outcome: Outcome) -> End | None:
        if isinstance(outcome, End):
            return outcome
        if isinstance(outcome, Jump):
            return self._jump(outcome.target)
        if isinstance(outcome, Inside):
            return self._enter(outcome)
        if isinstance(outcome, Back):
            while self.frames:
                if self._leave(self.frames.pop(), outcome):
                    return None
            return End("normal", "the script returned, and none had called it")
        if isinstance(outcome, Into):
            self.frames.append(_Frame(outcome.block))
        elif isinstance(outcome, Again):
            while self.frames:
                frame = self.frames[-1]
                if frame.next and frame.block[frame.next - 1].verb.loops:
                    frame.next -= 1
                    break
                self.frames.pop()
        return None

    def _jump(self, target: str) -> End | None:
        found = self.plan.find(target, self.script)
        if found is None:
            return End("normal", f"stopped: there is no script {target!r}")
        script, index = found
        self.script = script.name
        # A goto leaves all branches, but not the script that called this one.
        caller = None
        while self.frames and caller is None:
            caller = self.frames.pop().caller
        self.frames.append(_Frame(script.steps, index, caller))
        return None

    def _enter(self, step: Inside) -> End | None:
        """Begin the script that a `call` names, on top of all that is under way."""
        found = self.plan.find(step.target, self.script)
        if found is None:
            return End("normal", f"stopped: there is no script {step.target!r}")
        if sum(frame.caller is not None for frame in self.frames) >= MAX_INSIDE:
            return End("normal", f"stopped: more than {MAX_INSIDE} scripts have called one another")
        script, index = found
        self.frames.append(_Frame(script.steps, index, _Caller(self.script, step)))
        self.script = script.name
        return None

    def _leave(self, frame: _Frame, result: Back) -> bool:
        """A frame is over; when it was a called script's, its caller has its variables back, and the result."""
        if frame.caller is None:
            return False
        self.script = frame.caller.script
        self.call.restore(frame.caller.step.before)
        self.call.set(frame.caller.step.into, result.value, hidden=result.hidden)
        return True
