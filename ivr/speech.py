"""What a step says: texts in the call's language, texts fixed to a language, recorded prompts, silence.

    say: {zh: "您好。", en: "Hello."}                     the one of the call's language
    say: [{text: "您好。", language: zh}, {pause: 300}, {play: welcome}, {text: "Hello.", language: en}]

Pure. Deliberately absent: reading YAML (argument.py), making sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.template import Template
from ivr.words import Beep, Pause, Play, Prompt, Say


@dataclass(frozen=True, slots=True)
class Words:
    """A text in each of the site's languages."""

    texts: tuple[tuple[str, Template], ...]
    """(language, text)"""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A text in one language, whatever the call speaks."""

    language: str
    text: Template


@dataclass(frozen=True, slots=True)
class Recorded:
    """A prompt by name, in the call's language, or in a fixed one."""

    name: Template
    language: str = ""


Piece = Words | Fixed | Recorded | Pause | Beep
Speech = tuple[Piece, ...]


def prompts(speech: Speech, language: str, variables: Mapping[str, str]) -> list[Prompt]:
    """What to play, in order, for a call in `language`. Texts that come out empty are left out."""
    result: list[Prompt] = []
    for piece in speech:
        if isinstance(piece, Words):
            texts = dict(piece.texts)
            # The language of a call is checked when it is set; a site without it says what it has.
            spoken = language if language in texts else piece.texts[0][0]
            said = texts[spoken].expand(variables, spoken)
            if said.strip():
                result.append(Say(said, spoken))
        elif isinstance(piece, Fixed):
            said = piece.text.expand(variables, piece.language)
            if said.strip():
                result.append(Say(said, piece.language))
        elif isinstance(piece, Recorded):
            result.append(Play(piece.name.expand(variables), piece.language or language))
        else:
            result.append(piece)
    return result


def static_texts(speech: Speech) -> Iterator[tuple[str, str]]:
    """(text, language) of all that can be rendered before anybody calls."""
    for piece in speech:
        pairs = piece.texts if isinstance(piece, Words) else ()
        if isinstance(piece, Fixed):
            pairs = ((piece.language, piece.text),)
        for language, template in pairs:
            text = template.constant
            if text and text.strip():
                yield text, language


def templates(speech: Speech) -> Iterator[Template]:
    """Every text and name in it that may hold variables."""
    for piece in speech:
        if isinstance(piece, Words):
            yield from (template for _, template in piece.texts)
        elif isinstance(piece, Fixed):
            yield piece.text
        elif isinstance(piece, Recorded):
            yield piece.name
