"""A YAML text as plain data in which every value knows its line.

All scalars are read as text (`CBaseLoader`): plain YAML would turn the number 0100 into 64, `NO` into False,
and would silently keep the last of two equal keys. What a value means is decided by whoever reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

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
        deep = _too_deep(text)
        if deep is not None:
            document.mistakes.append(Mistake(file, deep, "Nested too deeply", "Write it flatter."))
            return document
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
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
        document.lines[()] = node.start_mark.line + 1
        document.data = _build(node, (), document, set())
    document.mistakes += unquoted.in_sound(text, file)
    return document


def _too_deep(text: str) -> int | None:
    """The line where nesting passes MAX_DEPTH, or None. `compose` would overrun the C stack."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return event.start_mark.line + 1 if event.start_mark is not None else 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


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


def _build(node: yaml.Node, place: Place, document: Document, open_nodes: set[int]) -> Value:
    # An anchor may be used again, but not inside itself, and depth is bounded: hostile YAML must end.
    document.values += 1
    if document.values == MAX_VALUES:
        document.mistakes.append(
            Mistake(document.file, node.start_mark.line + 1, "Too many values", "Use fewer anchors, or split the file.")
        )
    if document.values >= MAX_VALUES:
        return ""
    if id(node) in open_nodes or len(place) > MAX_DEPTH:
        document.mistakes.append(
            Mistake(document.file, node.start_mark.line + 1, "Nested too deeply", "Write it flatter.")
        )
        return ""
    if isinstance(node, yaml.ScalarNode):
        if node.style in ("'", '"'):
            document.quoted.add(place)
        return str(node.value)
    open_nodes.add(id(node))
    try:
        if isinstance(node, yaml.SequenceNode):
            items: list[Value] = []
            for index, child in enumerate(node.value):
                document.lines[(*place, index)] = child.start_mark.line + 1
                items.append(_build(child, (*place, index), document, open_nodes))
            return items
        mapping: dict[str, Value] = {}
        assert isinstance(node, yaml.MappingNode)
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                document.mistakes.append(Mistake(document.file, line, "A key must be plain text", ""))
                continue
            key = str(key_node.value)
            if key in mapping:
                first = document.lines[(*place, key)]
                document.mistakes.append(
                    Mistake(document.file, line, f'"{key}" is here twice (first in line {first})', "Keep one.")
                )
                continue
            document.lines[(*place, key)] = line
            mapping[key] = _build(child, (*place, key), document, open_nodes)
        return mapping
    finally:
        open_nodes.discard(id(node))
