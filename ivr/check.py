"""What can only be seen when all files are read: targets, variables, hidden routes.

Pure. Deliberately absent: the shape of single steps (read.py), the ways between them (check_flow.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from ivr.argument import RESERVED, nearest
from ivr.check_flow import check_flow
from ivr.plan import Plan, walk
from ivr.route import Route, RunScript, hidden_by, hides
from ivr.steps import VERBS
from ivr.words import Known, Mistake

ALWAYS_SET = (*RESERVED, "language", *(name for verb in VERBS.values() for name in verb.sets))
"""Variables that need no `set`: the switch's own, and those that verbs leave behind."""


def check(
    plan: Plan, known: Known, names_set: set[str], broken: set[tuple[str, int]], *, whole: bool
) -> Iterator[Mistake]:
    """Every mistake of a plan.

    `broken`: (file, line) of routes to leave out. `whole`: every step could be read, so that what nothing reaches
    is a mistake.
    """
    unknown = list(_names(plan, known))
    yield from unknown
    yield from _variables(plan, names_set)
    yield from _routes(plan, broken)
    yield from check_flow(plan, known, whole=whole and not unknown)


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
            for argument in fields(step.verb):
                for name in argument.metadata["kind"].hours(getattr(step.verb, argument.name)):
                    if name not in plan.hours:
                        yield _no_hours(plan, name, step.file, step.line)


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
                if name.startswith("caller."):
                    what = f"No script remembers {{{name}}}"
                    near = nearest(name, [other for other in known if other.startswith("caller.")])
                    mend = "it must come from elsewhere: `zongji callers remember`, or the API."
                    mend = f"{near} Else {mend}" if near else f"I{mend[1:]}"
                    yield Mistake(step.file, step.line, what, mend, warning=True)
                    continue
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
            yield Mistake(entry.file, entry.line, what, "Put the narrower route first.", warning=True)
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
