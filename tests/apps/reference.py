"""The generated parts of docs/api.md, docs/cli.md and docs/operations.md, made from the code they describe.

`python -m tests.apps.reference` writes them; tests compare. Between `<!-- name -->` and `<!-- end -->` nothing is
written by hand.
"""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec import NODEFAULT, Struct

import cli
from apps import metrics_names
from apps.api import protocol as wire
from apps.api.catalogue import OWN, SIGNATURES
from apps.api.events import EVENTS

DOCS = Path(__file__).parents[2] / "docs"


def methods() -> str:
    """Every method: summary, parameters, result."""
    return "\n".join(
        f"### `{each.name}`\n\n{each.summary}\n\n{_fields(each.params, 'Parameters')}\nResult: {_link(each.result)}\n"
        for each in SIGNATURES.values()
    )


def records() -> str:
    """Every record that an answer or an event is made of."""
    return "\n".join(
        f"### {kind.__name__}\n\n{_summary(kind)}\n\n{_fields(kind, 'Fields')}" for kind in sorted(_kinds(), key=_name)
    )


def events() -> str:
    """Every type of event and its data."""
    return "\n".join(f"### `{name}`\n\n{_summary(kind)}\n\n{_fields(kind, 'Data')}" for name, kind in EVENTS.items())


def errors() -> str:
    """Every error code."""
    return "| code | name |\n|---|---|\n" + "".join(f"| {int(code)} | {code.name.lower()} |\n" for code in wire.Code)


def commands() -> str:
    """Every command with its help, as it prints it at 80 columns."""
    return "\n".join(_help(name, context) for name, context in _walk(cli.main, "zongji"))


def metric_names() -> str:
    """Every metric of the exposition."""
    lines = ["| metric | kind | labels | |", "|---|---|---|---|"]
    for each in metrics_names.NAMES:
        labels = " ".join(f"`{label}`" for label in each.labels)
        lines.append(f"| `{each.name}` | {each.kind} | {labels} | {each.help} |")
    return "\n".join(lines) + "\n"


PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "api.md": {"methods": methods, "records": records, "events": events, "errors": errors},
    "cli.md": {"commands": commands},
    "operations.md": {"metrics": metric_names},
}


def filled(text: str, parts: dict[str, Callable[[], str]]) -> str:
    """A document with its generated parts as they should be."""
    for name, render in parts.items():
        made = render()
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        assert len(pattern.findall(text)) == 1, name
        text = pattern.sub(lambda found, made=made: f"{found[1]}\n{made}\n{found[2]}", text)  # type: ignore[misc]
    return text


def _walk(
    command: click.Command, name: str, parent: click.Context | None = None
) -> Iterator[tuple[str, click.Context]]:
    context = click.Context(command, parent, name.split()[-1], terminal_width=80, **command.context_settings)
    yield name, context
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            yield from _walk(command.commands[each], f"{name} {each}", context)


def _help(name: str, context: click.Context) -> str:
    level = "##" if " " not in name else "###"
    if context.command.name in ("phone", "demo"):
        return f"{level} {name}\n\n{context.command.get_short_help_str(200)} Its own `--help` says how.\n"
    return f"{level} {name}\n\n```text\n{context.get_help()}\n```\n"


def _kinds() -> set[type[Struct]]:
    found: set[type[Struct]] = set()
    waiting: list[Any] = [each.result for each in SIGNATURES.values()]
    for kind in EVENTS.values():
        waiting += [field.type for field in msgspec.structs.fields(kind)]
    while waiting:
        kind = waiting.pop()
        waiting += typing.get_args(kind)
        if isinstance(kind, type) and issubclass(kind, Struct) and kind not in found:
            found.add(kind)
            waiting += [field.type for field in msgspec.structs.fields(kind)]
    return found


def _name(kind: type[Struct]) -> str:
    return kind.__name__


def _fields(kind: type[Struct], title: str) -> str:
    rows = []
    notes = _notes(kind)
    for field in msgspec.structs.fields(kind):
        default = ""
        if field.default is not NODEFAULT:
            default = f" = `{msgspec.json.encode(field.default).decode()}`"
        elif field.default_factory is not NODEFAULT:
            default = " = `[]`" if field.default_factory is list else " = `{}`"
        note = f": {notes[field.name]}" if field.name in notes else ""
        rows.append(f"- `{field.encode_name}` {_type(field.type)}{default}{note}\n")
    return f"{title}: none.\n" if not rows else f"{title}:\n\n{''.join(rows)}"


def _notes(kind: type[Struct]) -> dict[str, str]:
    """The line of explanation below each field in the source, of the class and those it extends."""
    notes: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        if not (isinstance(each, type) and issubclass(each, Struct)) or each is Struct:
            continue
        for name, text in re.findall(r'^    (\w+): [^\n]+\n    """(.*?)"""$', inspect.getsource(each), re.M | re.S):
            notes[name] = " ".join(text.split())
    return notes


def _type(kind: Any) -> str:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        limits = args[1]
        told = [f"{word} {value}" for word, value in (
            ("from", limits.ge), ("above", limits.gt), ("to", limits.le),
            ("at least", limits.min_length), ("at most", limits.max_length),
        ) if value is not None]  # fmt: skip
        return _type(args[0]) + (f" ({', '.join(told)})" if told else "")
    if origin in (types.UnionType, typing.Union):
        return " or ".join("null" if arg is type(None) else _type(arg) for arg in args)
    if origin is list:
        return f"array of {_type(args[0])}"
    if origin is dict:
        return f"object of {_type(args[1])}"
    if isinstance(kind, type) and issubclass(kind, Struct):
        return _link(kind)
    return {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "datetime": "instant"}.get(
        kind.__name__, kind.__name__
    )


def _link(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, Struct):
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    return "an OpenRPC document"


def _summary(kind: type[Struct]) -> str:
    return " ".join((kind.__dict__.get("__doc__") or "").split())


def main() -> None:
    for name, parts in PARTS.items():
        path = DOCS / name
        path.write_text(filled(path.read_text("utf-8"), parts), "utf-8")


assert set(OWN) <= set(SIGNATURES)
if __name__ == "__main__":
    main()
