"""Texts with {variables} in them.

`{name}` stands for a variable's value, `{name:form}` for the value spoken in a form ("3" as "third"), `{{` and `}}`
for the braces themselves.
`{caller.name}` is what was remembered of the caller. Total: a variable nobody set is empty, a form that does not fit
a value leaves it as it is. Nothing is evaluated: conditions and sums are expression.py.

Pure. Deliberately absent: how a number is spoken (spoken.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ivr import spoken

MAX_RESULT = 2000
"""Longest expansion [characters]: a variable may hold what a caller sent."""
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"(caller\.)?[a-z_][a-z0-9_]{0,40}")


class TemplateError(ValueError):
    """A text's braces cannot be read. The message says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class Insert:
    """A variable inside a text."""

    name: str
    form: str = ""
    """As `spoken.is_form` takes it, or empty: as it is."""


@dataclass(frozen=True, slots=True)
class Template:
    """A checked text: literal pieces and variables in turn."""

    parts: tuple[str | Insert, ...]

    @property
    def constant(self) -> str | None:
        """The text, when it holds no variable."""
        if any(isinstance(part, Insert) for part in self.parts):
            return None
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def names(self) -> tuple[str, ...]:
        """Variables that it needs."""
        return tuple(part.name for part in self.parts if isinstance(part, Insert))

    @property
    def has_words(self) -> bool:
        """Whether it holds letters of its own, so that it belongs to one language."""
        return any(isinstance(part, str) and any(char.isalpha() for char in part) for part in self.parts)

    @property
    def written(self) -> str:
        """The text as it stands in YAML."""
        pieces = []
        for part in self.parts:
            if isinstance(part, str):
                pieces.append(part.replace("{", "{{").replace("}", "}}"))
            else:
                pieces.append(f"{{{part.name}:{part.form}}}" if part.form else f"{{{part.name}}}")
        return "".join(pieces)

    def expand(
        self, variables: Mapping[str, str], language: str = "", quote: Callable[[str], str] | None = None
    ) -> str:
        """The text for these variables; forms are spoken by the grammar of `language`, values may be quoted."""
        pieces = []
        for part in self.parts:
            if isinstance(part, str):
                pieces.append(part)
            else:
                value = variables.get(part.name, "")
                value = spoken.in_form(value, part.form, language) if part.form else value
                pieces.append(quote(value) if quote is not None else value)
        return "".join(pieces)[:MAX_RESULT]


def parse(text: str) -> Template:
    """The template that a text is. Raises TemplateError."""
    parts: list[str | Insert] = []
    literal, at = "", 0
    for token in _TOKEN.finditer(text):
        literal += text[at : token.start()]
        at = token.end()
        if token[0] in ("{{", "}}"):
            literal += token[0][0]
            continue
        if token[1] is None:
            raise TemplateError(f"a single {token[0]} stands alone; write {token[0] * 2} for the character itself")
        name, _, form = token[1].partition(":")
        if not _NAME.fullmatch(name):
            raise TemplateError(f"{{{token[1]}}} is no variable: names are small letters, digits and _")
        if ":" in token[1] and not spoken.is_form(form):
            raise TemplateError(f"{{{token[1]}}}: a value can be spoken as {', '.join(spoken.FORMS)}")
        if literal:
            parts.append(literal)
            literal = ""
        parts.append(Insert(name, form))
    literal += text[at:]
    if literal:
        parts.append(literal)
    return Template(tuple(parts))
