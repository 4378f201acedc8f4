"""What the phone tells the one who runs it: JSON lines for programs, plain lines for people.

Every event carries `now` (monotonic seconds, comparable between processes of one machine) and `at` (unix seconds).
The process's own standard output is taken away from PJSIP first, so a line is always a whole line.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping

_PLAIN: Mapping[str, str] = {
    "ready": "Ready at {address}.",
    "registered": "Registered as {extension}, for {expires_s} s.",
    "unregistered": "No longer registered.",
    "register_failed": "Registration failed: {code} {reason}.",
    "dialling": "Dialling {to} ...",
    "incoming": "Call from {who}.",
    "ringing": "It rings.",
    "early": "Sound before the answer.",
    "answered": "Answered.",
    "media": "Audio {status}: {codec} {direction} with {remote}.",
    "sending": "Sending {wav}.",
    "saving": "Saving to {wav}.",
    "saved": "The sound files are whole.",
    "digit": "Heard digit {digit}.",
    "digits_sent": "Sent digits {digits}.",
    "ended": "Ended by {by}: {code} {reason}, after {seconds} s.",
    "heard": "Heard {words}.",
    "error": "Error: {what}",
    "quit": "Gone.",
}


def take_stdout(log: str | None) -> int:
    """A file descriptor for our own lines; the C library's standard output goes to `log`, or nowhere.

    PJSIP writes to standard output from before it can be told not to.
    """
    ours = os.dup(1)
    os.set_inheritable(ours, False)
    elsewhere = os.open(log or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(elsewhere, 1)
    os.close(elsewhere)
    return ours


class Teller:
    """Writes events to a file descriptor, one line each. A closed pipe is not an error: nobody listens any more."""

    def __init__(self, descriptor: int, *, as_json: bool) -> None:
        self._descriptor = descriptor
        self._as_json = as_json

    def tell(self, event: str, **facts: object) -> None:
        """Write one event with its facts."""
        if self._as_json:
            stamps = {"event": event, "now": round(time.monotonic(), 4), "at": round(time.time(), 4)}
            line = json.dumps({**stamps, **facts}, ensure_ascii=False, default=str)
        else:
            who = f"{facts.get('caller', '')} {facts.get('name', '')}".strip()
            line = time.strftime("%H:%M:%S ") + _PLAIN.get(event, event).format_map(_Blank(facts, who=who))
        try:
            os.write(self._descriptor, line.encode() + b"\n")
        except OSError:
            self._descriptor = os.open(os.devnull, os.O_WRONLY)


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"
