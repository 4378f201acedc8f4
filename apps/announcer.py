"""What a waiting caller hears beside the music: their place in the queue, at an interval, in their language.

The music runs on underneath (one source for all); the announcement takes its place for this caller alone.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from apps import prompts
from ivr import spoken
from ivr.words import Say

if TYPE_CHECKING:
    from apps.house import House
    from apps.line import Line

FIRST_S = 1.0
"""The first announcement comes after a second of music, so that a caller who is served at once hears none of it."""


class Announcer:
    """Says `greeting` once, then the `position` every `every_s` seconds (0: never), until stopped."""

    def __init__(self, house: House, line: Line, language: str, every_s: float, greeting: str = "") -> None:
        self.position = 0
        """The caller's place, 1 is next; 0 while unknown."""
        self._house = house
        self._line = line
        self._language = language
        self._every_s = every_s
        self._greeting = greeting
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, if there is anything to say."""
        if self._every_s > 0 or self._greeting:
            self._task = self._house.spawn(self._run(), f"announcer {self._line.leg}")

    def stop(self) -> None:
        """No more announcements; one that plays is for the caller to stop."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        if self._greeting:
            await self._say(self._greeting)
        await asyncio.sleep(FIRST_S)
        while self._every_s > 0:
            if self.position:
                await self._say(spoken.position(self.position, self._language))
            await asyncio.sleep(self._every_s)

    async def _say(self, text: str) -> None:
        await self._line.play(await prompts.sources(self._house, [Say(text, self._language)]))
