"""A YAML text as plain data in which every value knows its line.

All scalars are read as text (`CBaseLoader`): plain YAML would turn the number 0100 into 64, `NO` into False,
and would silently keep the last of two equal keys. What a value means is decided by whoever reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from ivr import unquoted
from ivr.words import Mistake

Value = str | list["Value"] | dict[str, "Value"]
Place = tuple[str | int, ...]
"""The way to a value from the top: keys and list indices."""

MAX_BYTES = 4 << 20
"""A site's largest YAML file; a telephone directory of 20,000 entries is about 1 MiB."""
MAX_DEPTH = 40
MAX_VALUES = 400_000
"""Anchors used again multiply: ten lines can mean a billion values."""


@dataclass(slots=True)
class Document:
    """One YAML file, read. `data` is an empty dict when the file is empty or too broken to read."""

    file: str
    data: Value = field(default_factory=dict)
    lines: dict[Place, int] = field(default_factory=dict)
    """Line (from 1) of the value at each place; of its key, when it is in a mapping."""
    quoted: set[Place] = field(default_factory=set)
    """Texts that stand in quotes: an empty one is meant."""
    mistakes: list[Mistake] = field(default_factory=list)
    values: int = 0
    """How many values there are, those of repeated anchors counted each time."""

    @property
    def broken(self) -> bool:
        """Whether something is wrong with it, warnings apart."""
        return not all(mistake.warning for mistake in self.mistakes)

    def line(self, place: Place) -> int:
        """The line of the value at `place`, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def mistake(self, place: Place, what: str, mend: str = "") -> None:
        """Note a mistake at the value's line."""
        self.mistakes.append(Mistake(self.file, self.line(place), what, mend))


def read(path: Path, shown_as: str | None = None) -> Document:
    """Read a file. An unreadable one is a document with one mistake."""
    name = shown_as or str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            return Document(name, mistakes=[Mistake(name, 1, "The file is over 4 MiB", "Split it.")])
        text = path.read_text("utf-8")
    except OSError as error:
        return Document(name, mistakes=[Mistake(name, 1, f"Cannot be read: {error.strerror}", "")])
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return Document(name, mistakes=[Mistake(name, line, "Not UTF-8 text", "Save the file as UTF-8.")])
    return parse(text, name)


def parse(text: str, file: str) -> Document:
    """The document that `text` is. Never raises: what is wrong is in `mistakes`."""
    document = Document(file)
    try:
        node = _node(text)
    except _Deep as deep:
        document.mistakes.append(Mistake(file, deep.line, "Nested too deeply", "Write it flatter."))
        return document
    except UnicodeEncodeError:
        document.mistakes.append(Mistake(file, 1, "Not UTF-8 text", "Save the file as UTF-8."))
        return document
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # What is missing at the end is told at the last line that is there.
        line = max(min(mark.line + 1, len(text.splitlines())), 1) if mark else 1
        document.mistakes += unquoted.in_broken(text, file, line) or [
            Mistake(file, line, f"Not YAML: {error.problem}", _mend(str(error.problem)))
        ]
        return document
    except yaml.YAMLError as error:
        document.mistakes.append(Mistake(file, 1, f"Not YAML: {str(error).splitlines()[0]}", ""))
        return document
    if node is not None:
        document.lines[()] = node.line
        document.data = _build(node, (), document, set())
    document.mistakes += unquoted.in_sound(text, file)
    return document


@dataclass(slots=True)
class _Node:
    """One node of the YAML text. `children`: items of a list; keys and values in turn of a mapping."""

    line: int
    kind: Literal["text", "list", "mapping"]
    text: str = ""
    quoted: bool = False
    children: list[_Node] = field(default_factory=list)


class _Deep(Exception):
    """Nesting passes MAX_DEPTH here: whoever builds it would overrun the stack."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _node(text: str) -> _Node | None:
    """The text's one document; None when it has none. Raises yaml.YAMLError, _Deep.

    Event by event, and not by `yaml.compose`, which is one long call into C: a large file that is read while calls
    run must let their thread have its turns.
    """
    root: _Node | None = None
    anchors: dict[str, _Node] = {}
    inside: list[_Node] = []
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.DocumentStartEvent):
            if root is not None:
                raise _problem("found another document", event.start_mark)
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            inside.pop()
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        node = _of(event, anchors)
        if inside:
            inside[-1].children.append(node)
        else:
            root = node
        if isinstance(event, yaml.CollectionStartEvent):
            inside.append(node)
            if len(inside) > MAX_DEPTH:
                raise _Deep(node.line)
    return root


def _problem(what: str, mark: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=what, problem_mark=mark)


def _of(event: yaml.NodeEvent, anchors: dict[str, _Node]) -> _Node:
    """The node that an event begins; an alias is the node it stands for."""
    if isinstance(event, yaml.AliasEvent):
        if event.anchor not in anchors:
            raise _problem("found undefined alias", event.start_mark)
        return anchors[event.anchor]
    line = event.start_mark.line + 1 if event.start_mark is not None else 1
    if isinstance(event, yaml.ScalarEvent):
        node = _Node(line, "text", str(event.value), event.style in ("'", '"'))
    else:
        node = _Node(line, "list" if isinstance(event, yaml.SequenceStartEvent) else "mapping")
    if event.anchor is not None:
        anchors[event.anchor] = node
    return node


def _mend(problem: str) -> str:
    if "alias" in problem:
        return 'Put quotes round a text that starts with *: "*8".'
    if "start any token" in problem:
        return 'Indent with spaces, not tabs; a text that starts with %, @ or ` needs quotes: "%8".'
    if "mapping values" in problem:
        return 'A text with ": " in it needs quotes.'
    if "tab" in problem or r"'\t'" in problem:
        return "Indent with spaces, not tabs."
    return "Look at the indentation and the quotes of this line and the one before."


def _build(node: _Node, place: Place, document: Document, open_nodes: set[int]) -> Value:
    # An anchor may be used again, but not inside itself, and depth is bounded: hostile YAML must end.
    document.values += 1
    if document.values == MAX_VALUES:
        document.mistakes.append(
            Mistake(document.file, node.line, "Too many values", "Use fewer anchors, or split the file.")
        )
    if document.values >= MAX_VALUES:
        return ""
    if id(node) in open_nodes or len(place) > MAX_DEPTH:
        document.mistakes.append(Mistake(document.file, node.line, "Nested too deeply", "Write it flatter."))
        return ""
    if node.kind == "text":
        if node.quoted:
            document.quoted.add(place)
        return node.text
    open_nodes.add(id(node))
    try:
        if node.kind == "list":
            items: list[Value] = []
            for index, child in enumerate(node.children):
                document.lines[(*place, index)] = child.line
                items.append(_build(child, (*place, index), document, open_nodes))
            return items
        return _mapping(node, place, document, open_nodes)
    finally:
        open_nodes.discard(id(node))


def _mapping(node: _Node, place: Place, document: Document, open_nodes: set[int]) -> dict[str, Value]:
    mapping: dict[str, Value] = {}
    for key, child in zip(node.children[::2], node.children[1::2], strict=True):
        if key.kind != "text":
            document.mistakes.append(Mistake(document.file, key.line, "A key must be plain text", ""))
            continue
        if key.text in mapping:
            first = document.lines[(*place, key.text)]
            what = f'"{key.text}" is here twice (first in line {first})'
            document.mistakes.append(Mistake(document.file, key.line, what, "Keep one."))
            continue
        document.lines[(*place, key.text)] = key.line
        mapping[key.text] = _build(child, (*place, key.text), document, open_nodes)
    return mapping
