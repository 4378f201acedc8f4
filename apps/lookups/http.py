"""Asking servers over HTTP for scripts. Redirections are not followed: the site's owner wrote where to ask.

Bounded: `MAX_BYTES` of an answer, `MAX_TOGETHER` requests at once, each within its own time.
"""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import quote

import aiohttp
import msgspec
from yarl import URL

from apps.log import safe
from apps.lookups.cache import Cache
from ivr.lookup import HttpAnswer, HttpRequest

log = logging.getLogger("lookups")

MAX_BYTES = 256 << 10
MAX_TOGETHER = 100
_PLAIN = "%/:?#[]@!$&'()*+,;="
"""What means something in an address (RFC 3986 2.2)."""
MAX_TEXT = 2000
"""Characters of an answer that is no JSON."""


class Http:
    """One client for all calls; its connections are kept for the next."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._cache: Cache[HttpAnswer] = Cache()

    async def ask(self, request: HttpRequest) -> HttpAnswer:
        """The answer; never raises."""
        key = (request.method, request.url, request.headers, request.body)
        return await self._cache.through(key, request.cache_s, lambda: self._ask(request), lambda answer: answer.good)

    async def close(self) -> None:
        """No more requests."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(self, request: HttpRequest) -> HttpAnswer:
        try:
            async with asyncio.timeout(request.timeout_s):
                return await self._answer(request)
        except TimeoutError:
            status = "timed out"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            status = "unreachable"
            log.info("%s: %s", _where(request), safe(str(error)))
        log.warning("%s is %s", _where(request), status)
        return HttpAnswer(status)

    async def _answer(self, request: HttpRequest) -> HttpAnswer:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=MAX_TOGETHER), cookie_jar=aiohttp.DummyCookieJar()
            )
        async with self._session.request(
            request.method.upper(),
            # Variables are quoted already, and stay as they are; what else the address holds is quoted here.
            URL(quote(request.url, safe=_PLAIN), encoded=True),
            headers=dict(request.headers),
            data=request.body,
            allow_redirects=False,
        ) as response:
            data = bytearray()
            async for part in response.content.iter_any():
                data += part
                if len(data) > MAX_BYTES:
                    log.warning("%s: the answer is over %d KiB", _where(request), MAX_BYTES >> 10)
                    return HttpAnswer("too large")
            if not 200 <= response.status < 300:
                log.warning("%s answers %d", _where(request), response.status)
            return HttpAnswer(str(response.status), _read(bytes(data)))


def _read(data: bytes) -> object:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return data.decode("utf-8", "replace")[:MAX_TEXT]


def _where(request: HttpRequest) -> str:
    """For the log: without what callers keyed."""
    return f"{request.method.upper()} {safe('/'.join(request.url.split('/', 3)[:3]))}"
