"""A whole switch of one's own: a site in a directory, free ports, and the process tree that serves it.

For the demonstration and for the tests. The switch is started as an admin starts it, by `zongji serve`.

Deliberately absent: anything that knows the switch from inside; it is met by its socket API and its ports alone.
"""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from apps.api.client import Client, Unreachable

READY_S = 30.0
STOP_S = 15.0


class SwitchFailed(Exception):
    """The switch did not start, or did not stop; one sentence and its last words."""


class OwnSwitch:
    """One running switch. `log` is all that it and its children said."""

    def __init__(self, site: Path, log: Path) -> None:
        self.site = site
        self.log = log
        self._file: IO[bytes] | None = None
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """The API's socket."""
        return self.site / "run" / "api.sock"

    @property
    def pid(self) -> int:
        """The supervisor's process id."""
        assert self.process is not None
        return self.process.pid

    def start(self) -> float:
        """Start it and wait until it serves; returns the seconds that took. Raises SwitchFailed."""
        began = time.monotonic()
        self._file = self.log.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli", "serve", "--site", str(self.site)],
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=subprocess.STDOUT,
            cwd=Path(__file__).resolve().parent.parent.parent,
        )
        while time.monotonic() - began < READY_S:
            if self.process.poll() is not None:
                self._close()
                raise SwitchFailed(f"The switch ended with code {self.process.returncode}:\n{self.tail()}")
            try:
                with self.client() as client:
                    client.call_raw("status.get")
                return time.monotonic() - began
            except Unreachable:
                time.sleep(0.05)
        self.stop()
        raise SwitchFailed(f"The switch did not answer within {READY_S:g} s:\n{self.tail()}")

    def client(self, timeout_s: float = 10.0) -> Client:
        """A new connection to its socket API."""
        return Client(self.socket, timeout_s)

    def stop(self) -> int:
        """Ask it to stop, and make it if it does not; its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._close()
        return self.process.returncode

    def tail(self, lines: int = 30) -> str:
        """Its last words."""
        try:
            said = self.log.read_text("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return "\n".join(said[-lines:])

    def _close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None


def free_ports(count: int, ip: str = "127.0.0.1", *, low: int = 10000, high: int = 16000) -> int:
    """The first of `count` ports in a row (even), free for UDP and TCP at this moment. Raises SwitchFailed.

    Below the kernel's ephemeral ports, so that no outgoing socket takes one in between.
    """
    for _ in range(300):
        first = random.randrange(low, high - count) & ~1
        if all(is_free(ip, port) for port in range(first, first + count)):
            return first
    raise SwitchFailed(f"There are no {count} free ports in a row on {ip}")


def is_free(ip: str, port: int) -> bool:
    """Whether a port can be had for UDP and TCP."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((ip, port))
            except OSError:
                return False
    return True
