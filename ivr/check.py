"""What can only be seen when all files are read: targets, reachability, loops, variables, hidden routes.

Pure. Deliberately absent: the shape of single steps (read.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from ivr.argument import RESERVED, nearest
from ivr.plan import Plan, Script, walk
from ivr.route import Route, RunScript, hidden_by, hides
from ivr.steps.hours import Hours
from ivr.verb import Block, Step
from ivr.words import Known, Mistake

ALWAYS_SET = (
    *RESERVED,
    "language",
    "digits",
    "queue_status",
    "agent",
    "waited",
    "dial_status",
    "talked",
    "answered_by",
    "recording",
    "recording_seconds",
    "message_seconds",
)
"""Variables that need no `set`: the switch's own, and those that verbs leave behind."""


def check(
    plan: Plan, known: Known, names_set: set[str], broken: set[tuple[str, int]], *, whole: bool
) -> Iterator[Mistake]:
    """Every mistake of a plan.

    `broken`: (file, line) of routes to leave out. `whole`: every step could be read, so that what nothing reaches
    is a mistake.
    """
    yield from _names(plan, known)
    yield from _variables(plan, names_set)
    yield from _routes(plan, broken)
    flow = Flow(plan)
    yield from _circles(flow)
    if whole:
        yield from _unreachable(plan, known, flow)


# ---- names --------------------------------------------------------------------------------------------------


def _names(plan: Plan, known: Known) -> Iterator[Mistake]:
    for entry in plan.routes:
        if isinstance(entry.action, RunScript) and entry.action.script not in plan.scripts:
            name = entry.action.script
            yield Mistake(entry.file, entry.line, f"There is no script {name!r}", nearest(name, plan.scripts))
        if entry.hours and entry.hours not in plan.hours:
            yield _no_hours(plan, entry.hours, entry.file, entry.line)
    for name in sorted(known.scripts - set(plan.scripts)):
        yield Mistake("dialplan", 1, f"Another file names the script {name!r}, which is not here", "Write it.")
    for script in plan.scripts.values():
        for label, index in script.labels.items():
            if label in plan.scripts:
                step = script.steps[index]
                what = f"The label {label!r} has the name of a script"
                yield Mistake(step.file, step.line, what, "A goto could mean either; rename one.")
        for step in walk(script.steps):
            for target in step.verb.targets():
                if plan.find(target, script.name) is None:
                    what = f"There is no script or label {target!r}"
                    yield Mistake(step.file, step.line, what, nearest(target, {*plan.scripts, *script.labels}))
            if isinstance(step.verb, Hours) and step.verb.name and step.verb.name not in plan.hours:
                yield _no_hours(plan, step.verb.name, step.file, step.line)


def _no_hours(plan: Plan, name: str, file: str, line: int) -> Mistake:
    mend = nearest(name, plan.hours) or "Write them under hours:."
    return Mistake(file, line, f"There are no opening hours {name!r}", mend)


def _variables(plan: Plan, names_set: set[str]) -> Iterator[Mistake]:
    known = {*ALWAYS_SET, *names_set}
    for script in plan.scripts.values():
        for step in walk(script.steps):
            told = set()
            for argument in fields(step.verb):
                told.update(set(argument.metadata["kind"].names(getattr(step.verb, argument.name))) - known)
            for name in sorted(told):
                what = f"Nothing sets the variable {{{name}}}"
                yield Mistake(step.file, step.line, what, nearest(name, known) or "Set it, or take it out.")


# ---- routes -------------------------------------------------------------------------------------------------


@dataclass
class _Plain:
    """Routes to plain numbers under the same conditions."""

    first: Route
    numbers: dict[str, Route] = field(default_factory=dict)


def _routes(plan: Plan, broken: set[tuple[str, int]]) -> Iterator[Mistake]:
    # A directory of thousands of plain numbers is checked by tables; only patterns are compared one by one.
    plain: dict[object, _Plain] = {}
    others: list[Route] = []
    for entry in plan.routes:
        if (entry.file, entry.line) in broken:
            continue
        numbers = [pattern.text for pattern in entry.to if pattern.exact]
        only_plain = bool(numbers) and len(numbers) == len(entry.to)
        hiding = hidden_by([*others, entry], len(others))
        if hiding is None and only_plain:
            tables = [table.numbers for table in plain.values() if hides(table.first, entry)]
            owners = [next((table[number] for table in tables if number in table), None) for number in numbers]
            hiding = owners[-1] if None not in owners else None
        if hiding is not None:
            what = f"This route is never taken: the one in {hiding.file} line {hiding.line} takes its calls"
            yield Mistake(entry.file, entry.line, what, "Put the narrower route first.")
        if only_plain:
            table = plain.setdefault(_conditions(entry), _Plain(entry)).numbers
            for number in numbers:
                table.setdefault(number, entry)
        else:
            others.append(entry)


