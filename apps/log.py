"""The log: one line an event on stderr, safe to read whatever the caller's name was.

Everything from outside passes `safe()` before it is logged: control characters and line breaks are shown as
escapes, length is bounded, so that nobody can forge a line or a terminal sequence.
"""

from __future__ import annotations

import logging
import sys
import time

_LONGEST = 200


def safe(text: object) -> str:
    """`text` in one line of printable characters, at most 200 of them."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text)[: _LONGEST + 1])
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


class _Line(logging.Formatter):
    """`2026-11-22T04:05:06.789Z exchange I name: message`, times in UTC."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        who = f"{self._process} {record.levelname[0]} {record.name}"
        text = f"{at}.{int(record.msecs):03d}Z {who}: {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text


def start(process: str, level: str = "INFO") -> None:
    """Log this process's lines to stderr under the name `process`. `level`: DEBUG, INFO, WARNING, ERROR."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)
