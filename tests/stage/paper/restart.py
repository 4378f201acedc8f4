"""A paper exchange that is killed, and another that begins with its books: one site, one time that goes on.

    async def scene(life: Life) -> None:
        house = await life.start()
        ...
        house = await life.killed()

Killed is what `kill -9` leaves: calls end nowhere, nothing more is written. What was told is on disk by then, because
the books are waited for first.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

from apps.exchange import Exchange
from apps.whole import load_whole
from switch.words import Cause, Party
from tests.stage.paper.desk import PaperDesk, PaperVoice
from tests.stage.paper.house import PaperHouse, after, write_site
from tests.stage.paper.loop import PaperLoop, paper_time, settle
from tests.stage.paper.switch import PaperSwitch

T = TypeVar("T")


class Life:
    """One site's exchanges, one after another."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.house: PaperHouse | None = None
        self._dead: list[PaperHouse] = []

    async def start(self) -> PaperHouse:
        """Another exchange begins, with the books that are there."""
        with (
            patch("apps.exchange.Switch", PaperSwitch),
            patch("apps.exchange.Desk", PaperDesk),
            patch("apps.exchange.Voice", PaperVoice),
        ):
            exchange = Exchange(load_whole(self.directory))
        await exchange.start()
        self.house = PaperHouse(exchange)
        await settle()
        return self.house

    async def killed(self, down_s: float = 0.0) -> PaperHouse:
        """The exchange is no more, and begins again after so long."""
        await self.die()
        await after(down_s)
        return await self.start()

    async def die(self) -> None:
        """The exchange is no more; its objects live on, and write and hear nothing."""
        house, self.house = self.house, None
        assert house is not None
        journal = house.house.journal
        journal._note_alive()
        await journal.flush()
        assert journal._alive is not None
        journal._alive.cancel()
        await journal._writer.stop()
        journal._writer.put = lambda *_: None  # type: ignore[method-assign]
        await house.exchange.api.stop()
        self._dead.append(house)
        for call in list(house.house.calls.values()):
            call.end(Cause.SHUTDOWN, Party.SWITCH)
        await settle()
        if journal._file is not None:
            await journal._file.close()
        await journal.engine.dispose()
        for task in house.house._tasks:
            task.cancel()
        house.house.floor.tell = lambda event: None  # type: ignore[method-assign]

    async def end(self) -> None:
        """The last exchange stops."""
        if self.house is not None:
            await self.house.everybody_hangs_up()
            await self.house.exchange.api.stop()
            await self.house.house.journal.close()


def live(scene: Callable[[Life], Awaitable[T]], **changes: str) -> T:
    """Play a scene over several exchanges. `changes`: files of the site, as in `house.run`."""
    files = {f"{name}.yaml" if name != "dialplan" else "dialplan/main.yaml": text for name, text in changes.items()}

    async def whole(directory: Path) -> T:
        life = Life(directory)
        try:
            return await scene(life)
        finally:
            await life.end()

    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_site(directory, files)
        with asyncio.Runner(loop_factory=PaperLoop) as runner:
            loop = runner.get_loop()
            assert isinstance(loop, PaperLoop)
            with paper_time(loop):
                return runner.run(whole(directory))
