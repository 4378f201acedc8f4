"""A plan as cards: one for the routes, one for each script; a row for each step and branch; and where rows lead.

It knows no verb: what a row says is made of the verb's name and its first argument. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr import why
from ivr.flow import Flow, first_steps
from ivr.plan import Plan, Script, walk
from ivr.route import Reject, RunScript
from ivr.shown import description
from ivr.verb import Block, Step

MOST_SCRIPTS = 300
MOST_ROUTES = 30
"""Rows for single routes; a telephone directory has thousands."""
ROUTES = ""
"""The card of routes has no script's name."""


class TooBig(Exception):
    """More scripts than a picture can show; one sentence."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a card."""

    depth: int
    label: str
    """A branch's name, or empty."""
    verb: str
    text: str
    role: str = ""
    """What its dot shows: waits, ends, says, leads, or nothing."""
    leads: tuple[str, ...] = ()
    """Cards that it leads to, others than its own."""
    called: bool = False
    """It comes back from there."""


@dataclass(slots=True)
class Card:
    """A script, or the routes."""

    name: str
    place: str
    """file:line"""
    rows: list[Row] = field(default_factory=list)
    reached: bool = True


def cards(plan: Plan, script: str = "") -> list[Card]:
    """The whole plan, or a script and all that it leads to, with the routes to it. Raises `TooBig`."""
    flow = Flow(plan)
    wanted = dict(plan.scripts)
    if script:
        steps = flow.reached(first_steps([plan.scripts[script]]))
        names = {flow.script[id(step)].name for step in flow.steps if id(step) in steps} | {script}
        wanted = {name: each for name, each in plan.scripts.items() if name in names}
    if len(wanted) > MOST_SCRIPTS:
        raise TooBig(f"{len(wanted)} scripts are too many for a picture; name one to begin with")
    routed = {entry.action.script for entry in plan.routes if isinstance(entry.action, RunScript)}
    reached = flow.reached(first_steps(plan.scripts[name] for name in routed if name in plan.scripts))
    made = [_routes(plan, wanted, script)]
    for each in wanted.values():
        card = Card(each.name, f"{each.file}:{each.line}")
        card.reached = bool(script) or not each.steps or any(id(step) in reached for step in walk(each.steps))
        card.rows = list(_rows(plan, each, each.steps, 0, ""))
        made.append(card)
    return [card for card in made if card.rows or card.name]


def _routes(plan: Plan, wanted: Mapping[str, Script], only: str) -> Card:
    """Routes in their order; of many, the rest are counted by where they lead."""
    card = Card(ROUTES, "routes")
    others: dict[str, int] = {}
    for entry in plan.routes:
        script = entry.action.script if isinstance(entry.action, RunScript) else ""
        if only and script != only:
            continue
        if len(card.rows) == MOST_ROUTES:
            others[script] = others.get(script, 0) + 1
            continue
        role = "leads" if script else "ends" if isinstance(entry.action, Reject) else "waits"
        text = f"{why.asks(entry)} \N{RIGHTWARDS ARROW} {script or why.result(entry)}"
        card.rows.append(Row(0, "", "", text, role, (script,) if script in wanted else ()))
    for script, count in list(others.items())[:MOST_ROUTES]:
        text = f"{count} more routes \N{RIGHTWARDS ARROW} {script or 'numbers, or refused'}"
        card.rows.append(Row(0, "", "", text, "leads" if script else "", (script,) if script in wanted else ()))
    return card


def _rows(plan: Plan, script: Script, block: Block, depth: int, label: str) -> Iterator[Row]:
    """A block's steps; the first one has the branch's name before it."""
    for index, step in enumerate(block):
        yield _row(plan, script, step, depth, label if index == 0 else "")
        # Branches that do the same stand in one row: `busy, no_answer`.
        alike: dict[Any, tuple[list[str], Block]] = {}
        for name, branch in step.verb.branches():
            if branch:
                key = tuple(each.verb for each in branch)
                alike.setdefault(_hashable(key), ([], branch))[0].append(name)
        for names, branch in alike.values():
            yield from _rows(plan, script, branch, depth + 1, ", ".join(names))


def _hashable(key: tuple[Any, ...]) -> Any:
    return repr(key)


def _row(plan: Plan, script: Script, step: Step, depth: int, label: str) -> Row:
    verb = step.verb
    found = [plan.find(target, script.name) for target in verb.targets()]
    leads = tuple(each[0].name for each in found if each is not None and each[0].name != script.name)
    role = "waits" if verb.waits else "ends" if verb.ends() else "says" if verb.last_word else ""
    if leads:
        role = "leads"
    return Row(depth, label, verb.verb, description(step.verb, plan.languages[0]), role, leads, called=verb.falls())
