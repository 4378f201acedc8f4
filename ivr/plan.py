"""A checked dialplan. Immutable: a call keeps the plan it began with, whatever is loaded meanwhile.

Deliberately absent: how it is read (load.py), how a script runs (run.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from ivr.hours import Hours
from ivr.route import Route, Routed, route
from ivr.speech import static_texts
from ivr.verb import Block, Step


@dataclass(frozen=True, slots=True)
class Script:
    """Steps under a name."""

    name: str
    steps: Block
    labels: Mapping[str, int]
    """Label -> index in `steps`."""
    file: str
    line: int


@dataclass(frozen=True)
class Plan:
    """Routes, scripts and opening hours of a site."""

    languages: tuple[str, ...] = ("zh", "en")
    """The first is spoken until a route or script sets another."""
    scripts: Mapping[str, Script] = field(default_factory=lambda: MappingProxyType({}))
    routes: tuple[Route, ...] = ()
    hours: Mapping[str, Hours] = field(default_factory=lambda: MappingProxyType({}))

    def route(self, called: str, caller: str, trunk: str, extension: str, local_now: datetime) -> Routed | None:
        """Where a call goes: the first route that matches, or None (an unknown number).

        `trunk` is empty for a call from a phone, `extension` for a call from a trunk; `local_now` is aware.
        """
        return route(self.routes, self.hours, called, caller, trunk, extension, local_now)

    def find(self, target: str, within: str) -> tuple[Script, int] | None:
        """The script and step that `goto: target` means inside script `within`: a label there, a script, or both."""
        here = self.scripts.get(within)
        if here is not None and target in here.labels:
            return here, here.labels[target]
        name, dot, label = target.partition(".")
        script = self.scripts.get(name)
        if script is None:
            return None
        if not dot:
            return script, 0
        return (script, script.labels[label]) if label in script.labels else None

    @cached_property
    def recalls(self) -> bool:
        """Whether some script asks what was remembered of a caller."""
        return any(
            name.startswith("caller.")
            for script in self.scripts.values()
            for step in walk(script.steps)
            for argument in fields(step.verb)
            for name in argument.metadata["kind"].names(getattr(step.verb, argument.name))
        )

    def static_texts(self) -> set[tuple[str, str]]:
        """(text, language) of everything that can be rendered before anybody calls."""
        return {text for script in self.scripts.values() for step in walk(script.steps) for text in step_texts(step)}


def walk(block: Block) -> Iterator[Step]:
    """Every step of a block and of the branches inside it, in order."""
    for step in block:
        yield step
        for _, branch in step.verb.branches():
            yield from walk(branch)


def step_texts(step: Step) -> Iterator[tuple[str, str]]:
    """(text, language) of what a step says and can be rendered before anybody calls."""
    for argument in fields(step.verb):
        value = getattr(step.verb, argument.name)
        for said in argument.metadata["kind"].speeches(value):
            yield from static_texts(said)
