"""What is different between two plans, in sentences with file and line of the new one.

Where a step stands does not matter, only what it says: a comment more is no difference. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from difflib import SequenceMatcher
from typing import Any

from ivr import why
from ivr.expression import Expression
from ivr.pattern import Pattern
from ivr.plan import Plan
from ivr.route import Route
from ivr.shown import description, shown
from ivr.verb import Block, Step

MOST = 100
"""Sentences; the rest is counted."""
LONGEST = 60
"""Of a value in a sentence."""
MANY_STEPS = 1000
"""A block with more is compared as a whole."""


def differences(before: Plan, after: Plan) -> list[str]:
    """A sentence for everything that is different; none when calls meet the same."""
    found = [*_routes(before, after), *_hours(before, after), *_scripts(before, after)]
    if before.languages != after.languages:
        found.insert(0, f"The languages are {', '.join(after.languages)}, were {', '.join(before.languages)}.")
    if len(found) > MOST:
        found[MOST:] = [f"And {len(found) - MOST} more differences of the dialplan."]
    return found


# ---- routes and hours ---------------------------------------------------------------------------------------


def _routes(before: Plan, after: Plan) -> Iterator[str]:
    old, new = [_route(entry) for entry in before.routes], [_route(entry) for entry in after.routes]
    if old == new:
        return
    left, added = Counter(old), []
    for entry, key in zip(after.routes, new, strict=True):
        if left[key]:
            left[key] -= 1
        else:
            added.append(key)
            yield f"{entry.file}:{entry.line}: A new route, {key}."
    for key in left.elements():
        yield f"A route is gone, {key}."
    gone, come = Counter(left), Counter(added)
    if _without(old, gone) != _without(new, come):
        yield "The order of the routes is different."


def _route(entry: Route) -> str:
    return why.summary(entry) + (f", in {entry.language}" if entry.language else "")


def _without(keys: list[str], some: Counter[str]) -> list[str]:
    left = Counter(some)
    kept = []
    for key in keys:
        if left[key]:
            left[key] -= 1
        else:
            kept.append(key)
    return kept


def _hours(before: Plan, after: Plan) -> Iterator[str]:
    yield from _names("opening hours", before.hours, after.hours)
    for name in sorted(before.hours.keys() & after.hours.keys()):
        if before.hours[name] != after.hours[name]:
            yield f"The opening hours {name} are different."


def _names(noun: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    if added := sorted(after.keys() - before.keys()):
        yield f"New {noun}: {', '.join(added)}."
    if gone := sorted(before.keys() - after.keys()):
        yield f"Gone {noun}: {', '.join(gone)}."


# ---- scripts ------------------------------------------------------------------------------------------------


def _scripts(before: Plan, after: Plan) -> Iterator[str]:
    yield from _names("scripts", before.scripts, after.scripts)
    for name, script in after.scripts.items():
        old = before.scripts.get(name)
        if old is not None:
            yield from _blocks(old.steps, script.steps, name, f"{script.file}:{script.line}", after.languages)


def _blocks(old: Block, new: Block, name: str, where: str, languages: tuple[str, ...]) -> Iterator[str]:
    """`name`, `where`: of what the block belongs to, for what is gone from it."""
    ours, theirs = [_meaning(step) for step in old], [_meaning(step) for step in new]
    if ours == theirs:
        return
    if max(len(old), len(new)) > MANY_STEPS:
        yield f"{where}: {name} is different."
        return
    for tag, low, high, start, end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone, come = list(old[low:high]), list(new[start:end])
        for one, other in zip(old[low:high], new[start:end], strict=False):
            if one.verb.verb == other.verb.verb:
                gone.remove(one)
                come.remove(other)
                yield from _steps(one, other, languages)
        for step in gone:
            yield f"{where}: {name} has no {_named(step, languages)} any more."
        for step in come:
            yield f"{step.file}:{step.line}: {name} has a new {_named(step, languages)}."


def _steps(old: Step, new: Step, languages: tuple[str, ...]) -> Iterator[str]:
    """Two steps of one verb."""
    where = f"{new.file}:{new.line}"
    for argument in fields(new.verb):
        if argument.metadata["kind"].holds_branches:
            continue
        ours, theirs = getattr(old.verb, argument.name), getattr(new.verb, argument.name)
        if _meaning(ours) != _meaning(theirs) and argument.metadata["kind"].secret:
            yield f"{where}: {new.name}: {argument.name} is different."
        elif _meaning(ours) != _meaning(theirs):
            yield f"{where}: {new.name}: {argument.name} is {_was(ours, theirs, languages)}."
    branches, others = dict(old.verb.branches()), dict(new.verb.branches())
    for name in [*others, *(name for name in branches if name not in others)]:
        one, other = branches.get(name, ()), others.get(name, ())
        if not one and other:
            yield f"{where}: {new.name}: {name} is new, {_named(other[0], languages)}."
        elif one and not other:
            yield f"{where}: {new.name}: {name} is gone."
        else:
            yield from _blocks(one, other, f"{new.name}/{name}", where, languages)


def _was(old: object, new: object, languages: tuple[str, ...]) -> str:
    """`2, was 1`; of texts, the first language in which they differ."""
    for language in languages:
        ours, theirs = shown(old, language), shown(new, language)
        if ours != theirs:
            return f"{_cut(theirs) or 'not given'}, was {_cut(ours) or 'not given'}"
    return "different"


def _named(step: Step, languages: tuple[str, ...]) -> str:
    return _cut(f"{step.verb.verb} {description(step.verb, languages[0])}".strip())


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _meaning(value: Any) -> Any:
    """A value without where it stands: hashable, and equal for equal meaning."""
    if isinstance(value, Step):
        return _meaning(value.verb)
    if isinstance(value, (Expression, Pattern)):
        return value.text
    if isinstance(value, Mapping):
        return tuple((name, _meaning(each)) for name, each in value.items())
    if isinstance(value, (tuple, list)):
        return tuple(_meaning(each) for each in value)
    if isinstance(value, (set, frozenset)):
        return frozenset(_meaning(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value).__name__, *(_meaning(getattr(value, each.name)) for each in fields(value)))
    return value
