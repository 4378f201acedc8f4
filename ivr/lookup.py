"""What a script asks of the world outside, and what comes back: over HTTP, from a database, of the site's own code.

Pure. Deliberately absent: asking (apps/lookups).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ivr.expression_value import text_of
from ivr.template import MAX_RESULT


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request. `method` in small letters; `body` is JSON."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    timeout_s: float = 5.0
    cache_s: float = 0.0


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back."""

    status: str
    """The answer's number, or why there is none: timed out, unreachable, too large."""
    body: Any = None
    """What JSON said; a text when it was none."""

    @property
    def good(self) -> bool:
        return self.status.startswith("2")

    def at(self, path: str) -> str:
        """What is in the body at a way like `customer.accounts.0.balance`, as a text; empty when there is nothing."""
        found = self.body
        for key in path.split(".") if path else ():
            if isinstance(found, dict):
                found = found.get(key)
            elif isinstance(found, list) and key.isascii() and key.isdigit() and len(key) < 7 and int(key) < len(found):
                found = found[int(key)]
            else:
                return ""
        if isinstance(found, (dict, list)):
            return json.dumps(found, ensure_ascii=False)[:MAX_RESULT]
        return text_of(found)[:MAX_RESULT]


@dataclass(frozen=True, slots=True)
class SqlRequest:
    """A question to one of the site's databases. `values` are bound to the :names in the query."""

    source: str
    query: str
    values: tuple[tuple[str, str], ...] = ()
    timeout_s: float = 2.0
    cache_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """The rows, at most `apps.lookups.sql.MAX_ROWS`, as texts."""

    status: str
    """found, none, timed out, failed."""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class CodeAnswer:
    """What the site's own code gave."""

    error: str = ""
    """Why it gave nothing: one line."""
    value: str = ""


class World(Protocol):
    """Who asks for a script."""

    async def http(self, request: HttpRequest) -> HttpAnswer:
        """Ask over HTTP. Never raises: what goes wrong is the answer's status."""

    async def sql(self, request: SqlRequest) -> SqlAnswer:
        """Ask a database. Never raises: what goes wrong is the answer's status."""

    async def code(self, function: str, call: Any, values: Mapping[str, str], timeout_s: float) -> CodeAnswer:
        """Run `file.function` of the site. Never raises: what goes wrong is the answer's error."""
