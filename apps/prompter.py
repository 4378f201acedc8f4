"""Speaks ready texts to one party, and asks them for keys: what star codes, mailboxes and rooms have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ivr.words import Prompt, Say

if TYPE_CHECKING:
    from apps.telephone import Telephone

KEY_S = 6.0
"""How long each key of an entry may take."""
LONGEST = 15
Texts = Mapping[str, Mapping[str, str]]
"""By name and language; a language without texts is spoken to in English."""


class Prompter:
    """One party, spoken to in one language."""

    def __init__(self, telephone: Telephone, texts: Texts, language: str) -> None:
        self.telephone = telephone
        self.language = language
        self._texts = texts

    def text(self, name: str) -> Say:
        """A text by name."""
        texts = self._texts[name]
        return Say(texts[self.language], self.language) if self.language in texts else Say(texts["en"], "en")

    async def say(self, name: str, *more: Prompt, stop_on: str = "") -> str | None:
        """Say it; the key of `stop_on` that cut it short."""
        return await self.telephone.play([self.text(name), *more], stop_on=stop_on)

    async def ask(self, name: str, *, hidden: bool = False) -> str:
        """Digits up to #, or until none comes for `KEY_S`; kept nowhere when they are hidden."""
        if hidden:
            self.telephone.hide(True)
        try:
            first = await self.say(name, stop_on="0123456789#")
            if first == "#":
                return ""
            digits = first or ""
            while len(digits) < LONGEST and (digit := await self.telephone.digit(KEY_S)) not in (None, "#"):
                digits += digit or ""
            return digits
        finally:
            if hidden:
                self.telephone.hide(False)

    async def choose(self, name: str, keys: str) -> str:
        """One of the keys; empty when none is pressed in time. Other keys are not heard."""
        key = await self.say(name, stop_on=keys)
        while key is None or key not in keys:
            key = await self.telephone.digit(KEY_S)
            if key is None:
                return ""
        return key
