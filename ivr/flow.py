"""The way of a call through the scripts: which step can follow which, and by what branch.

It knows no verb: each says which branches and targets it has, whether it waits, and whether the next step can follow.

Pure. Deliberately absent: what is wrong with a way (check_flow.py), how it is drawn (drawing/).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ivr.plan import Plan, Script, step_texts, walk
from ivr.route import RunScript
from ivr.verb import Block, Step

How = Literal["next", "branch", "jump", "call", "back", "again"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One way out of a step."""

    start: Step
    end: Step | None
    """None: the script is over, and the call with it, or it goes back to who called the script."""
    how: How
    """`call` comes back: the step after it follows by an edge of its own. `back` goes to who called the script."""
    branch: str = ""


class Flow:
    """Every way through a plan. Steps are told apart by identity: each stands at one place."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.steps: list[Step] = []
        self.script: dict[int, Script] = {}
        """id of a step -> the script it is in."""
        self._out: dict[int, list[Edge]] = {}
        for script in plan.scripts.values():
            self._block(script, script.steps, None, None)
        self._passed = self._passing()

    def out(self, step: Step) -> list[Edge]:
        """The ways out of a step."""
        return self._out[id(step)]

    def reached(self, entries: Iterable[Step]) -> set[int]:
        """ids of the steps that calls can get to from these."""
        seen: set[int] = set()
        todo = list(entries)
        while todo:
            step = todo.pop()
            if id(step) not in seen:
                seen.add(id(step))
                todo.extend(edge.end for edge in self.out(step) if edge.end is not None)
        return seen

    def at_once(self, step: Step) -> Iterator[Step]:
        """Steps that can follow without anything having waited since; none after a step that waits."""
        if step.verb.waits:
            return
        calls = [edge.end for edge in self.out(step) if edge.how == "call" and edge.end is not None]
        for edge in self.out(step):
            comes_back = edge.how == "next" and calls and not any(id(end) in self._passed for end in calls)
            if edge.end is not None and not edge.end.verb.waits and not comes_back:
                yield edge.end

    # ---- making it ------------------------------------------------------------------------------------------

    def _block(self, script: Script, block: Block, beyond: Step | None, loop: Step | None) -> None:
        """`beyond`: what follows the block; `loop`: the menu around it."""
        for index, step in enumerate(block):
            following = block[index + 1] if index + 1 < len(block) else beyond
            self.steps.append(step)
            self.script[id(step)] = script
            self._out[id(step)] = list(self._ways(script, step, following, loop))
            for _, branch in step.verb.branches():
                self._block(script, branch, following, step if step.verb.loops else loop)

    def _ways(self, script: Script, step: Step, following: Step | None, loop: Step | None) -> Iterator[Edge]:
        verb = step.verb
        if verb.again and loop is not None:
            yield Edge(step, loop, "again")
        for target in verb.targets():
            found = self.plan.find(target, script.name)
            if found is not None:
                first = found[0].steps[found[1]] if found[0].steps else None
                yield Edge(step, first, "call" if verb.falls() else "jump")
        for name, branch in verb.branches():
            yield Edge(step, branch[0] if branch else following, "branch", name)
        if verb.back:
            yield Edge(step, None, "back")
        if verb.falls():
            yield Edge(step, following, "next")

    def _passing(self) -> set[int]:
        """ids of the steps from which a script can come to its end with nothing waiting: the smallest such set."""
        passed: set[int] = set()
        grew = True
        while grew:
            grew = False
            for step in self.steps:
                if id(step) in passed or step.verb.waits:
                    continue
                calls = [edge.end for edge in self.out(step) if edge.how == "call" and edge.end is not None]
                back = not calls or any(id(end) in passed for end in calls)
                for edge in self.out(step):
                    if edge.how == "call" or (edge.how == "next" and not back):
                        continue
                    if edge.end is None or id(edge.end) in passed:
                        passed.add(id(step))
                        grew = True
                        break
        return passed


def texts_by_need(plan: Plan) -> list[tuple[str, str]]:
    """(text, language) of all that can be rendered ahead, what callers need first first: by steps from a route."""
    flow = Flow(plan)
    routed = {entry.action.script: None for entry in plan.routes if isinstance(entry.action, RunScript)}
    todo = deque(first_steps(plan.scripts[name] for name in routed if name in plan.scripts))
    seen: set[int] = set()
    found: dict[tuple[str, str], None] = {}
    for start in (None, *flow.steps):  # then the steps that no route reaches
        if start is not None:
            todo.append(start)
        while todo:
            step = todo.popleft()
            if id(step) in seen:
                continue
            seen.add(id(step))
            found.update(dict.fromkeys(step_texts(step)))
            todo.extend(edge.end for edge in flow.out(step) if edge.end is not None)
    return list(found)


def first_steps(scripts: Iterable[Script]) -> list[Step]:
    """Where these scripts begin."""
    return [script.steps[0] for script in scripts if script.steps]


def any_reached(script: Script, reached: set[int]) -> bool:
    """Whether a call gets to any step of it."""
    return any(id(step) in reached for step in walk(script.steps))
