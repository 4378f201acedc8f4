"""What is wrong with the ways through a plan: loops in which nothing waits, what nothing reaches, dead ends.

Only the first harms a caller; the others are warnings. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from ivr.flow import Flow, any_reached, first_steps
from ivr.plan import Plan
from ivr.route import RunScript
from ivr.verb import Block, Step
from ivr.words import Known, Mistake


def check_flow(plan: Plan, known: Known, *, whole: bool) -> Iterator[Mistake]:
    """Every mistake of the ways. `whole`: every step could be read, so that what nothing reaches may be told."""
    flow = Flow(plan)
    yield from _circles(flow)
    if whole:
        routed = {entry.action.script for entry in plan.routes if isinstance(entry.action, RunScript)}
        entered = [script for name, script in plan.scripts.items() if name in routed or name in known.scripts]
        reached = flow.reached(first_steps(entered))
        yield from _unreachable(plan, reached)
        yield from _silent_ends(flow, reached, {script.name for script in entered})
        yield from _traps(flow, reached)


def _circles(flow: Flow) -> Iterator[Mistake]:
    """Loops in which nothing waits: found as back edges of a walk over the steps that do not wait."""
    state: dict[int, str] = {}
    for start in flow.steps:
        if id(start) in state or start.verb.waits:
            continue
        way: list[tuple[Step, Iterator[Step]]] = [(start, flow.at_once(start))]
        state[id(start)] = "open"
        while way:
            step, following = way[-1]
            child = next(following, None)
            if child is None:
                state[id(step)] = "done"
                way.pop()
            elif state.get(id(child)) == "open":
                what = f"A loop without a wait: from here back to {child.name} nothing waits for the caller"
                yield Mistake(step.file, step.line, what, "Put a menu or gather into it, or end it with hangup.")
            elif id(child) not in state:
                state[id(child)] = "open"
                way.append((child, flow.at_once(child)))


# ---- what nothing reaches -----------------------------------------------------------------------------------


def _unreachable(plan: Plan, reached: set[int]) -> Iterator[Mistake]:
    for script in plan.scripts.values():
        if script.steps and not any_reached(script, reached):
            what = f"Nothing leads to the script {script.name!r}"
            mend = "Name it in a route or a goto, or take it out."
            yield Mistake(script.file, script.line, what, mend, warning=True)
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
            mend = "Take it out, or give it a label and a goto."
            yield Mistake(step.file, step.line, what, mend, warning=True)


# ---- dead ends ----------------------------------------------------------------------------------------------


def _silent_ends(flow: Flow, reached: set[int], entered: set[str]) -> Iterator[Mistake]:
    """Steps after which the call is hung up though nobody wrote so, and without a word."""
    ending = _jumped_to(flow, reached) | entered
    for step in flow.steps:
        if id(step) not in reached or step.verb.last_word or flow.script[id(step)].name not in ending:
            continue
        over = [edge for edge in flow.out(step) if edge.end is None and edge.how in ("next", "branch")]
        if not over:
            continue
        names = [edge.branch for edge in over if edge.branch]
        by = f"by {', '.join(names[:4])}{' and others' if len(names) > 4 else ''} " if names else ""
        what = f'A dead end: {by}this "{step.verb.verb}" goes on, and nothing follows; the call ends without a word'
        yield Mistake(step.file, step.line, what, "Add a step after it, as say, voicemail or hangup.", warning=True)


def _jumped_to(flow: Flow, reached: set[int]) -> set[str]:
    """Scripts that a goto leads to; one that is only called goes back at its end."""
    jumps = (edge for step in flow.steps if id(step) in reached for edge in flow.out(step) if edge.how == "jump")
    return {flow.script[id(edge.end)].name for edge in jumps if edge.end is not None}


def _traps(flow: Flow, reached: set[int]) -> Iterator[Mistake]:
    """Where a call can only turn round and round until the caller hangs up: the first such step of each script."""
    before: dict[int, list[Step]] = {}
    leaving = []
    for step in flow.steps:
        edges = flow.out(step)
        if step.verb.ends() or not edges or any(edge.end is None for edge in edges):
            leaving.append(step)
        for edge in edges:
            if edge.end is not None:
                before.setdefault(id(edge.end), []).append(step)
    ends: set[int] = set()
    while leaving:
        step = leaving.pop()
        if id(step) not in ends:
            ends.add(id(step))
            leaving.extend(before.get(id(step), ()))
    told: set[str] = set()
    for step in flow.steps:
        name = flow.script[id(step)].name
        if id(step) in reached and id(step) not in ends and step.verb.waits and name not in told:
            told.add(name)
            what = f'A dead end: from this "{step.verb.verb}" on nothing ends the call or passes it to anybody'
            mend = "Give it a branch that leads to a hangup, a queue or a person."
            yield Mistake(step.file, step.line, what, mend, warning=True)
