"""Arguments of steps as texts for people: rows of a picture, sentences of a difference. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields

from ivr.expression import Expression
from ivr.pattern import Pattern
from ivr.speech import Fixed, Recorded, Words
from ivr.template import Template
from ivr.verb import Verb
from ivr.words import Beep, Pause


def description(verb: Verb, language: str) -> str:
    """The argument that tells most: the one that may be given alone, else the first that is no branch."""
    for argument in sorted(fields(verb), key=lambda each: each.name != verb.short):
        value = getattr(verb, argument.name)
        if value != argument.default and not argument.metadata["kind"].holds_branches:
            return shown(value, language)
    return ""


def shown(value: object, language: str) -> str:
    """An argument's value; texts in `language` where they have it. Empty for what has no words."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Template():
            return value.written
        case Expression() | Pattern():
            return value.text
        case Words():
            return f"“{dict(value.texts).get(language, value.texts[0][1]).written}”"
        case Fixed():
            return f"“{value.text.written}”"
        case Recorded():
            return f"♪ {value.name.written}"
        case Pause():
            return f"{value.ms} ms"
        case Beep():
            return "beep"
        case Mapping():
            return ", ".join(f"{name} = {shown(each, language)}" for name, each in value.items())
        case float():
            return f"{value:g}"
        case str() | int():
            return str(value)
        case Iterable():
            return ", ".join(shown(each, language) for each in value)
    return ""
