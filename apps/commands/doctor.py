"""Is this machine fit to run the switch? Each check is one line: ok, warn or bad, and how to mend it.

Works with and without a running switch. Exit code 1 when anything is bad.
"""

from __future__ import annotations

import ctypes.util
import importlib.metadata
import os
import platform
import resource
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from apps.api.client import Client, Unreachable
from apps.commands.base import FAILED, Failure, Verb, leave, ours, session
from apps.commands.screen import Column, say, table

WHEEL = "2.15.1.post1"
LOW_DISK = 2 << 30
FULL_DISK = 200 << 20
FILES_WANTED = 8192


class Finding(Struct, frozen=True):
    """One line. `state`: ok, warn or bad."""

    state: str
    what: str
    found: str
    mend: str = ""


class Findings(Struct, frozen=True):
    findings: list[Finding]


Check = Callable[[Any], Iterator[Finding]]


def the_python(_site: Any) -> Iterator[Finding]:
    found = platform.python_version()
    good = (3, 11) <= sys.version_info < (3, 13)
    yield Finding("ok" if good else "bad", "python", found, "" if good else "Use Python 3.11 or 3.12.")


def the_machine(_site: Any) -> Iterator[Finding]:
    found = f"{platform.system()} {platform.machine()}"
    good = found == "Linux x86_64"
    yield Finding("ok" if good else "bad", "machine", found, "" if good else "Only Linux on x86-64 is supported.")


def the_wheel(_site: Any) -> Iterator[Finding]:
    try:
        found = importlib.metadata.version("pjsua2-python")
    except importlib.metadata.PackageNotFoundError:
        found = "missing"
    mend = "" if found == WHEEL else f"pip install pjsua2-python=={WHEEL}"
    yield Finding("bad" if mend else "ok", "pjsua2-python", found, mend)


def the_voice(_site: Any) -> Iterator[Finding]:
    found = ctypes.util.find_library("espeak-ng")
    mend = "" if found else "apt install libespeak-ng1; until then no text is spoken."
    yield Finding("ok" if found else "warn", "espeak-ng", found or "missing", mend)


def the_uvloop(_site: Any) -> Iterator[Finding]:
    try:
        yield Finding("ok", "uvloop", importlib.metadata.version("uvloop"))
    except importlib.metadata.PackageNotFoundError:
        yield Finding("warn", "uvloop", "missing", "pip install uvloop; without it calls cost more CPU.")


def real_time(_site: Any) -> Iterator[Finding]:
    soft, _ = resource.getrlimit(resource.RLIMIT_RTPRIO)
    allowed = os.geteuid() == 0 or soft > 0 or soft == resource.RLIM_INFINITY
    mend = "" if allowed else "Allow it (LimitRTPRIO=20 in the unit); without it a busy machine is heard."
    yield Finding("ok" if allowed else "warn", "real-time priority", "allowed" if allowed else "not allowed", mend)


def open_files(_site: Any) -> Iterator[Finding]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = max(soft, hard)
    mend = "" if most >= FILES_WANTED else f"Raise it (LimitNOFILE={FILES_WANTED}): each call has four sockets."
    yield Finding("warn" if mend else "ok", "open files", f"{most} allowed", mend)


def the_configuration(site: Any) -> Iterator[Finding]:
    if site is None:
        return
    directory = site.paths.directory
    mode = os.stat(directory / "phones.yaml").st_mode & 0o077 if (directory / "phones.yaml").exists() else 0
    if mode:
        yield Finding("warn", "secrets", "phones.yaml is readable by others", f"chmod 600 {directory}/*.yaml")
    else:
        yield Finding("ok", "secrets", "for the owner only")


