"""YAML into opening hours."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from ivr import hours as entries
from ivr.argument import Reading, nearest, noun
from ivr.document import Place, Value
from ivr.hours import Hours, HoursError

KEYS = {
    "zone": "time zone; the site's when not given",
    "open": "weekly hours, one or a list: mon-fri 09:00-18:00",
    "closed": "dates on which it is closed: 2026-10-01..2026-10-07, or 12-25 for every year",
    "also_open": "dates on which it is open besides: 2026-10-10 09:00-17:00",
}
T = TypeVar("T")


def hours(reading: Reading, name: str, value: Value, place: Place) -> Hours:
    """One entry of `hours:`."""
    if not isinstance(value, dict):
        reading.wrong(place, f"Opening hours must be a mapping, not a {noun(value)}", "Write {open: [...]}.")
        return Hours(name, None, ())
    for key in value:
        if key not in KEYS:
            reading.wrong((*place, key), f"Opening hours have no {key!r}", nearest(key, KEYS))
    if "open" not in value and "also_open" not in value:
        reading.wrong(place, f"The opening hours {name!r} are never open", 'Give "open".')
    return Hours(
        name,
        _zone(reading, value.get("zone", ""), (*place, "zone")),
        _each(reading, value, place, "open", entries.weekly),
        _each(reading, value, place, "closed", entries.days),
        _each(reading, value, place, "also_open", entries.opened),
    )


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(reading: Reading, value: Value, place: Place) -> ZoneInfo | None:
    if value == "":
        return None
    if not isinstance(value, str) or value not in _zones():
        hint = nearest(value, _zones()) if isinstance(value, str) else ""
        reading.wrong(place, f"There is no time zone {value!r}", hint or "Write Asia/Shanghai, for example.")
        return None
    return ZoneInfo(value)


def _each(
    reading: Reading, value: dict[str, Value], place: Place, key: str, parse: Callable[[str], T]
) -> tuple[T, ...]:
    given = value.get(key, [])
    items = given if isinstance(given, list) else [given]
    found = []
    for index, item in enumerate(items):
        where = (*place, key, index) if isinstance(given, list) else (*place, key)
        if not isinstance(item, str):
            reading.wrong(where, f'"{key}" must be a text, not a {noun(item)}', "")
            continue
        try:
            found.append(parse(item))
        except HoursError as error:
            reading.wrong(where, f'In "{key}", {error}', "")
    return tuple(found)
