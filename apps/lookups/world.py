"""What a call's script asks of the world outside (`ivr.lookup.World`), put together for one reading of the site."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from apps.lookups.code import SiteCode
from apps.lookups.http import Http
from apps.lookups.sql import Sql
from ivr.lookup import CodeAnswer, HttpAnswer, HttpRequest, SqlAnswer, SqlRequest
from ivr.script_call import Call


class Lookups:
    """`http` and `sql` outlive a reload; files and code are those of the site as it was read."""

    def __init__(self, http: Http, sql: Sql, databases: Mapping[str, Path], code: SiteCode) -> None:
        self._http, self._sql, self._databases, self._code = http, sql, databases, code

    async def http(self, request: HttpRequest) -> HttpAnswer:
        """Ask over HTTP."""
        return await self._http.ask(request)

    async def sql(self, request: SqlRequest) -> SqlAnswer:
        """Ask a database."""
        return await self._sql.ask(self._databases.get(request.source), request)

    async def code(self, function: str, call: Call, values: Mapping[str, str], timeout_s: float) -> CodeAnswer:
        """Run the site's own code."""
        return await self._code.run(function, call, values, timeout_s)

    def reread(self, databases: Mapping[str, Path], code: SiteCode) -> Lookups:
        """The same connections and answers for another reading of the site."""
        return Lookups(self._http, self._sql, databases, code)

    async def close(self) -> None:
        """Nothing is asked any more."""
        self._code.stop()
        await self._http.close()
        await self._sql.close()
