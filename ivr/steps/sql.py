"""sql: ask a database."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr.argument import Reading, Seconds
from ivr.argument_branch import Branch
from ivr.argument_lookup import Query, Source, Variables, bound
from ivr.document import Place
from ivr.lookup import SqlRequest
from ivr.running import Running
from ivr.verb import Block, Into, Outcome, Verb, argument


@dataclass(frozen=True, kw_only=True)
class Sql(Verb):
    """Ask one of the site's SQLite databases, and take variables from the first row that it finds."""

    verb: ClassVar[str] = "sql"
    sets: ClassVar[tuple[str, ...]] = ("sql_status", "sql_rows")

    source: str = argument(Source(), doc="The database, from `databases` in switch.yaml.")
    query: str = argument(Query(), doc="What is asked.")
    into: tuple[str, ...] = argument(Variables(), (), "The variables that get the columns, in order.")
    timeout: float = argument(Seconds(0.1, 60), 2.0, "How long to wait.")
    cache: float = argument(Seconds(0, 86_400), 0.0, "How long the same question is answered from memory.")
    then: Block = argument(Branch(), (), "When a row is found; without it, the next step.")
    none: Block = argument(Branch(), (), "When no row is found; without it, the next step, with empty variables.")
    failed: Block = argument(Branch(), doc="When the database does not answer.")

    def check(self, reading: Reading, place: Place) -> None:
        if self.source in reading.known.databases and self.query:
            columns, wrong = reading.known.databases[self.source](self.query)
            if wrong:
                reading.wrong((*place, "query"), f"The database {self.source!r} says: {wrong}", "")
            elif columns is not None and len(self.into) > columns:
                what = f"{len(self.into)} variables, and the query gives {columns} columns"
                reading.wrong((*place, "into"), what, "")

    def falls(self) -> bool:
        return False

    async def run(self, call: Running) -> Outcome:
        facts = call.variables
        values = tuple((name, facts.get(name, "")) for name in bound(self.query))
        answer = await call.port.sql(SqlRequest(self.source, self.query, values, self.timeout, self.cache))
        call.set("sql_status", answer.status)
        call.set("sql_rows", str(len(answer.rows)))
        if answer.status not in ("found", "none"):
            return Into(self.failed, f"the database: {answer.status}")
        row = answer.rows[0] if answer.rows else ()
        for index, name in enumerate(self.into):
            call.set(name, row[index] if index < len(row) else "")
        return Into(self.then if answer.rows else self.none, f"{len(answer.rows)} rows")
