"""What a waiting caller hears beside the music: their place in the queue and how long it will be, and comfort.

Each at its interval, in the caller's language. The music runs on underneath (one source for all); the announcement
takes its place for this caller alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps import prompts
from ivr import spoken
from ivr.words import Say

if TYPE_CHECKING:
    from apps.house import House
    from apps.line import Line
    from apps.model_centre import QueueEntry

FIRST_S = 1.0
"""The first announcement comes after a second of music, so that a caller who is served at once hears none of it."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What is said in one queue, in one language."""

    greeting: str = ""
    """Once, on joining."""
    every_s: float = 0.0
    """Between the places; 0: never."""
    wait: bool = False
    """With the place, how long it will be,"""
    least_s: float = 0.0
    most_s: float = 0.0
    """if it is no shorter and no longer."""
    comfort: tuple[str, ...] = ()
    """Said in turn,"""
    comfort_s: float = 0.0
    """with so long between them."""


def programme(queue: QueueEntry, language: str, every_s: float | None) -> Programme:
    """The queue's own; `every_s`: the dialplan's word on the place, None: none."""
    every = queue.announce_position_every_s if every_s is None else every_s
    return Programme(
        queue.greeting.get(language, ""),
        every or 0.0,
        queue.announce_wait,
        queue.announce_wait_least_s,
        queue.announce_wait_most_s,
        tuple(texts[language] for texts in queue.comfort if texts.get(language)),
        queue.comfort_every_s or 0.0,
    )


class Announcer:
    """Says a programme until stopped. `expected`: how long the caller has still to wait, None while nobody knows."""

    def __init__(
        self, house: House, line: Line, language: str, what: Programme, expected: Callable[[], float | None]
    ) -> None:
        self.position = 0
        """The caller's place, 1 is next; 0 while unknown."""
        self._house = house
        self._line = line
        self._language = language
        self._what = what
        self._expected = expected
        self._task: asyncio.Task[None] | None = None
        self._comforted = 0

    def start(self) -> None:
        """Begin, if there is anything to say."""
        what = self._what
        if what.every_s > 0 or what.greeting or (what.comfort and what.comfort_s > 0):
            self._task = self._house.spawn(self._run(), f"announcer {self._line.leg}")

    def stop(self) -> None:
        """No more announcements; one that plays is for the caller to stop."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        what, clock = self._what, asyncio.get_running_loop().time
        if what.greeting:
            await self._say(what.greeting)
        place_at = clock() + FIRST_S if what.every_s > 0 else None
        comfort_at = clock() + what.comfort_s if what.comfort and what.comfort_s > 0 else None
        while (due := min((at for at in (place_at, comfort_at) if at is not None), default=None)) is not None:
            await asyncio.sleep(due - clock())
            if due == place_at:
                if self.position:
                    await self._say(spoken.position(self.position, self._language), *self._wait())
                place_at = clock() + what.every_s
            else:
                await self._say(what.comfort[self._comforted % len(what.comfort)])
                self._comforted += 1
                comfort_at = clock() + what.comfort_s

    def _wait(self) -> tuple[str, ...]:
        expected = self._expected() if self._what.wait else None
        if expected is None or not self._what.least_s <= expected <= self._what.most_s:
            return ()
        return (spoken.wait(expected, self._language),)

    async def _say(self, *texts: str) -> None:
        await self._line.play(await prompts.sources(self._house, [Say(text, self._language) for text in texts]))