def _conditions(entry: Route) -> object:
    """What a route asks besides the called number, to compare."""
    callers, extensions = ([pattern.text for pattern in patterns] for patterns in (entry.caller, entry.extension))
    return (tuple(callers), tuple(extensions), entry.trunks, entry.phone, entry.hours, entry.open)


# ---- the way of a call through the scripts ------------------------------------------------------------------


@dataclass
class Flow:
    """Which step can follow which."""

    plan: Plan
    after: dict[int, list[Step]] = field(default_factory=dict)
    """id of a step -> steps that can follow it."""
    steps: dict[int, Step] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for script in self.plan.scripts.values():
            self._block(script, script.steps, None, None)

    def _block(self, script: Script, block: Block, beyond: Step | None, loop: Step | None) -> None:
        """`beyond`: what follows the block; `loop`: the menu around it."""
        for index, step in enumerate(block):
            following = block[index + 1] if index + 1 < len(block) else beyond
            outgoing = self._outgoing(script, step, following, loop)
            inner = step if step.verb.loops else loop
            for _, branch in step.verb.branches():
                self._block(script, branch, following, inner)
                first = branch[0] if branch else following
                if first is not None:
                    outgoing.append(first)
            self.steps[id(step)] = step
            self.after[id(step)] = outgoing

    def _outgoing(self, script: Script, step: Step, following: Step | None, loop: Step | None) -> list[Step]:
        if step.verb.verb == "repeat":
            return [loop] if loop is not None else []
        found = [self.plan.find(target, script.name) for target in step.verb.targets()]
        outgoing = [there.steps[index] for there, index in filter(None, found) if there.steps]
        return [*outgoing, following] if step.verb.falls() and following is not None else outgoing

    def reached(self, entries: Sequence[Step]) -> set[int]:
        """ids of the steps that calls can get to."""
        seen: set[int] = set()
        todo = list(entries)
        while todo:
            step = todo.pop()
            if id(step) not in seen:
                seen.add(id(step))
                todo.extend(self.after[id(step)])
        return seen


def _unreachable(plan: Plan, known: Known, flow: Flow) -> Iterator[Mistake]:
    routed = {entry.action.script for entry in plan.routes if isinstance(entry.action, RunScript)}
    scripts = [script for name, script in plan.scripts.items() if name in routed or name in known.scripts]
    reached = flow.reached([script.steps[0] for script in scripts if script.steps])
    for script in plan.scripts.values():
        if script.steps and not any(id(step) in reached for step in walk(script.steps)):
            what = f"Nothing leads to the script {script.name!r}"
            yield Mistake(script.file, script.line, what, "Name it in a route or a goto, or take it out.")
        else:
            yield from _dead(script.steps, reached)


def _dead(block: Block, reached: set[int]) -> Iterator[Mistake]:
    told = False
    for step in block:
        if id(step) in reached:
            told = False
            for _, branch in step.verb.branches():
                yield from _dead(branch, reached)
        elif not told:
            told = True
            what = f'This "{step.verb.verb}" is never reached: every way before it leads elsewhere'
            yield Mistake(step.file, step.line, what, "Take it out, or give it a label and a goto.")


def _circles(flow: Flow) -> Iterator[Mistake]:
    """Loops in which nothing waits: found as back edges of a walk over the steps that do not wait."""
    state: dict[int, Any] = {}
    for start in flow.steps.values():
        if id(start) in state or start.verb.waits:
            continue
        way: list[tuple[Step, Iterator[Step]]] = [(start, iter(flow.after[id(start)]))]
        state[id(start)] = "open"
        while way:
            step, following = way[-1]
            child = next(following, None)
            if child is None:
                state[id(step)] = "done"
                way.pop()
            elif child.verb.waits:
                continue
            elif state.get(id(child)) == "open":
                what = f"A loop without a wait: from here back to {child.name} nothing waits for the caller"
                yield Mistake(step.file, step.line, what, "Put a menu or gather into it, or end it with hangup.")
            elif id(child) not in state:
                state[id(child)] = "open"
                way.append((child, iter(flow.after[id(child)])))
