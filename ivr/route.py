"""Which route a call takes: the first whose every condition holds.

Pure; `local_now` is an aware datetime. Deliberately absent: reading routes (read.py), what a script does (run.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.hours import Hours
from ivr.pattern import Pattern, covered
from ivr.template import Template


@dataclass(frozen=True, slots=True)
class RunScript:
    """Run a script."""

    script: str


@dataclass(frozen=True, slots=True)
class DialDirect:
    """Ring numbers without answering the caller first; the caller hears how it ends by the call's own cause."""

    numbers: tuple[str, ...]
    timeout_s: float
    caller_id: str | None


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse with a cause by name."""

    cause: str


Action = RunScript | DialDirect | Reject


@dataclass(frozen=True, slots=True)
class DialTemplate:
    """`DialDirect` before the variables are known."""

    numbers: tuple[Template, ...]
    timeout_s: float
    caller_id: Template | None


@dataclass(frozen=True)
class Route:
    """One entry of `routes:`. An empty condition holds always."""

    action: RunScript | DialTemplate | Reject
    to: tuple[Pattern, ...] = ()
    caller: tuple[Pattern, ...] = ()
    extension: tuple[Pattern, ...] = ()
    trunks: frozenset[str] = frozenset()
    phone: bool | None = None
    """True: only from a registered phone; False: only from a trunk."""
    hours: str = ""
    open: bool = True
    """With `hours`: whether it must be open, or closed."""
    language: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Routed:
    """What to do with a call. `variables` and `language` are for `ivr.run.run`."""

    action: Action
    variables: Mapping[str, str]
    """`rest`: what the final * of the pattern stood for."""
    language: str
    """Empty: the site's first."""
    route: Route


def route(
    routes: Sequence[Route],
    hours: Mapping[str, Hours],
    called: str,
    caller: str,
    trunk: str,
    extension: str,
    local_now: datetime,
) -> Routed | None:
    """The first route that matches, or None."""
    for entry in routes:
        if refusing(entry, hours, called, caller, trunk, extension, local_now):
            continue
        rest = _matched(entry.to, called) or ""
        variables = {"called": called, "caller": caller, "trunk": trunk, "extension": extension, "rest": rest}
        return Routed(_action(entry, variables), {"rest": rest}, entry.language, entry)
    return None


def refusing(
    entry: Route,
    hours: Mapping[str, Hours],
    called: str,
    caller: str,
    trunk: str,
    extension: str,
    local_now: datetime,
) -> str:
    """The first condition of a route, by its name in YAML, that does not hold for a call; empty when all hold."""
    if _matched(entry.to, called) is None:
        return "to"
    if entry.phone is not None and entry.phone != bool(extension):
        return "phone"
    if entry.trunks and trunk not in entry.trunks:
        return "trunk"
    if entry.extension and (not extension or _matched(entry.extension, extension) is None):
        return "extension"
    if _matched(entry.caller, caller) is None:
        return "from"
    return "hours" if entry.hours and hours[entry.hours].is_open(local_now) != entry.open else ""


def _matched(patterns: tuple[Pattern, ...], number: str) -> str | None:
    if not patterns:
        return ""
    for pattern in patterns:
        rest = pattern.match(number)
        if rest is not None:
            return rest
    return None


def _action(entry: Route, variables: Mapping[str, str]) -> Action:
    action = entry.action
    if isinstance(action, DialTemplate):
        numbers = tuple(text.expand(variables) for text in action.numbers)
        caller_id = action.caller_id.expand(variables) if action.caller_id is not None else None
        return DialDirect(tuple(number for number in numbers if number), action.timeout_s, caller_id)
    return action


def hides(earlier: Route, later: Route) -> bool:
    """Whether `earlier` holds whenever `later` does, the called number apart."""
    if earlier.phone is not None and _from_phone(later) != earlier.phone:
        return False
    if earlier.trunks and not (later.trunks and later.trunks <= earlier.trunks):
        return False
    if earlier.hours and (earlier.hours, earlier.open) != (later.hours, later.open):
        return False
    return all(
        not here or (there and all(covered(pattern, here) for pattern in there))
        for here, there in ((earlier.caller, later.caller), (earlier.extension, later.extension))
    )


def _from_phone(entry: Route) -> bool | None:
    if entry.extension:
        return True
    return False if entry.trunks else entry.phone


def hidden_by(routes: Sequence[Route], index: int) -> Route | None:
    """A route before `index` because of which that one is never reached, or None.

    Several before it may hide it together; the last of them is told.
    """
    entry = routes[index]
    before = [other for other in routes[:index] if hides(other, entry)]
    for other in before:
        if not other.to:
            return other
    if not entry.to:
        return None
    patterns = [pattern for other in before for pattern in other.to]
    if not patterns or not all(covered(pattern, patterns) for pattern in entry.to):
        return None
    for count, other in enumerate(before, start=1):
        so_far = [pattern for each in before[:count] for pattern in each.to]
        if all(covered(pattern, so_far) for pattern in entry.to):
            return other
    return before[-1]