def the_disk(site: Any) -> Iterator[Finding]:
    if site is None:
        return
    for what, path in (("recordings", site.paths.recordings), ("database", site.paths.database.parent)):
        there = next(parent for parent in (path, *path.parents) if parent.exists())
        free = shutil.disk_usage(there).free
        state = "bad" if free < FULL_DISK else "warn" if free < LOW_DISK else "ok"
        mend = "" if state == "ok" else "Delete old recordings, or move them to a larger disk."
        if not os.access(there, os.W_OK):
            state, mend = "bad", f"chown the directory to the user of the switch: {there}"
        yield Finding(state, what, f"{free / 1e9:.1f} GB free at {there}", mend)


def the_books(site: Any) -> Iterator[Finding]:
    path = session().site / "zongji.db" if site is None else site.paths.database
    if not path.exists():
        yield Finding("ok", "books", "not begun yet")
        return
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5) as books:
            problem = str(books.execute("PRAGMA quick_check(1)").fetchone()[0])
        books.close()
    except sqlite3.Error as error:
        problem = str(error)
    if problem == "ok":
        yield Finding("ok", "books", f"whole, {path.stat().st_size / 1e6:.1f} MB")
    else:
        yield Finding("bad", "books", problem, f"Stop the switch, keep a copy, then: sqlite3 {path} .recover")


def the_ports(site: Any) -> Iterator[Finding]:
    if site is None or _running() is not None:
        return
    for listen in site.switch.sip.listen:
        kind = socket.SOCK_DGRAM if listen.transport == "udp" else socket.SOCK_STREAM
        what = f"port {listen.transport} {listen.port}"
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((listen.ip, listen.port))
            except OSError as error:
                mend = "End the program that uses it, or change sip.listen in switch.yaml."
                yield Finding("bad", what, (error.strerror or str(error)).lower(), mend)
            else:
                yield Finding("ok", what, "free")


def the_switch(_site: Any) -> Iterator[Finding]:
    version = _running()
    if version is None:
        yield Finding("warn", "switch", "not running", f"Start it with: {session().serve}")
    else:
        yield Finding("ok", "switch", f"running, version {version}")


CHECKS: tuple[Check, ...] = (
    the_python,
    the_machine,
    the_wheel,
    the_voice,
    the_uvloop,
    real_time,
    open_files,
    the_configuration,
    the_disk,
    the_books,
    the_ports,
    the_switch,
)


@click.command(cls=Verb, examples="zongji doctor\nzongji doctor --json")
def doctor() -> None:
    """Is this machine fit? What is wrong, and how to mend it."""
    site, findings = _site(session().site)
    for check in CHECKS:
        findings += check(site)

    def draw() -> None:
        columns: list[Column[Finding]] = [
            Column("STATE", lambda finding: finding.state),
            Column("CHECK", lambda finding: finding.what),
            Column("FOUND", lambda finding: finding.found),
        ]
        table(columns, findings, "")
        mends = [finding for finding in findings if finding.mend]
        if mends:
            say()
            for finding in mends:
                say(f"{finding.what}: {finding.mend}")

    session().show(Findings(findings), draw)
    if any(finding.state == "bad" for finding in findings):
        leave(FAILED)


def _site(directory: Path) -> tuple[Any, list[Finding]]:
    """The site as read, or None, and what is to be said of it."""
    if not directory.is_dir():
        return None, [Finding("bad", "site", f"there is no {directory}", "Make one with: zongji init")]
    try:
        mistakes = ours("ivr.words", "Mistakes")
        site = ours("apps.settings", "load_site")(directory)
    except Failure as error:
        return None, [Finding("warn", "site", str(error.message), error.hint)]
    except mistakes as error:
        number = len(error.mistakes)
        return None, [Finding("bad", "site", f"{number} mistakes in {directory}", "See them with: zongji check")]
    return site, [Finding("ok", "site", str(directory))]


def _running() -> str | None:
    """The version of the switch that answers on the site's socket."""
    try:
        with Client(session().socket, timeout_s=2.0) as client:
            return client.greeting.version
    except Unreachable:
        return None
