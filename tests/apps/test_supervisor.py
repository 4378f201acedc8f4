"""The supervisor starts in order, restarts what dies, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from apps.supervisor import UNUSABLE, AlreadyRunning, Program, Supervisor, lock_site

CHILD = """
import os, signal, sys, time
log = open(sys.argv[1], "a")
print(sys.argv[2], os.getpid(), file=log, flush=True)
signal.signal(signal.SIGTERM, lambda *_: (print(sys.argv[2], "stopped", file=log, flush=True), sys.exit(0)))
print("ready", flush=True)
while True:
    time.sleep(0.05)
"""


def child(log: Path, name: str) -> Program:
    return Program(name, (sys.executable, "-c", CHILD, str(log), name))


def lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


async def until(condition, what: str) -> None:  # type: ignore[no-untyped-def]
    """Wait for a condition; the time limit only bounds a failure."""
    try:
        async with asyncio.timeout(15):
            while not condition():
                await asyncio.sleep(0.01)
    except TimeoutError:
        pytest.fail(f"never: {what}")


async def test_starts_in_order_and_stops_in_reverse(tmp_path: Path) -> None:
    log = tmp_path / "log"
    supervisor = Supervisor((child(log, "one"), child(log, "two")))
    ready = asyncio.Event()
    running = asyncio.create_task(supervisor.run(ready))
    await asyncio.wait_for(ready.wait(), 15)
    assert [line.split()[0] for line in lines(log)] == ["one", "two"]
    supervisor.stop()
    assert await running == 0
    assert lines(log)[-2:] == ["two stopped", "one stopped"]


async def test_a_killed_child_comes_back(tmp_path: Path) -> None:
    log = tmp_path / "log"
    supervisor = Supervisor((child(log, "one"),))
    ready = asyncio.Event()
    running = asyncio.create_task(supervisor.run(ready))
    await asyncio.wait_for(ready.wait(), 15)
    os.kill(int(lines(log)[0].split()[1]), signal.SIGKILL)
    await until(lambda: len(lines(log)) == 2, "the second life")
    supervisor.stop()
    assert await running == 0


async def test_a_child_that_can_never_run_stops_everything(tmp_path: Path) -> None:
    log = tmp_path / "log"
    bad = Program("bad", (sys.executable, "-c", f"import sys; sys.exit({UNUSABLE})"))
    supervisor = Supervisor((child(log, "one"), bad))
    assert await asyncio.wait_for(supervisor.run(), 15) == UNUSABLE
    assert lines(log)[-1] == "one stopped"


def test_two_supervisors_never_share_a_site(tmp_path: Path) -> None:
    with lock_site(tmp_path), pytest.raises(AlreadyRunning, match="already runs"):
        lock_site(tmp_path)
    lock_site(tmp_path).close()


async def test_a_child_that_cannot_be_started_is_tried_again_and_the_supervisor_still_stops(tmp_path: Path) -> None:
    log, program = tmp_path / "log", tmp_path / "program"
    supervisor = Supervisor((Program("one", (str(program), "-c", CHILD, str(log), "one")),))
    ready = asyncio.Event()
    running = asyncio.create_task(supervisor.run(ready))
    await asyncio.sleep(0.05)
    program.symlink_to(sys.executable)
    await asyncio.wait_for(ready.wait(), 15)
    supervisor.stop()
    assert await running == 0


SLEEPER = """
import os, sys, time
print(os.getpid(), file=open(sys.argv[1], "a"), flush=True)
print("ready", flush=True)
for n in range(100_000):
    time.sleep(0.02)
    if sys.argv[2] == "works" or n < 10:
        print(flush=True)
"""


async def test_a_child_that_beats_no_more_is_replaced_and_one_that_beats_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.supervisor.LOOK_S", 0.3)
    logs = {name: tmp_path / name for name in ("hangs", "works", "silent")}
    programs = [
        Program(name, (sys.executable, "-c", SLEEPER, str(log), name), beats=name != "silent")
        for name, log in logs.items()
    ]
    supervisor = Supervisor(tuple(programs))
    running = asyncio.create_task(supervisor.run())
    await until(lambda: len(lines(logs["hangs"])) == 2, "the second life of the one that hangs")
    assert [len(lines(logs[name])) for name in ("works", "silent")] == [1, 1]
    with pytest.raises(ProcessLookupError):
        os.kill(int(lines(logs["hangs"])[0]), 0)
    supervisor.stop()
    assert await running == 0
