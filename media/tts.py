"""The speech child: `python -m media.tts --socket S --cache DIR`.

It serves a Unix socket (4-byte big-endian length + msgpack) to the exchange. One request {id, text, language},
one answer {id, path} or {id, error}. It speaks one text at a time, in order; a sentence takes 15 ms, so that needs
no thread, and the engine could not bear one. `ready` on stdout says that it serves. It ends on SIGTERM, and when
its parent dies. When the engine is stuck it answers, exits, and the supervisor starts it again.

Deliberately absent: how speech is made (synth.py); who plays it.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from media import synth
from media.utterance import VOICES, VoiceError, checked, wav_path, write_identity

MAX_FRAME = 64 << 10
"""Largest request [bytes]: a text of the greatest length with room to spare."""
CACHE_LIMIT = 512 << 20
"""The cache is cut to this at start [bytes], oldest use first; that is 9 hours of speech."""
PARENT_CHECK_S = 1.0

log = logging.getLogger("media.tts")


class Request(msgspec.Struct):
    """What the handle sends."""

    id: int
    text: str
    language: str


class Server:
    """Renders for whoever connects. `ended` is set when the process must go."""

    def __init__(self, engine: synth.Engine, cache: Path) -> None:
        self.engine = engine
        self.cache = cache
        self.ended = asyncio.Event()
        self.stuck = False
        self._writers: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it closes or sends rubbish."""
        self._writers.add(writer)
        try:
            while True:
                size = int.from_bytes(await reader.readexactly(4), "big")
                if size > MAX_FRAME:
                    log.warning("a request of %d bytes; connection closed", size)
                    return
                answer = self.answer(await reader.readexactly(size))
                body = msgspec.msgpack.encode(answer)
                writer.write(len(body).to_bytes(4, "big") + body)
                await writer.drain()
                if self.stuck:
                    self.ended.set()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except msgspec.MsgspecError as error:
            log.warning("not a request: %s; connection closed", error)
        finally:
            self._writers.discard(writer)
            writer.close()

    def answer(self, body: bytes) -> dict[str, Any]:
        """The answer to one request. Raises msgspec.MsgspecError when it is none."""
        request = msgspec.msgpack.decode(body, type=Request)
        try:
            text = checked(request.text, request.language)
            wav = wav_path(self.cache, self.engine.identity, text, request.language)
            if not wav.exists():
                synth.render(self.engine, text, VOICES[request.language], wav)
        except VoiceError as error:
            self.stuck = isinstance(error, synth.Stuck)
            log.warning("language=%r chars=%d: %s", request.language, len(request.text), error)
            return {"id": request.id, "error": str(error)}
        return {"id": request.id, "path": str(wav)}

    def close(self) -> None:
        """Let every connection go."""
        for writer in list(self._writers):
            writer.close()


async def run(engine: synth.Engine, socket: Path, cache: Path, ready: int) -> int:
    """Serve until told to end; returns the exit code. `ready`: file descriptor that gets the line `ready`."""
    server = Server(engine, cache)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.ended.set)
    listening = await asyncio.start_unix_server(server.serve, str(socket), limit=MAX_FRAME)
    os.write(ready, b"ready\n")
    log.info("speaking with %s %s", engine.identity.engine, engine.identity.version)
    parent = os.getppid()
    while not server.ended.is_set():
        try:
            async with asyncio.timeout(PARENT_CHECK_S):
                await server.ended.wait()
        except TimeoutError:
            if os.getppid() != parent:
                break
    listening.close()
    server.close()
    return 1 if server.stuck else 0


def tidy(cache: Path, limit: int = CACHE_LIMIT) -> None:
    """Remove what a killed child left half done, and the oldest WAVs beyond `limit` bytes."""
    for left in (*cache.glob("??/*.part"), *cache.glob("??/*.unlevelled"), *cache.glob("*.part")):
        left.unlink(missing_ok=True)
    files = [(entry.stat(), entry) for entry in cache.glob("??/*.wav")]
    total = sum(facts.st_size for facts, _ in files)
    for facts, entry in sorted(files, key=lambda pair: max(pair[0].st_mtime, pair[0].st_atime)):
        if total <= limit:
            return
        total -= facts.st_size
        entry.unlink(missing_ok=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the child; returns its exit code."""
    parser = argparse.ArgumentParser(prog="media.tts", description="Speech synthesis for the exchange.")
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket to serve")
    parser.add_argument("--cache", type=Path, required=True, help="directory of rendered speech")
    given = parser.parse_args(arguments)
    logging.Formatter.converter = time.gmtime  # the form of the whole switch's log, in UTC
    form = "%(asctime)s.%(msecs)03dZ tts %(levelname).1s %(name)s: %(message)s"
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=form, datefmt="%Y-%m-%dT%H:%M:%S")
    # pyttsx3 prints each file it saves. Only our own line goes to the real stdout.
    ready = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.umask(0o077)  # The socket and the speech are this user's alone.
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    try:
        given.cache.mkdir(parents=True, exist_ok=True)
        engine = synth.start()
        tidy(given.cache)
        write_identity(given.cache, engine.identity)
        given.socket.unlink(missing_ok=True)
        try:
            return asyncio.run(run(engine, given.socket, given.cache.absolute(), ready))
        finally:
            given.socket.unlink(missing_ok=True)
    except VoiceError as error:
        log.error("%s", error)
    except OSError as error:
        log.error("Cannot serve on %s with cache %s: %s.", given.socket, given.cache, error.strerror or error)
    return 1


if __name__ == "__main__":
    sys.exit(main())
