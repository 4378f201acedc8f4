"""Read a directory of dialplan files into a checked plan, or into every mistake at once.

    routes:     list; the first that matches takes the call; files in order of their names
    hours:      name -> opening hours (hours.py)
    scripts:    name -> list of steps (read.py)

Deliberately absent: what a value means (argument*.py), what concerns the whole (check.py).
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from ivr import document as yaml_document
from ivr import read, read_hours, read_route
from ivr.argument import NAME, Reading, nearest, noun
from ivr.check import check
from ivr.document import Document, Value
from ivr.hours import Hours
from ivr.plan import Plan, Script
from ivr.route import Route
from ivr.words import Known, Mistake, Mistakes

SECTIONS = ("routes", "hours", "scripts")


def load(directory: Path, known: Known) -> Plan:
    """The plan of all *.yaml files in a directory. Raises `Mistakes`, warnings among them, when one is no warning."""
    plan, wrong = read_all(directory, known)
    if not all(mistake.warning for mistake in wrong):
        raise Mistakes(wrong)
    return plan


def read_all(directory: Path, known: Known) -> tuple[Plan, list[Mistake]]:
    """The plan as far as it can be read, and every mistake in a directory's files, in order."""
    plan, wrong = _read(directory, known)
    return plan, sorted(set(wrong))


def _read(directory: Path, known: Known) -> tuple[Plan, list[Mistake]]:
    if not directory.is_dir():
        return Plan(known.languages), [Mistake(directory.name, 1, "There is no such directory", "Make it.")]
    paths = sorted(path for path in directory.iterdir() if path.suffix in (".yaml", ".yml"))
    if not paths:
        return Plan(known.languages), [Mistake(directory.name, 1, "There is no *.yaml file in it", "Write one.")]
    return parse([yaml_document.read(path, f"{directory.name}/{path.name}") for path in paths], known)


def parse(documents: list[Document], known: Known) -> tuple[Plan, list[Mistake]]:
    """The plan of some documents, as far as it can be read, and every mistake in them."""
    routes: list[Route] = []
    hours: dict[str, Hours] = {}
    scripts: dict[str, Script] = {}
    names_set: set[str] = set()
    broken: set[tuple[str, int]] = set()
    whole = True
    for document in documents:
        # A file that is no YAML hides everything in it; what it lacks is not told besides.
        whole = whole and not document.broken
        reading = Reading(document, known, read.branch)
        _sections(reading, routes, hours, scripts)
        names_set |= reading.names_set
        broken |= reading.broken_routes
        whole = whole and not reading.unread
    plan = Plan(known.languages, MappingProxyType(scripts), tuple(routes), MappingProxyType(hours))
    wrong = [mistake for document in documents for mistake in document.mistakes]
    wrong.extend(check(plan, known, names_set, broken, whole=whole))
    return plan, wrong


def _sections(reading: Reading, routes: list[Route], hours: dict[str, Hours], scripts: dict[str, Script]) -> None:
    data = reading.document.data
    if not isinstance(data, dict):
        reading.wrong((), f"The file must be a mapping, not a {noun(data)}", "It has routes:, hours: and scripts:.")
        reading.unread = True
        return
    for key, value in data.items():
        if key == "routes":
            routes.extend(read_route.routes(reading, value, (key,)))
        elif key == "hours":
            for name, item in _mapping(reading, value, key).items():
                if name in hours:
                    reading.wrong((key, name), f"The opening hours {name!r} are there twice", "Rename one.")
                hours[name] = read_hours.hours(reading, name, item, (key, name))
        elif key == "scripts":
            for name, item in _mapping(reading, value, key).items():
                _script(reading, name, item, scripts)
        else:
            reading.wrong((key,), f"{key!r} is no part of a dialplan", nearest(key, SECTIONS))
            reading.unread = True


def _mapping(reading: Reading, value: Value, key: str) -> dict[str, Value]:
    if isinstance(value, dict):
        return value
    if value != "":
        reading.wrong((key,), f'"{key}" must be a mapping of names, not a {noun(value)}', "")
        reading.unread = True
    return {}


def _script(reading: Reading, name: str, value: Value, scripts: dict[str, Script]) -> None:
    place = ("scripts", name)
    if not NAME.fullmatch(name) or name in read.TAKEN:
        reading.wrong(place, f"{name!r} cannot be a script's name", read.NAMES)
        reading.unread = True
        return
    if name in scripts:
        first = scripts[name]
        reading.wrong(place, f"The script {name!r} is there twice, first in {first.file}:{first.line}", "Rename one.")
    steps, labels = read.block(reading, value, place, f"{name}.")
    if not steps and value == []:
        reading.wrong(place, f"The script {name!r} has no steps", "Write hangup, at least.")
    scripts[name] = Script(name, steps, MappingProxyType(labels), reading.document.file, reading.document.line(place))
