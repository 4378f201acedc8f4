"""A YAML document read by a model: every mistake at its line, in words, with the key that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from apps.fields import Entry, shown
from ivr.document import Document, Place

E = TypeVar("E", bound=Entry)
V = TypeVar("V")


def read_entry(document: Document, place: Place, data: object, model: type[E], what: str) -> E | None:
    """The entry at `place`; `what` names it: "phone 2001". Its mistakes are noted.

    A wrong value counts as not given, so that the rest of the entry can still be held against other files; None
    when even that leaves no entry.
    """
    if data == "":
        data = {}
    try:
        return model.model_validate(data)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    for one in errors:
        _note(document, place, one, model, what)
    try:
        return model.model_validate(_without(data, [one["loc"] for one in errors]))
    except ValidationError:
        return None


def _without(data: object, ways: Iterable[tuple[str | int, ...]]) -> object:
    """A copy of the data without the keys that the ways lead to, or through."""
    heads = {way[0]: [other[1:] for other in ways if other and other[0] == way[0]] for way in ways if way}
    if not isinstance(data, dict):
        return data
    kept = {}
    for key, value in data.items():
        tails = heads.get(key)
        if tails is None:
            kept[key] = value
        elif isinstance(value, dict) and all(tail and tail[-1] != "[key]" for tail in tails):
            kept[key] = _without(value, tails)
    return kept


def read_entries(
    document: Document, key: str, model: type[E], what: str, check_name: Callable[[object], str]
) -> dict[str, E]:
    """The entries under a file's top key, by name. Those with mistakes are missing, and noted."""
    data = document.data.get(key, {}) if isinstance(document.data, dict) else {}
    if data == "":
        return {}
    if not isinstance(data, dict):
        document.mistake((key,), f'"{key}" must be a mapping of names', f"Write each {what} as a key of its own.")
        return {}
    entries: dict[str, E] = {}
    for name, value in data.items():
        try:
            check_name(name)
        except PydanticCustomError as error:
            context = error.context or {}
            document.mistake((key, name), f"The name of this {what} {context.get('what')}", context.get("mend", ""))
            continue
        entry = read_entry(document, (key, name), value, model, f"{what} {name}")
        if entry is not None:
            entries[name] = entry
    return entries


def read_list(document: Document, key: str, model: type[E], what: str) -> tuple[E, ...]:
    """The entries of the list under a file's top key. Those with mistakes are missing, and noted."""
    data = document.data.get(key, []) if isinstance(document.data, dict) else []
    if not isinstance(data, list):
        if data != "":
            document.mistake((key,), f'"{key}" must be a list', f"Write each {what} after a dash.")
        return ()
    entries = (
        read_entry(document, (key, index), value, model, f"{what} {index + 1}") for index, value in enumerate(data)
    )
    return tuple(entry for entry in entries if entry is not None)


def read_value(document: Document, key: str, check: Callable[[object], V], default: V) -> V:
    """The single value under a file's top key."""
    data = document.data.get(key, "") if isinstance(document.data, dict) else ""
    if data == "":
        return default
    try:
        return check(data)
    except PydanticCustomError as error:
        context = error.context or {}
        document.mistake((key,), f'The value of "{key}" {context.get("what")}', context.get("mend", ""))
        return default


def check_top(document: Document, keys: Iterable[str]) -> None:
    """Note what does not belong at the top of a file."""
    if not isinstance(document.data, dict):
        if document.data != "":
            document.mistake((), "The file must be a mapping", f"Begin it with {next(iter(keys))}:")
        return
    for key in document.data:
        if key not in keys:
            document.mistake((key,), f"Unknown key {shown(key)}", meant(key, keys))


def meant(given: str, known: Iterable[str]) -> str:
    """How to mend an unknown word: the nearest known one, or all of them."""
    names = list(known)
    near = difflib.get_close_matches(given, names, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"Known are: {', '.join(names[:30])}." if names else ""


def keys_of(model: type[BaseModel]) -> dict[str, Any]:
    """A model's YAML keys, with their annotations."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _note(document: Document, place: Place, error: Any, model: type[BaseModel], what: str) -> None:
    way = tuple(part for part in error["loc"] if part != "[key]")
    here = (*place, *way)
    key = str(way[-1]) if way else ""
    name = f'"{".".join(map(str, way))}" of {what}' if way else what
    match error["type"]:
        case "extra_forbidden":
            known = keys_of(_model_at(model, way[:-1]) or model)
            document.mistake(here, f"Unknown key {shown(key)} in {what}", meant(key, known))
        case "missing":
            document.mistake(here, f'"{key}" is missing in {what}', f"Add {key}: to it.")
        case "mistake":
            context = error["ctx"]
            document.mistake(here, f"The value of {name} {context['what']}", context["mend"])
        case "model_type" | "model_attributes_type" | "dict_type":
            document.mistake(here, f"{name} must be a mapping", "Write keys and values, indented, under it.")
        case "tuple_type" | "list_type":
            document.mistake(here, f"{name} must be a list", "Write [one, two], or one per line with a dash.")
        case _:
            document.mistake(here, f"The value of {name} is not right ({error['msg']})")


def _model_at(model: type[BaseModel], way: tuple[str | int, ...]) -> type[BaseModel] | None:
    """The model that reads what is at `way` inside another model's data."""
    for part in way:
        found = _models_in(keys_of(model).get(str(part)))
        if isinstance(part, str) and found is not None:
            model = found
    return model


def _models_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        if (found := _models_in(argument)) is not None:
            return found
    return None
