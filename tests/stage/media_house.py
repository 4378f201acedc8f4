"""A media house on free ports: one or more engines and a disk process, each a real process, all ended at the end."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from media.desk import Desk
from media.events import MediaEvent

ROOT = Path(__file__).resolve().parents[2]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""As the supervisor has it: matrix products of a tick are too small to be shared out."""


class House:
    """`events` grows as the engines tell; `desk` is connected."""

    def __init__(self, directory: Path, engines: int, extra: tuple[str, ...]) -> None:
        self.directory = directory
        self.events: list[MediaEvent] = []
        self.processes: dict[str, asyncio.subprocess.Process] = {}
        self._extra = extra
        self._first = random.randrange(20000, 50000, 2)
        self._names = [f"e{n + 1}" for n in range(engines)]
        self.desk = Desk({name: directory / f"{name}.sock" for name in self._names}, self.events.append)

    async def start(self, name: str) -> None:
        """Start an engine by name, or "disk"."""
        if name == "disk":
            arguments = ["-m", "media.disk", "--socket", str(self.directory / "disk.sock")]
        else:
            first = self._first + 2000 * self._names.index(name)
            arguments = ["-m", "media.engine", "--name", name, "--socket", str(self.directory / f"{name}.sock")]
            arguments += ["--disk", str(self.directory / "disk.sock"), "--ip", "127.0.0.1"]
            arguments += ["--ports", f"{first}-{first + 1999}", *self._extra]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}"},
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 15)
        assert line == b"ready\n", line
        self.processes[name] = process

    async def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        process = self.processes.pop(name)
        process.send_signal(number)
        await process.wait()

    async def told(self, kind: type, count: int = 1, seconds: float = 5.0) -> list[MediaEvent]:
        """Wait until `count` events of `kind` have been told."""
        async with asyncio.timeout(seconds):
            while len(found := [event for event in self.events if isinstance(event, kind)]) < count:
                await asyncio.sleep(0.005)
        return found


@asynccontextmanager
async def house(directory: Path, engines: int = 1, *extra: str) -> AsyncIterator[House]:
    """A running house; `extra` are further arguments of the engines."""
    built = House(directory, engines, extra)
    try:
        await built.start("disk")
        for name in built._names:
            await built.start(name)
        await built.desk.connect()
        yield built
    finally:
        await built.desk.close()
        for name in list(built.processes):
            await built.kill(name, signal.SIGTERM)
