"""The Unix socket that the API listens on: opened with its mode, and never over another switch's."""

from __future__ import annotations

import errno
import os
import socket
import stat
from pathlib import Path

MODE = 0o660


class SocketError(Exception):
    """The socket cannot be opened; the message is one sentence."""


def bind(path: Path) -> socket.socket:
    """A bound socket, mode 0660 before anybody can connect to it; a dead switch's file is removed.

    Raises SocketError: another switch answers there, or the path cannot be used.
    """
    if path.exists() and not stat.S_ISSOCK(path.stat().st_mode):
        raise SocketError(f"{path} is there and is not a socket")
    if path.exists():
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1.0)
            try:
                probe.connect(os.fspath(path))
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise SocketError(f"The socket {path} cannot be used: {error}") from None
            else:
                raise SocketError(f"Another switch is running: it answers on {path}")
    listening = socket.socket(socket.AF_UNIX)
    try:
        listening.bind(os.fspath(path))
        os.chmod(path, MODE)
    except OSError as error:
        listening.close()
        why = "the path is too long" if error.errno is None or error.errno == errno.ENAMETOOLONG else error.strerror
        raise SocketError(f"The socket {path} cannot be opened: {why}") from None
    listening.setblocking(False)
    return listening
