"""What a call's script asks of the world outside (`ivr.lookup.World`), for one reading of the site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from apps.lookups.code import SiteCode
from apps.lookups.code_thread import CodeThread
from apps.lookups.http import Http
from apps.lookups.sql import Sql
from ivr.lookup import CodeAnswer, HttpAnswer, HttpRequest, SqlAnswer, SqlRequest
from ivr.script_call import Call

if TYPE_CHECKING:
    from apps.whole_site import Site


class Lookups:
    """Connections, kept answers and the thread of the code outlive a reload; files and code are the site's as read."""

    def __init__(self, site: Site, http: Http, sql: Sql, thread: CodeThread) -> None:
        self._http, self._sql, self._thread = http, sql, thread
        self._databases = site.databases
        self._code = SiteCode(site.paths.directory, thread)

    @classmethod
    def of(cls, site: Site, stuck: Callable[[str], None]) -> Lookups:
        """For a site that is read the first time. `stuck`: code of the site does not give way."""
        return cls(site, Http(), Sql(), CodeThread(stuck))

    def reread(self, site: Site) -> Lookups:
        """For the site, read anew."""
        return Lookups(site, self._http, self._sql, self._thread)

    async def prepare(self) -> list[str]:
        """Have the site's code at hand; what is wrong with each file that cannot be used."""
        return await self._code.prepare()

    async def http(self, request: HttpRequest) -> HttpAnswer:
        """Ask over HTTP."""
        return await self._http.ask(request)

    async def sql(self, request: SqlRequest) -> SqlAnswer:
        """Ask a database."""
        return await self._sql.ask(self._databases.get(request.source), request)

    async def code(self, function: str, call: Call, values: Mapping[str, str], timeout_s: float) -> CodeAnswer:
        """Run the site's own code."""
        return await self._code.run(function, call, values, timeout_s)

    async def close(self) -> None:
        """Nothing is asked any more."""
        self._thread.stop()
        await self._http.close()
        await self._sql.close()
