"""What the phone is asked to do: JSON lines on standard input, read without waiting.

An order is an object with "do" and that verb's own keys:
  {"do": "dial", "to": "4001"}            {"do": "answer"}              {"do": "hangup", "code": 486}
  {"do": "digits", "digits": "12"}        {"do": "hold"}                {"do": "unhold"}
  {"do": "register"}                      {"do": "unregister"}          {"do": "quit"}
  {"do": "send_tone", "hz": 440}          {"do": "send_wav", "wav": "/path.wav"}
  {"do": "save", "wav": "/path.wav"}      {"do": "answering", "answer": "never|decline|busy|<seconds>"}
What is not such a line comes back as an order "bad", never as an exception.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_LINE = 65536


@dataclass(frozen=True, slots=True)
class Order:
    """One thing to do."""

    verb: str
    facts: dict[str, object] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """The value of `key` as text; empty when it is not there."""
        return str(self.facts.get(key, ""))


class Orders:
    """Lines from a non-blocking descriptor."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._rest = b""
        self.closed = False
        """The other side closed the pipe: nobody can ask for anything any more."""

    def read(self) -> Iterator[Order]:
        """All orders that have come in whole since the last time."""
        while not self.closed:
            try:
                piece = os.read(self._descriptor, MAX_LINE)
            except BlockingIOError:
                break
            except OSError:
                piece = b""
            self.closed = not piece
            self._rest += piece
        *lines, self._rest = self._rest.split(b"\n")
        if len(self._rest) > MAX_LINE:
            self._rest = b""
            yield Order("bad", {"why": "a line over 64 KiB"})
        for line in lines:
            if line.strip():
                yield parse(line)


def parse(line: bytes) -> Order:
    """The order that a line is."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return Order("bad", {"why": "not JSON"})
    if not isinstance(value, dict) or not isinstance(value.get("do"), str):
        return Order("bad", {"why": 'not an object with "do"'})
    verb = value.pop("do")
    return Order(verb, value)
