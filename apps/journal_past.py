"""What the books already hold, read by the exchange when it starts and as it decides.

Each function takes an engine and gives plain rows. Times in are milliseconds, times out are seconds, both UTC.
Deliberately absent: lists for people, with filters and pages (reports.py).
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from apps.journal_mending import DOWN
from apps.journal_rows import AgentStateRow, BindingRow, DialogRow, OpenInteraction, SavedDialog
from apps.schema import agent_state, binding, dialog, interaction, segment, stay


async def bindings(engine: AsyncEngine) -> list[BindingRow]:
    """Every contact in the books."""
    async with engine.connect() as connection:
        found = (await connection.execute(select(binding))).mappings().all()
    rows = []
    for row in found:
        told = {**row, "expires_at": row["expires_at"] / 1000, "registered_at": row["registered_at"] / 1000}
        rows.append(BindingRow(**told | {"path": tuple(msgspec.json.decode(row["path"], type=list[str]))}))
    return rows


async def dialogs(engine: AsyncEngine) -> list[SavedDialog]:
    """Every dialog in the books."""
    async with engine.connect() as connection:
        found = (await connection.execute(select(dialog))).mappings().all()
    rows = []
    for row in found:
        told = {name: row[name] for name in DialogRow.__slots__}
        told["call_id"] = row["sip_call_id"]
        told["route_set"] = tuple(msgspec.json.decode(row["route_set"], type=list[str]))
        rows.append(SavedDialog(row["leg_id"], row["call_id"], DialogRow(**told)))
    return rows


async def open_interactions(engine: AsyncEngine) -> list[OpenInteraction]:
    """Calls without an end, oldest first."""
    i = interaction.c
    statement = select(i.call_id, i.started_at, i.answered_at, i.caller, i.called, i.queue, i.agent)
    async with engine.connect() as connection:
        found = (await connection.execute(statement.where(i.ended_at.is_(None)).order_by(i.started_at))).all()
    return [
        OpenInteraction(
            row.call_id,
            row.started_at / 1000,
            None if row.answered_at is None else row.answered_at / 1000,
            row.caller,
            row.called,
            row.queue,
            row.agent,
        )
        for row in found
    ]


async def calls_taken(engine: AsyncEngine, since: int) -> dict[str, int]:
    """Agent → calls taken from queues since then; a call counts once for an agent, however often it was held."""
    s = segment.c
    statement = (
        select(s.agent, func.count(s.call_id.distinct()))
        .where(s.kind == "talk", s.started_at >= since, s.agent != "", s.queue != "")
        .group_by(s.agent)
    )
    async with engine.connect() as connection:
        return {agent: number for agent, number in (await connection.execute(statement)).all()}


async def last_agents(engine: AsyncEngine, since: int) -> dict[str, str]:
    """Caller's number → the agent who last talked to them out of a queue since then."""
    s, i = segment.c, interaction.c
    statement = (
        select(i.caller, s.agent)
        .join(segment, s.call_id == i.call_id)
        .where(s.kind == "talk", s.started_at >= since, s.agent != "", s.queue != "", i.caller != "")
        .order_by(s.started_at)
    )
    async with engine.connect() as connection:
        return {caller: agent for caller, agent in (await connection.execute(statement)).all()}


_LAST_STATES = text("""
    WITH RECURSIVE names(agent) AS (
        SELECT min(agent) FROM agent_state
        UNION ALL
        SELECT (SELECT min(agent) FROM agent_state WHERE agent > names.agent) FROM names WHERE names.agent IS NOT NULL
    )
    SELECT (
        SELECT id FROM agent_state WHERE agent = names.agent AND activity <> :down ORDER BY id DESC LIMIT 1
    ) AS id FROM names WHERE agent IS NOT NULL
""").columns(agent_state.c.id)
"""From name to name by the index: a year of states has millions of rows and few names."""


async def agent_states(engine: AsyncEngine) -> list[AgentStateRow]:
    """The last state of each agent that the switch saw."""
    a = agent_state.c
    async with engine.connect() as connection:
        ids = [row.id for row in await connection.execute(_LAST_STATES, dict(down=DOWN)) if row.id is not None]
        found = (await connection.execute(select(agent_state).where(a.id.in_(ids)).order_by(a.agent))).all()
    return [
        AgentStateRow(
            row.agent,
            row.at / 1000,
            row.presence,
            row.activity,
            row.reason,
            row.extension,
            row.call_id,
            None if row.until_at is None else row.until_at / 1000,
        )
        for row in found
    ]


async def unwrapped(engine: AsyncEngine) -> dict[str, dict[str, Any]]:
    """Agent → the last talk that is over and not wrapped up after: rows of the table `stay`."""
    s = stay.c
    wanted = (s.outcome == "connected", s.wrapped_at.is_(None), s.talk_ended_at.is_not(None))
    async with engine.connect() as connection:
        found = (await connection.execute(select(stay).where(*wanted).order_by(s.talk_ended_at))).mappings().all()
    return {row["agent"]: dict(row) for row in found}
