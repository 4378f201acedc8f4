"""Prompts by name: the words of the manifest, and the recordings that win over them.

A site's prompts directory has `manifest.yaml` (name -> language -> words) and recordings at <language>/<name>.wav, also
of single words, at <language>/spoken/<what is said>.wav (pieces.py).
Time of reading: when the configuration is loaded; a file put there later is seen by the next load.

Deliberately absent: speaking the words (media/voice.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ivr import document as yaml_document
from ivr.argument import nearest, noun
from ivr.document import Document
from ivr.pieces import FOLDER, Pieces, pieces
from ivr.words import Mistake, Say

MANIFEST = "manifest.yaml"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*){0,4}")


@dataclass(frozen=True)
class Prompts:
    """The prompts of a site. Keys are "<language>/<name>"."""

    words: Mapping[str, str]
    recordings: Mapping[str, Path]
    pieces: Mapping[str, Pieces] = field(default_factory=dict)
    """Recorded words by language, to put texts together from."""

    @property
    def names(self) -> frozenset[str]:
        """For `Known.prompts`."""
        return frozenset((*self.words, *self.recordings))

    def find(self, name: str, language: str) -> Path | Say | None:
        """A recording to play, words to speak, or None when there is neither."""
        key = f"{language}/{name}"
        if key in self.recordings:
            return self.recordings[key]
        return Say(self.words[key], language) if key in self.words else None

    def recorded(self, text: str, language: str) -> list[Path] | None:
        """The recordings that together say a text; None when it must be synthesised."""
        pieces = self.pieces.get(language)
        return pieces.cover(text) if pieces is not None else None

    def static_texts(self) -> set[tuple[str, str]]:
        """(text, language) of what must be synthesised."""
        return {(text, key.partition("/")[0]) for key, text in self.words.items() if key not in self.recordings}


def load(directory: Path, languages: tuple[str, ...]) -> tuple[Prompts, list[Mistake]]:
    """The prompts of a directory and every mistake in its manifest. A directory that is not there has none."""
    recordings = {}
    recorded = {}
    for language in languages:
        folder = directory / language
        if found := sorted((folder / FOLDER).glob("*.wav")):
            recorded[language] = pieces(found)
        for path in sorted(folder.rglob("*.wav")) if folder.is_dir() else ():
            name = path.relative_to(folder).with_suffix("").as_posix()
            if _NAME.fullmatch(name):
                recordings[f"{language}/{name}"] = path
    words: dict[str, str] = {}
    wrong: list[Mistake] = []
    manifest = directory / MANIFEST
    if manifest.exists():
        document = yaml_document.read(manifest, f"{directory.name}/{MANIFEST}")
        words = _words(document, languages, set(recordings))
        wrong = sorted(document.mistakes)
    return Prompts(MappingProxyType(words), MappingProxyType(recordings), recorded), wrong


def _words(document: Document, languages: tuple[str, ...], recorded: set[str]) -> dict[str, str]:
    data = document.data
    if not isinstance(data, dict):
        document.mistake((), f"The manifest must be a mapping, not a {noun(data)}", 'Write welcome: {zh: "..."}.')
        return {}
    words: dict[str, str] = {}
    for name, texts in data.items():
        if not _NAME.fullmatch(name):
            document.mistake((name,), f"{name!r} cannot be a prompt's name", "Use small letters, digits, - and _.")
            continue
        if not isinstance(texts, dict):
            what = f"The prompt {name!r} needs its words by language, not a {noun(texts)}"
            document.mistake((name,), what, 'Write {zh: "...", en: "..."}.')
            continue
        for language, text in texts.items():
            if language not in languages:
                mend = nearest(language, languages)
                document.mistake((name, language), f"The site does not speak {language!r}", mend)
            elif not isinstance(text, str) or not text.strip():
                document.mistake((name, language), f"The prompt {name!r} has no words here", "Write them.")
            else:
                words[f"{language}/{name}"] = text.strip()
        missing = [each for each in languages if each not in texts and f"{each}/{name}" not in recorded]
        if missing:
            what = f"The prompt {name!r} is missing in {', '.join(missing)}"
            document.mistake((name,), what, f"Give its words, or record {missing[0]}/{name}.wav.")
    return words
