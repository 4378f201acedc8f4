"""A soft phone in a process of its own, driven from here: orders go in, events come out.

For the demonstration and the tests. Synchronous: one thread reads the events, `wait` looks for one.
"""

from __future__ import annotations

import collections
import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

Fact = dict[str, Any]


class PhoneSilent(AssertionError):
    """The phone did not tell what was waited for; the text says what it told instead."""


class Phone:
    """One running phone. `events` is all it ever told, in order."""

    def __init__(self, name: str, arguments: Sequence[str], *, stderr: Path | None = None) -> None:
        self.name = name
        self.events: list[Fact] = []
        self._news = threading.Condition()
        self._seen: collections.Counter[str] = collections.Counter()
        self._stderr: IO[bytes] | None = stderr.open("ab") if stderr else None
        self.process = subprocess.Popen(
            [sys.executable, "-m", "apps.phone", "--control", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr or subprocess.DEVNULL,
        )
        self._reader = threading.Thread(target=self._read, name=f"phone {name}", daemon=True)
        self._reader.start()

    def __enter__(self) -> Phone:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        last = self.events[-1]["event"] if self.events else "nothing"
        return f"<Phone {self.name} pid {self.process.pid}, {len(self.events)} events, last {last}>"

    # ---- orders ------------------------------------------------------------------------------------------

    def order(self, verb: str, **facts: object) -> float:
        """Ask for something; returns the monotonic time it was asked at."""
        assert self.process.stdin is not None
        now = time.monotonic()
        try:
            self.process.stdin.write(json.dumps({"do": verb, **facts}, default=str).encode() + b"\n")
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            raise PhoneSilent(f"{self._story()}\n{self.name} is gone; it cannot {verb}") from None
        return now

    def dial(self, to: str) -> float:
        """Call somebody."""
        return self.order("dial", to=to)

    # ---- events ------------------------------------------------------------------------------------------

    def mark(self) -> int:
        """A place in the story: pass it to `wait` as `since`."""
        with self._news:
            return len(self.events)

    def wait(self, event: str, timeout_s: float = 8.0, *, since: int | None = None, **match: object) -> Fact:
        """The next event of that name whose facts are as in `match`.

        Without `since`, each event is returned once: waiting twice for "answered" waits for two answers.
        Raises PhoneSilent when it does not come in time or the phone's process ends.
        """
        deadline = time.monotonic() + timeout_s
        at = self._seen[event] if since is None else since
        with self._news:
            while True:
                while at < len(self.events):
                    told = self.events[at]
                    at += 1
                    if told["event"] == event and all(told.get(key) == value for key, value in match.items()):
                        if since is None:
                            self._seen[event] = at
                        return told
                left = deadline - time.monotonic()
                if left <= 0 or (not self._reader.is_alive() and at >= len(self.events)):
                    wanted = f"{event} {match}" if match else event
                    raise PhoneSilent(f"{self._story()}\n{self.name} did not tell {wanted!r} in {timeout_s:g} s")
                self._news.wait(min(left, 0.2))

    def never(self, event: str, for_s: float, *, since: int) -> None:
        """Raise PhoneSilent's opposite: AssertionError if the event comes within `for_s`."""
        try:
            told = self.wait(event, for_s, since=since)
        except PhoneSilent:
            return
        raise AssertionError(f"{self.name} told {told}, which it should not")

    def told(self, event: str) -> list[Fact]:
        """All events of that name so far."""
        with self._news:
            return [fact for fact in self.events if fact["event"] == event]

    # ---- end ---------------------------------------------------------------------------------------------

    def close(self, timeout_s: float = 5.0) -> int:
        """Ask the phone to leave, and make it if it does not; its exit code."""
        if self.process.stdin and not self.process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
        try:
            code = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._reader.join(1.0)
        if self.process.stdout:
            self.process.stdout.close()
        if self._stderr:
            self._stderr.close()
            self._stderr = None
        return code

    def kill(self) -> None:
        """The phone's machine loses power: no BYE, no unregistering."""
        self.process.kill()
        self.process.wait()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                fact = json.loads(line)
            except ValueError:
                fact = {"event": "garbage", "line": line.decode("utf-8", "replace")}
            with self._news:
                self.events.append(fact)
                self._news.notify_all()

    def _story(self) -> str:
        lines = [f"  {fact.get('now', 0):.3f} {json.dumps(_rest(fact), ensure_ascii=False)}" for fact in self.events]
        return "\n".join([f"{self.name} told:", *lines])


def _rest(fact: Fact) -> Fact:
    return {key: value for key, value in fact.items() if key not in ("now", "at")}
