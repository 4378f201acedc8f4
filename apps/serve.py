"""`zongji serve`: the supervisor with this site's processes, in the foreground until a signal.

With `demo` the demonstration call is made as soon as all is up, and then the phones' particulars are printed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import click

from apps import log as logs
from apps.processes import programs
from apps.supervisor import UNUSABLE, AlreadyRunning, Supervisor, lock_site
from apps.whole import load_whole
from apps.whole_site import Site
from ivr.words import Mistakes
from switch.addresses import anywhere

LAST_WORDS = 5
"""Lines of the log that are shown when the switch could not stay up."""


def main(directory: Path, *, demo: bool = False, log: Path | None = None) -> int:
    """Serve the site until SIGTERM or SIGINT; the exit code. `log`: a file for what is said on stderr otherwise."""
    logs.start("supervisor")
    try:
        site = load_whole(directory).site
    except Mistakes as mistakes:
        for mistake in mistakes.mistakes:
            click.echo(str(mistake), err=True)
        return UNUSABLE
    try:
        lock = lock_site(site.paths.run)
    except AlreadyRunning as error:
        click.echo(str(error), err=True)
        return 1
    with lock:
        if log is not None:
            _write_stderr_to(log)
            click.echo(f"The log is {log}")
        code = asyncio.run(_serve(site, demo))
        if not code and _somebody_looks(demo):
            click.echo("The switch has stopped.")
    if code and log is not None:
        click.echo("".join(log.read_text("utf-8", "replace").splitlines(keepends=True)[-LAST_WORDS:]), nl=False)
    return code


def _write_stderr_to(log: Path) -> None:
    """From now on, of this process and its children."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 2)
    os.close(descriptor)


async def _serve(site: Site, demo: bool) -> int:
    supervisor = Supervisor(programs(site))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if _somebody_looks(demo) and not supervisor.stopping:
            click.echo("\nStopping; running calls may end first. `zongji stop --grace 0` does not wait for them.")
        supervisor.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    ready = asyncio.Event()
    running = asyncio.create_task(supervisor.run(ready))
    greeting = asyncio.create_task(_greet(site, supervisor, ready, demo))
    code = await running
    greeting.cancel()
    return code


async def _greet(site: Site, supervisor: Supervisor, ready: asyncio.Event, demo: bool) -> None:
    await ready.wait()
    if demo:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli", "demo", "--site", str(site.paths.directory)
        )
        await process.wait()
    if supervisor.stopping:  # Ctrl-C ended the demonstration, too
        return
    if _somebody_looks(demo):  # secrets are for the person at the terminal, not for a journal
        click.echo(how_to_register(site))


def _somebody_looks(demo: bool) -> bool:
    return demo or sys.stdout.isatty()


def how_to_register(site: Site) -> str:
    """What a desk phone must be told, phone by phone."""
    settings = site.switch_settings()
    servers: dict[str, list[str]] = {}
    for bind in settings.bind:
        server = f"{anywhere() if bind.ip == '0.0.0.0' else bind.ip}:{bind.port}"
        servers.setdefault(server, []).append(bind.transport.upper())
    shown = " or ".join(f"{server} ({' or '.join(transports)})" for server, transports in servers.items())
    lines = ["", "The switch is up. A desk phone registers with its extension as user name:", ""]
    lines.append(f"  server     {shown}")
    lines += [f"  extension  {phone.extension:<8} secret  {phone.secret}   {phone.name}" for phone in settings.phones]
    lines += ["", "Then dial another extension, or 4001 for the hotline. Ctrl-C stops the switch.", ""]
    return "\n".join(lines)
