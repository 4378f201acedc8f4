"""Ask for speech: the exchange's handle on the speech child.

`await voice.speak(text, language)` gives the path of a WAV. What was spoken before is found by its name in the
cache and asks nobody; many who want one new text at once share one request. The child may die and come back:
the next request connects anew, and a request cut off in the middle is sent once more.

Time: patience in seconds, on the loop's clock. Raises only `VoiceError`.
Deliberately absent: rendering (tts.py), playing (desk.py).
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from media.utterance import Identity, VoiceError, checked, read_identity, wav_path

__all__ = ["Voice", "VoiceError"]

PATIENCE_S = 5.0
RETRY_S = 0.1
"""Between two attempts to connect, while patience lasts."""
AT_ONCE = 2
"""Requests of one `prepare` under way together: the child never idles, and a live call waits behind two sentences."""
MAX_ANSWER = 64 << 10


class Voice:
    """Speech from one child. Make it inside a running loop or before; it connects when first needed."""

    def __init__(self, socket: Path | str, cache_dir: Path | str, *, patience_s: float = PATIENCE_S) -> None:
        self.socket = Path(socket)
        self.cache = Path(cache_dir).absolute()
        self.patience_s = patience_s
        self.rendered = 0
        """Texts the child was asked for and gave."""
        self.hits = 0
        """Texts found in the cache."""
        self._ids = itertools.count(1)
        self._identity: Identity | None = None
        self._under_way: dict[tuple[str, str], asyncio.Task[Path]] = {}
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._connecting = asyncio.Lock()

    def __repr__(self) -> str:
        state = "connected" if self._writer is not None else "not connected"
        return f"<Voice {self.socket.name} {state} rendered={self.rendered} hits={self.hits}>"

    async def speak(self, text: str, language: str) -> Path:
        """The WAV (8 kHz mono PCM16) of `text`. Raises VoiceError within `patience_s`."""
        cleaned = checked(text, language)
        path = self._cached(cleaned, language)
        if path is not None:
            self.hits += 1
            return path
        wanted = (cleaned, language)
        task = self._under_way.get(wanted)
        if task is None:
            task = asyncio.create_task(self._render(cleaned, language))
            self._under_way[wanted] = task
            task.add_done_callback(lambda done: self._finished(wanted, done))
        # One of several who wait may be cancelled (a caller hung up) without harm to the others.
        return await asyncio.shield(task)

    async def prepare(self, texts: Iterable[tuple[str, str]]) -> list[str]:
        """Render texts (text, language) ahead of need, in this order. Returns a sentence for each that failed."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(text: str, language: str) -> str | None:
            async with gate:
                try:
                    await self.speak(text, language)
                except VoiceError as error:
                    return f"{_short(text)} ({language}): {error}"
            return None

        wanted = dict.fromkeys(texts)
        return [failed for failed in await asyncio.gather(*(one(*pair) for pair in wanted)) if failed is not None]

    async def close(self) -> None:
        """Let the connection go. A later `speak` would open it again."""
        tasks = list(self._under_way.values())
        if self._reading is not None:
            tasks.append(self._reading)  # type: ignore[arg-type]
        self._drop("The voice was closed.")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ---- inside ---------------------------------------------------------------------------------------------

    def _cached(self, text: str, language: str) -> Path | None:
        if self._identity is None:
            self._identity = read_identity(self.cache)
            if self._identity is None:
                return None
        path = wav_path(self.cache, self._identity, text, language)
        return path if path.exists() else None

    def _finished(self, wanted: tuple[str, str], done: asyncio.Task[Path]) -> None:
        self._under_way.pop(wanted, None)
        if not done.cancelled():
            done.exception()  # Looked at, so that a text whose callers all left does not log an unretrieved error.

    async def _render(self, text: str, language: str) -> Path:
        try:
            async with asyncio.timeout(self.patience_s):
                try:
                    return await self._request(text, language)
                except _Cut:
                    return await self._request(text, language)
        except TimeoutError:
            # Whatever hangs, the next request shall not queue behind it.
            self._drop("The speech process did not answer.")
            raise VoiceError(f"The speech process did not answer within {self.patience_s:g} s.") from None
        except _Cut:
            raise VoiceError("The speech process died twice over this text.") from None

    async def _request(self, text: str, language: str) -> Path:
        writer = await self._connected()
        number = next(self._ids)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            body = msgspec.msgpack.encode({"id": number, "text": text, "language": language})
            writer.write(len(body).to_bytes(4, "big") + body)
            told = await answer
        finally:
            self._waiting.pop(number, None)
        if "path" in told:
            self.rendered += 1
            return Path(told["path"])
        raise VoiceError(str(told.get("error", "The speech process gave no reason.")))

    async def _connected(self) -> asyncio.StreamWriter:
        async with self._connecting:
            while self._writer is None:
                try:
                    reader, writer = await asyncio.open_unix_connection(str(self.socket), limit=MAX_ANSWER)
                except OSError:
                    await asyncio.sleep(RETRY_S)
                    continue
                self._writer = writer
                # A new child may be a new engine.
                self._identity = read_identity(self.cache)
                self._reading = asyncio.create_task(self._read(reader, writer))
            return self._writer

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                size = int.from_bytes(await reader.readexactly(4), "big")
                if size > MAX_ANSWER:
                    break
                told = msgspec.msgpack.decode(await reader.readexactly(size), type=dict[str, Any])
                answer = self._waiting.get(told.get("id", 0))
                if answer is not None and not answer.done():
                    answer.set_result(told)
        except (asyncio.IncompleteReadError, OSError, msgspec.MsgspecError):
            pass
        finally:
            if self._writer is writer:
                self._drop("The speech process went away.")

    def _drop(self, why: str) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(_Cut(why))


class _Cut(Exception):
    """The connection ended before the answer came."""


def _short(text: str) -> str:
    """The text for a message: escaped, and not longer than a line."""
    shown = text if len(text) <= 40 else text[:39] + "…"
    return ascii(shown) if not shown.isprintable() else f"“{shown}”"
