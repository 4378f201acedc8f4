"""Why a call takes its route, and why it takes none of those before: each with the condition that did not hold.

The same conditions, in the same order, as `route.route`. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.pattern import Pattern
from ivr.plan import Plan
from ivr.route import DialTemplate, Reject, Route, RunScript, refusing


@dataclass(frozen=True, slots=True)
class Tried:
    """One route that was asked."""

    route: Route
    refusal: str
    """The condition that did not hold, in a sentence without a full stop; empty: this route takes the call."""


def why(plan: Plan, called: str, caller: str, trunk: str, extension: str, local_now: datetime) -> list[Tried]:
    """Every route that is asked, in order; the last one takes the call, unless it refuses, too."""
    tried = []
    for entry in plan.routes:
        name = refusing(entry, plan.hours, called, caller, trunk, extension, local_now)
        tried.append(Tried(entry, _sentence(entry, name, plan, called, caller, trunk, extension, local_now)))
        if not name:
            break
    return tried


def summary(entry: Route) -> str:
    """What a route asks and where it leads, in one line: `to 2XXX, from a phone: script extension`."""
    return f"{asks(entry)}: {result(entry)}"


def asks(entry: Route) -> str:
    """A route's conditions."""
    asked = []
    if entry.to:
        asked.append(f"to {_any(entry.to)}")
    if entry.caller:
        asked.append(f"from {_any(entry.caller)}")
    if entry.phone is not None:
        asked.append("from a phone" if entry.phone else "not from a phone")
    if entry.trunks:
        asked.append(f"by {' or '.join(sorted(entry.trunks))}")
    if entry.extension:
        asked.append(f"from extension {_any(entry.extension)}")
    if entry.hours:
        asked.append(f"{entry.hours} {'open' if entry.open else 'closed'}")
    return ", ".join(asked) or "every call"


def result(entry: Route) -> str:
    """Where a route leads."""
    match entry.action:
        case RunScript(script):
            return f"script {script}"
        case Reject(cause):
            return f"refused, {cause}"
        case DialTemplate(numbers):
            return f"dial {' and '.join(number.written for number in numbers)}"


def _sentence(
    entry: Route, name: str, plan: Plan, called: str, caller: str, trunk: str, extension: str, now: datetime
) -> str:
    match name:
        case "to":
            return f"{called or 'no number'} is not {_any(entry.to)}"
        case "phone":
            return "the call is not from a phone" if entry.phone else "the call is from a phone"
        case "trunk":
            came = f"comes by {trunk}" if trunk else "is from a phone"
            return f"the call {came}, not by {' or '.join(sorted(entry.trunks))}"
        case "extension":
            if not extension:
                return "the call is not from a phone"
            return f"the call is from extension {extension}, not {_any(entry.extension)}"
        case "from":
            return f"the caller is {caller or 'without a number'}, not {_any(entry.caller)}"
        case "hours":
            local = plan.hours[entry.hours].local(now)
            return f"{entry.hours} is {'closed' if entry.open else 'open'} on {local:%a %Y-%m-%d at %H:%M}"
    return ""


def _any(patterns: Sequence[Pattern]) -> str:
    texts = [pattern.text for pattern in patterns]
    return " or ".join(texts if len(texts) <= 4 else (*texts[:3], f"any of {len(texts) - 3} more"))
