"""YAML into routes."""

from __future__ import annotations

from ivr.argument import Choice, Flag, Kind, Reading, Seconds, Text, nearest, noun
from ivr.argument_name import Dialled, Language, Patterns
from ivr.document import Place, Value
from ivr.route import DialTemplate, Reject, Route, RunScript
from ivr.steps.hangup import CAUSES
from ivr.template import Template

CONDITIONS = {
    "to": "pattern of the called number, or a list: 4001, 2XXX, 86*, /regex/",
    "from": "pattern of the caller's number, or a list",
    "trunk": "trunk the call comes by, or a list",
    "phone": "true: only from a registered phone; false: only from a trunk",
    "extension": "pattern of the calling phone's extension, or a list",
    "hours": "name of opening hours that must be open; `not office`: must be closed",
}
RESULTS = {
    "do": "script to run",
    "dial": "number or list to ring; may hold variables; or {to: ..., timeout: 30, caller_id: ...}",
    "reject": "cause to refuse with",
}
BESIDES = {"language": "language the script begins in"}
DIAL = ("to", "timeout", "caller_id")


def routes(reading: Reading, value: Value, place: Place) -> list[Route]:
    """The entries of `routes:`."""
    if not isinstance(value, list):
        if value != "":
            reading.wrong(place, f'"routes" must be a list, not a {noun(value)}', 'Begin each route with "- ".')
        return []
    found = []
    for index, item in enumerate(value):
        entry = _route(reading, item, (*place, index))
        if entry is not None:
            found.append(entry)
    return found


def _route(reading: Reading, value: Value, place: Place) -> Route | None:
    if not isinstance(value, dict):
        reading.wrong(place, f"A route must be a mapping, not a {noun(value)}", 'Write - {to: "4001", do: hotline}.')
        reading.unread = True
        return None
    before = len(reading.document.mistakes)
    every = {**CONDITIONS, **RESULTS, **BESIDES}
    for key in value:
        if key not in every:
            reading.wrong((*place, key), f"A route has no {key!r}", nearest(key, every))
    results = [key for key in RESULTS if key in value]
    if len(results) != 1:
        what = "A route leads to one thing" + (f", not to {' and '.join(results)}" if results else "")
        reading.wrong(place, what, "Give one of do, dial and reject.")
        reading.unread = True
        return None

    def get(key: str, kind: Kind) -> object:
        return kind.read(reading, value[key], (*place, key)) if key in value else None

    hours, is_open = _hours(reading, value, place)
    entry = Route(
        action=_action(reading, results[0], value[results[0]], (*place, results[0])),
        to=get("to", Patterns()) or (),  # type: ignore[arg-type]
        caller=get("from", Patterns()) or (),  # type: ignore[arg-type]
        extension=get("extension", Patterns()) or (),  # type: ignore[arg-type]
        trunks=_trunks(reading, value, place),
        phone=get("phone", Flag()),  # type: ignore[arg-type]
        hours=hours,
        open=is_open,
        language=get("language", Language()) or "",  # type: ignore[arg-type]
        file=reading.document.file,
        line=reading.document.line(place),
    )
    for pattern in entry.extension:
        if pattern.exact and pattern.text not in reading.known.extensions:
            mend = nearest(pattern.text, reading.known.extensions)
            reading.wrong((*place, "extension"), f"There is no extension {pattern.text}", mend)
    if entry.trunks and (entry.phone or entry.extension):
        reading.wrong(place, "No call comes from a phone and by a trunk", "Make two routes of it.")
    if entry.phone is False and entry.extension:
        reading.wrong(place, "A call that is not from a phone has no extension", "Make two routes of it.")
    if len(reading.document.mistakes) > before:
        reading.broken_routes.add((entry.file, entry.line))
    return entry


def _action(reading: Reading, result: str, value: Value, place: Place) -> RunScript | DialTemplate | Reject:
    if result == "reject":
        return Reject(Choice(CAUSES).read(reading, value, place))
    if result == "do":
        return RunScript(Text().text(reading, value, place) or "")
    if not isinstance(value, dict):
        return DialTemplate(Dialled().read(reading, value, place), 60.0, None)
    for key in value:
        if key not in DIAL:
            reading.wrong((*place, key), f'"dial" in a route has no {key!r}', nearest(key, DIAL))
    if "to" not in value:
        reading.wrong(place, '"dial" needs "to"', 'Give to: "{called}", for example.')
    numbers: tuple[Template, ...] = Dialled().read(reading, value["to"], (*place, "to")) if "to" in value else ()
    timeout = Seconds(1, 600).read(reading, value["timeout"], (*place, "timeout")) if "timeout" in value else 60.0
    caller_id = Text().read(reading, value["caller_id"], (*place, "caller_id")) if "caller_id" in value else None
    return DialTemplate(numbers, timeout, caller_id)


def _trunks(reading: Reading, value: dict[str, Value], place: Place) -> frozenset[str]:
    given = value.get("trunk", [])
    items = given if isinstance(given, list) else [given]
    found = set()
    for index, item in enumerate(items):
        where = (*place, "trunk", index) if isinstance(given, list) else (*place, "trunk")
        name = Text().text(reading, item, where)
        if name is None:
            continue
        if name not in reading.known.trunks:
            reading.wrong(where, f"There is no trunk {name!r}", nearest(name, reading.known.trunks))
        found.add(name)
    return frozenset(found)


def _hours(reading: Reading, value: dict[str, Value], place: Place) -> tuple[str, bool]:
    if "hours" not in value:
        return "", True
    text = Text().text(reading, value["hours"], (*place, "hours")) or ""
    negated = text.startswith("not ")
    return text.removeprefix("not ").strip(), not negated
