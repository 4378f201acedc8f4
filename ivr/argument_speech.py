"""The kinds of argument that say something: texts per language, recorded prompts, silence. See speech.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ivr import speech
from ivr.argument import Kind, Number, Reading, nearest, noun, shown, template
from ivr.argument_name import Language
from ivr.document import Place, Value
from ivr.template import Template
from ivr.words import Beep, Pause

PIECES = ("text", "language", "play", "pause", "beep")


class Speech(Kind):
    """What to say."""

    holds_speech: ClassVar[bool] = True
    word = "text per language, or list of pieces"
    blank: speech.Speech = ()

    def read(self, reading: Reading, value: Value, place: Place) -> speech.Speech:
        if isinstance(value, list):
            if not value:
                reading.wrong(place, f"{shown(place)} is an empty list", "Say something.")
            pieces = [self.piece(reading, item, (*place, index)) for index, item in enumerate(value)]
        else:
            pieces = [self.piece(reading, value, place)]
        return tuple(piece for piece in pieces if piece is not None)

    def templates(self, value: Any) -> Iterator[Template]:
        yield from speech.templates(value or ())

    def piece(self, reading: Reading, value: Value, place: Place) -> speech.Piece | None:
        """One piece; None when it is a mistake."""
        if isinstance(value, str):
            return self.plain(reading, value, place)
        if isinstance(value, list):
            reading.wrong(place, "A list inside a list", "Write the pieces one under another.")
            return None
        if "pause" in value or "beep" in value:
            return self.silence(reading, value, place)
        if "play" in value:
            return self.recorded(reading, value, place)
        if "text" in value:
            return self.fixed(reading, value, place)
        return self.words(reading, value, place)

    def plain(self, reading: Reading, value: str, place: Place) -> speech.Piece | None:
        text = self.text(reading, value, place)
        if text is None:
            return None
        found = template(reading, text, place)
        languages = reading.known.languages
        if len(languages) > 1 and found.has_words:
            both = ", ".join(f'{language}: "..."' for language in languages)
            reading.wrong(place, "The text is given in one language only", f"Write {{{both}}}.")
        return speech.Words(tuple((language, found) for language in languages))

    def words(self, reading: Reading, value: dict[str, Value], place: Place) -> speech.Piece | None:
        languages = reading.known.languages
        texts = {}
        for language, item in value.items():
            where = (*place, language)
            if language not in languages:
                hint = nearest(language, (*languages, *PIECES))
                reading.wrong(where, f"{language!r} is neither a language of the site nor known here", hint)
                continue
            text = self.text(reading, item, where)
            if text is not None:
                texts[language] = template(reading, text, where)
        missing = [language for language in languages if language not in value]
        if missing:
            reading.wrong(place, f"The text is missing in {', '.join(missing)}", "Give it in every language.")
        ordered = tuple((language, texts[language]) for language in languages if language in texts)
        return speech.Words(ordered) if ordered else None

    def fixed(self, reading: Reading, value: dict[str, Value], place: Place) -> speech.Piece | None:
        self.only(reading, value, place, ("text", "language"))
        if "language" not in value:
            return self.piece(reading, value["text"], (*place, "text"))
        language = Language().read(reading, value["language"], (*place, "language"))
        text = self.text(reading, value["text"], (*place, "text"))
        return speech.Fixed(language, template(reading, text, (*place, "text"))) if text is not None else None

    def recorded(self, reading: Reading, value: dict[str, Value], place: Place) -> speech.Piece | None:
        self.only(reading, value, place, ("play", "language"))
        language = Language().read(reading, value["language"], (*place, "language")) if "language" in value else ""
        return prompt(self, reading, value["play"], (*place, "play"), language)

    def silence(self, reading: Reading, value: dict[str, Value], place: Place) -> speech.Piece | None:
        key = "pause" if "pause" in value else "beep"
        self.only(reading, value, place, (key,))
        if key == "beep":
            return Beep()
        return Pause(int(Number(1, 60_000, "milliseconds").read(reading, value["pause"], (*place, "pause"))))

    def only(self, reading: Reading, value: dict[str, Value], place: Place, keys: tuple[str, ...]) -> None:
        for key in value:
            if key not in keys:
                reading.wrong((*place, key), f'"{key}" does not go with "{keys[0]}" here', nearest(key, keys))


class Prompts(Kind):
    """Recorded prompts by name."""

    holds_speech: ClassVar[bool] = True
    word = "prompt name, or list of names"
    blank: speech.Speech = ()

    def read(self, reading: Reading, value: Value, place: Place) -> speech.Speech:
        items = value if isinstance(value, list) else [value]
        pieces = []
        for index, item in enumerate(items):
            pieces.append(prompt(self, reading, item, (*place, index) if isinstance(value, list) else place, ""))
        return tuple(piece for piece in pieces if piece is not None)

    def templates(self, value: Any) -> Iterator[Template]:
        yield from speech.templates(value or ())


def prompt(kind: Kind, reading: Reading, value: Value, place: Place, language: str) -> speech.Recorded | None:
    """A prompt that is there in every language it may be played in; None when it is no name."""
    if not isinstance(value, str) or not value:
        reading.wrong(place, f"{shown(place)} must be a prompt's name, not a {noun(value)}", "")
        return None
    found = template(reading, value, place)
    name = found.constant
    known = reading.known.prompts
    if name is not None:
        wanted = (language,) if language else reading.known.languages
        missing = [each for each in wanted if f"{each}/{name}" not in known]
        if len(missing) == len(wanted):
            names = {entry.partition("/")[2] for entry in known}
            reading.wrong(place, f"There is no prompt {name!r}", nearest(name, names))
        elif missing:
            where = f"prompts/{missing[0]}/{name}.wav"
            reading.wrong(place, f"The prompt {name!r} is missing in {', '.join(missing)}", f"Record {where}.")
    return speech.Recorded(found, language)
