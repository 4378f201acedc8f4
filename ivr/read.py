"""YAML into steps: which verb, which arguments, which branches.

Every mistake is noted in the document; a step with mistakes still stands, with blanks, so that the checks of the
whole plan do not see ghosts. Deliberately absent: what concerns several scripts or files (check.py).
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar

from ivr import steps
from ivr.argument import NAME, Reading, nearest, noun
from ivr.document import Place, Value
from ivr.running import Running
from ivr.verb import Again, Block, Onward, Outcome, Step, Verb

TAKEN = frozenset(("continue", "repeat", "hangup", "return"))
"""Words that a branch can be, and that no script or label can have for a name. Other verbs need their arguments."""
NAMES = "Use small letters, digits, _ and -, and not continue, repeat, hangup or return."


@dataclass(frozen=True, kw_only=True)
class Repeat(Verb):
    """Run the menu or gather around it once more; written as the word `repeat`."""

    verb: ClassVar[str] = "repeat"
    again: ClassVar[bool] = True

    async def run(self, call: Running) -> Outcome:
        return Again()

    def falls(self) -> bool:
        return False


@dataclass(frozen=True, kw_only=True)
class Unread(Verb):
    """Stands where a step could not be read."""

    verb: ClassVar[str] = "unread"
    waits: ClassVar[bool] = True

    async def run(self, call: Running) -> Outcome:
        return Onward()


def block(reading: Reading, value: Value, place: Place, named: str) -> tuple[Block, dict[str, int]]:
    """The steps of a list, and the labels of those that have one. `named`: what their names begin with."""
    if not isinstance(value, list):
        reading.wrong(place, f"Steps must be a list, not a {noun(value)}", 'Begin each step with "- ".')
        reading.unread = True
        return (), {}
    found = []
    labels: dict[str, int] = {}
    for index, item in enumerate(value):
        where = (*place, index)
        label = _label(reading, item, where)
        if label in labels:
            reading.wrong(where, f"The label {label!r} is here twice", "Give one another name.")
        elif label:
            labels[label] = index
        found.append(step(reading, item, where, named, f"{index + 1}-", label))
    return tuple(found), labels


def branch(reading: Reading, value: Value, place: Place) -> Block:
    """The steps of a branch: a target, a word, a step, or a list of steps."""
    outer = reading.step
    named = f"{outer}/{place[-1]}"
    try:
        if isinstance(value, str):
            if value == "continue":
                return ()
            if not value:
                reading.wrong(place, f'"{place[-1]}" leads nowhere', "Name a script or label, or give steps.")
                return ()
            if value in TAKEN:
                return (step(reading, value, place, named, "", ""),)
            verb: Value = {"goto": value}
            reading.document.lines[(*place, "goto")] = reading.document.line(place)
            return (step(reading, verb, place, named, "", ""),)
        if isinstance(value, dict):
            return (step(reading, value, place, named, "", _label(reading, value, place, inside=True)),)
        steps_in, labels = block(reading, value, place, f"{named}/")
        for label, index in labels.items():
            reading.wrong((*place, index), f"The label {label!r} is inside a branch", "Make the branch a script.")
        return steps_in
    finally:
        reading.step = outer


def step(reading: Reading, value: Value, place: Place, named: str, number: str, label: str) -> Step:
    """One step: a mapping with one verb, and perhaps a label; or a verb that needs no arguments."""
    line = reading.document.line(place)
    if value == "repeat":
        if not reading.inside_loop:
            reading.wrong(place, '"repeat" stands outside a menu or gather', "Write goto and a label.")
        return Step(f"{named}{number}repeat" if number else named, Repeat(), reading.document.file, line)
    if isinstance(value, str):
        value = {value: {}}
        reading.document.lines[(*place, next(iter(value)))] = line
    verbs = [key for key in value if key != "label"] if isinstance(value, dict) else []
    if not isinstance(value, dict) or len(verbs) != 1:
        what = f"A step has one verb, not {' and '.join(verbs) or 'none'}" if isinstance(value, dict) else "No step"
        reading.wrong(place, what, 'Begin each step with "- " and a verb.')
        reading.unread = True
        return Step(f"{named}{number}unread", Unread(), reading.document.file, line)
    name = verbs[0]
    cls = steps.VERBS.get(name)
    if cls is None:
        reading.wrong((*place, name), f"{name!r} is no verb", nearest(name, steps.VERBS))
        reading.unread = True
        return Step(f"{named}{number}unread", Unread(), reading.document.file, line)
    full = f"{named}{label or number + name}" if number else named
    reading.step = full
    looped = reading.inside_loop
    reading.inside_loop = looped or cls.loops
    verb = arguments(reading, cls, value[name], (*place, name))
    reading.inside_loop = looped
    return Step(full, verb, reading.document.file, reading.document.line((*place, name)))


def arguments(reading: Reading, cls: type[Verb], value: Value, place: Place) -> Verb:
    """A verb with its arguments read; blanks where they are mistaken."""
    known = {argument.name: argument for argument in fields(cls)}
    if value == "" and place not in reading.document.quoted:
        value = {}  # `hangup:` with nothing after it
    if not isinstance(value, dict) and not cls.short:
        what = f'"{cls.verb}" needs its arguments by name, not a {noun(value)}'
        reading.wrong(place, what, f"Write {cls.verb}: {{{next(iter(known))}: ...}}.")
        value = {}
    given = cls.given(value)
    read: dict[str, Any] = {}
    for key, item in given.items():
        # A value in short stands at the verb's own place.
        where = (*place, key) if (*place, key) in reading.document.lines else place
        if key not in known:
            reading.wrong(where, f'"{cls.verb}" has no argument {key!r}', nearest(key, known))
            continue
        read[key] = known[key].metadata["kind"].read(reading, item, where)
    for key, argument in known.items():
        if argument.default is MISSING and key not in given:
            reading.wrong(place, f'"{cls.verb}" needs {key!r}', f"Give {key}: {argument.metadata['kind'].word}.")
            read[key] = argument.metadata["kind"].blank
    verb = cls(**read)
    verb.check(reading, place)
    return verb


def _label(reading: Reading, value: Value, place: Place, *, inside: bool = False) -> str:
    if not isinstance(value, dict) or "label" not in value:
        return ""
    label = value["label"]
    if inside:
        reading.wrong((*place, "label"), "A label inside a branch", "Make the branch a script.")
        return ""
    if not isinstance(label, str) or not NAME.fullmatch(label) or label in TAKEN:
        reading.wrong((*place, "label"), f"{label!r} cannot be a label", NAMES)
        return ""
    return label
