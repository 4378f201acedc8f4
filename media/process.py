"""What every child process of the media hall does: a Unix socket to serve on, and an end with its parent.

Deliberately absent: starting children (apps.supervisor).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import sys
from datetime import UTC, datetime

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """The kernel sends SIGTERM when the parent dies. Not fatal where prctl is missing."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def listen(path: str) -> socket.socket:
    """A listening socket at `path`, for this user alone; a dead one that lies there is taken away."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        sock.bind(path)
    finally:
        os.umask(before)
    sock.listen(16)
    sock.setblocking(False)
    return sock


def say_ready() -> None:
    """The line that the supervisor waits for."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def log(text: str) -> None:
    """One line to stderr, in the form of the whole switch's log; control characters are escaped, since some of it
    comes from outside."""
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    sys.stderr.write(f"{at}Z media I media: " + text.encode("unicode_escape").decode("ascii") + "\n")
    sys.stderr.flush()
