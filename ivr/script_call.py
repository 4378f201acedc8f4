"""The call as the site's own code has it: what `async def f(call: Call, ...)` in <site>/scripts may do with it.

The code runs on a loop and thread of its own, so that it never holds up other calls; what it asks of the call is done
on the switch's loop, in the order of asking. Every method may be called from the code's loop alone.

Deliberately absent: finding and running the code (apps/lookups/code.py).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import Any, TypeVar

from ivr.argument import RESERVED
from ivr.argument_expression import MEMORY_NAME
from ivr.lookup import HttpRequest, SqlRequest
from ivr.running import STARS, Running
from ivr.speech import Fixed, Recorded, Speech, Words
from ivr.template import Template

T = TypeVar("T")
log = logging.getLogger("scripts")


class Call:
    """One call. Variables are texts."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._loop = asyncio.get_running_loop()
        self._set: dict[str, str] = {}
        self._secrets = running.secrets

    # ---- what is known of it ---------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The call's id, as in the books."""
        return self._running.port.call_id

    @property
    def caller(self) -> str:
        """The caller's number."""
        return self._running.port.caller

    @property
    def called(self) -> str:
        """The number that was called."""
        return self._running.port.called

    @property
    def language(self) -> str:
        """The language that the call speaks."""
        return self._running.language

    def get(self, name: str, default: str = "") -> str:
        """A variable, the switch's own too; `caller.x` is what was remembered as x."""
        return self._set[name] if name in self._set else self._running.variables.get(name, default)

    # ---- what may be done with it ----------------------------------------------------------------------------

    def set(self, name: str, value: object, *, hidden: bool = False) -> None:
        """Set a variable of the script, or `language`; the books see stars when it is hidden."""
        if name in RESERVED or not MEMORY_NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot be set")
        if name == "language":
            self._loop.call_soon_threadsafe(self._running.speak, str(value))
            return
        self._set[name] = str(value)
        if hidden:
            self._secrets |= {str(value)}
        self._loop.call_soon_threadsafe(partial(self._running.set, name, str(value), hidden=hidden))

    def remember(self, name: str, value: object) -> None:
        """Keep something of the caller's number, as the dialplan's `remember` does."""
        if not MEMORY_NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot be remembered")
        self._set[f"caller.{name}"] = str(value)
        self._loop.call_soon_threadsafe(self._running.remember, name, str(value))

    async def say(self, text: str | Mapping[str, str]) -> None:
        """Answer, and speak a text, or that of the call's language: {"zh": "...", "en": "..."}."""
        await self._there(self._say(text))

    async def play(self, prompt: str) -> None:
        """Answer, and play a recorded prompt by its name."""
        await self._there(self._play(prompt))

    async def gather(
        self,
        say: str | Mapping[str, str] = "",
        *,
        max_digits: int = 32,
        finish_on_key: str = "#",
        timeout: float = 5.0,
        hidden: bool = False,
    ) -> str:
        """Answer, ask, and return the digits that the caller keys; empty when none came in `timeout` seconds."""
        digits = await self._there(self._gather(say, max_digits, finish_on_key, timeout, hidden))
        if hidden and digits:
            self._secrets |= {digits}
        return digits

    async def http(
        self,
        url: str,
        *,
        method: str = "get",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = 5.0,
        cache: float = 0.0,
    ) -> tuple[str, Any]:
        """Ask a server: (status, body), as the dialplan's `http` does. The body is what JSON says, or a text."""
        request = HttpRequest(method, url, tuple((headers or {}).items()), body, timeout, cache)
        answer = await self._there(self._running.port.http(request))
        return answer.status, answer.body

    async def sql(
        self, source: str, query: str, values: Mapping[str, object] | None = None, *, timeout: float = 2.0
    ) -> list[tuple[str, ...]]:
        """Ask a database: the rows that were found. RuntimeError when it does not answer."""
        bound = tuple((name, str(value)) for name, value in (values or {}).items())
        answer = await self._there(self._running.port.sql(SqlRequest(source, query, bound, timeout)))
        if answer.status not in ("found", "none"):
            raise RuntimeError(f"the database {source}: {answer.status}")
        return list(answer.rows)

    def log(self, text: str) -> None:
        """A line in the switch's log, with the call's id."""
        said = "".join(char if char.isprintable() else " " for char in without_secrets(self, text))
        log.info("call=%s %s", self.id, said[:500])

    # ---- on the switch's loop --------------------------------------------------------------------------------

    async def _there(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def _say(self, text: str | Mapping[str, str]) -> None:
        await self._running.port.answer()
        await self._running.say(self._speech(text))

    async def _play(self, prompt: str) -> None:
        await self._running.port.answer()
        await self._running.say((Recorded(Template((prompt,))),))

    async def _gather(
        self, say: str | Mapping[str, str], most: int, finish: str, timeout_s: float, hidden: bool
    ) -> str:
        port = self._running.port
        await port.answer()
        if hidden:
            port.hide(True)
        try:
            digits = ""
            key = await self._running.first_key(self._speech(say), barge_in=True, timeout_s=timeout_s)
            while key is not None and key not in finish:
                digits += key
                if len(digits) >= most:
                    break
                key = await self._running.key(timeout_s)
            return digits
        finally:
            if hidden:
                port.hide(False)

    def _speech(self, text: str | Mapping[str, str]) -> Speech:
        if isinstance(text, str):
            return (Fixed(self._running.language, Template((text,))),) if text else ()
        return (Words(tuple((language, Template((said,))) for language, said in text.items())),)


def without_secrets(call: Call, text: str) -> str:
    """A text for the log and the books, with stars in place of what the caller keyed hidden."""
    for secret in sorted(call._secrets, key=lambda secret: -len(secret)):
        text = text.replace(secret, STARS)
    return text
