"""The supervisor: starts the switch's processes, restarts what dies, stops them in order.

    disk, tts, engine(s)  ->  exchange          started in this order, each when the one before is ready
    exchange  ->  engine(s), tts, disk          stopped in this order: calls end before their audio

A child that dies is started again after a pause that doubles from 0.1 s up to 10 s and falls back once the
child has lived for a minute. A child that `beats` says something every second; when it says nothing for three seconds
it hangs, and is killed. An exchange that leaves with `UNUSABLE` (a mistake in the configuration, a port in use) is not
restarted: the supervisor stops all and leaves with the same code.

Deliberately absent: SIP, audio, books. The supervisor only knows processes.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import logging
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

log = logging.getLogger("supervisor")

UNUSABLE = 5
"""Exit code of a child that would fail again the same way: wrong configuration, port in use, wrong wheel."""
READY_S = 20.0
"""A child that is not ready by then is killed and counted as dead. Loading numpy cold takes 2 s on a slow disk."""
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 10.0
SETTLED_S = 60.0
LOOK_S, LOOKS = 1.0, 3
"""A child that beats and is silent for three looks in a row is killed. Several looks, since a supervisor that was
itself stopped finds all its time gone at once."""
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """One child: its name in the log, its command, how long it may take to stop, and whether it beats."""

    name: str
    command: tuple[str, ...]
    stop_s: float = 5.0
    beats: bool = False
    """It writes to stdout every second for as long as it works."""


@dataclass(slots=True)
class _Child:
    program: Program
    process: asyncio.subprocess.Process | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    pause_s: float = FIRST_PAUSE_S
    restarts: int = 0


class AlreadyRunning(Exception):
    """Another supervisor holds this site."""


def lock_site(run: Path) -> TextIO:
    """Hold the site for this process: the open file is the lock. Raises `AlreadyRunning`."""
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = open(run / "supervisor.pid", "a+")  # noqa: SIM115 - held open for as long as the process lives
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        pid = file.read().strip() or "unknown"
        file.close()
        raise AlreadyRunning(f"A switch already runs here (process {pid}). Stop it with `zongji stop`.") from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def _die_with_parent() -> None:
    """In the child, before exec: get SIGTERM when the supervisor is gone, so that no orphan holds a port."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setpgid(0, 0)  # Ctrl-C in the terminal reaches the supervisor alone, which then stops its children in order


class Supervisor:
    """Runs `first` in order, then `last`; `await run()` returns the exit code."""

    def __init__(self, programs: tuple[Program, ...]) -> None:
        self._children = [_Child(program) for program in programs]
        self._stopping = asyncio.Event()
        self._code = 0

    @property
    def stopping(self) -> bool:
        """True from the first `stop()` on."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Begin the orderly stop; `run` returns when all are gone."""
        self._stopping.set()

    async def run(self, on_ready: asyncio.Event | None = None) -> int:
        """Start all and keep them running until `stop()`. Returns 0, or a child's `UNUSABLE`."""
        keepers: list[asyncio.Task[None]] = []
        for child in self._children:
            keepers.append(asyncio.create_task(self._keep(child), name=child.program.name))
            ready = asyncio.create_task(child.ready.wait())
            stop = asyncio.create_task(self._stopping.wait())
            await asyncio.wait((ready, stop), return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            stop.cancel()
            if self._stopping.is_set():
                break
        else:
            log.info("all %d processes are ready", len(self._children))
            if on_ready is not None:
                on_ready.set()
        await self._stopping.wait()
        for child, keeper in reversed(list(zip(self._children, keepers, strict=False))):
            await self._end(child)
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        return self._code

    async def _keep(self, child: _Child) -> None:
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            began = loop.time()
            try:
                code = await self._live(child)
            except OSError as error:  # no memory or no process left for it, or no right to run it
                log.error("%s cannot be started: %s", child.program.name, error.strerror or error)
                code = 1
            child.ready.clear()
            if self._stopping.is_set():
                return
            if code == UNUSABLE:
                log.error("%s cannot run; stopping", child.program.name)
                self._code = UNUSABLE
                self._stopping.set()
                return
            if loop.time() - began > SETTLED_S:
                child.pause_s = FIRST_PAUSE_S
            child.restarts += 1
            log.warning("%s ended (%s), starting it again in %.1f s", child.program.name, _ending(code), child.pause_s)
            await asyncio.sleep(child.pause_s)
            child.pause_s = min(child.pause_s * 2, LONGEST_PAUSE_S)

    async def _live(self, child: _Child) -> int:
        """One life of the child, from start to end; its exit code."""
        process = await asyncio.create_subprocess_exec(
            *child.program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            env=_environment(),
            preexec_fn=_die_with_parent,
        )
        child.process = process
        assert process.stdout is not None
        try:
            async with asyncio.timeout(READY_S):
                line = await process.stdout.readline()
        except TimeoutError:
            log.error("%s was not ready after %.0f s", child.program.name, READY_S)
            process.kill()
            line = b""
        if line.strip() == b"ready":
            log.info("%s is ready (process %d)", child.program.name, process.pid)
            child.ready.set()
        # What it prints is not for us, but must not fill the pipe.
        looks = 0
        while True:
            try:
                async with asyncio.timeout(LOOK_S if child.program.beats else None):
                    said = await process.stdout.read(4096)
                if not said:
                    break
                looks = 0
            except TimeoutError:
                looks += 1
                if looks == LOOKS:
                    log.error("%s hangs; killed", child.program.name)
                    process.kill()
        return await process.wait()

    async def _end(self, child: _Child) -> None:
        process = child.process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(child.program.stop_s):
                await process.wait()
        except TimeoutError:
            log.warning("%s did not stop within %.0f s; killed", child.program.name, child.program.stop_s)
            process.kill()
            await process.wait()


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _environment() -> dict[str, str]:
    """Children find our packages wherever we were started from, and numpy starts no threads of its own."""
    home = str(Path(__file__).resolve().parent.parent)
    paths = [home, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }


def module(*arguments: str) -> tuple[str, ...]:
    """The command that runs one of our modules in this same Python."""
    return (sys.executable, "-m", *arguments)
