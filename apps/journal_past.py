"""What the books already hold, read by the exchange when it starts and as it decides.

Each function takes an engine and gives plain rows. Times in are milliseconds, times out are seconds, both UTC.
Deliberately absent: lists for people, with filters and pages (reports.py).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from apps.journal_mending import DOWN
from apps.journal_rows import AgentStateRow, OpenInteraction, SavedDialog, TakenRow
from apps.schema import agent_state, alert, binding, dialog, interaction, segment
from switch.binding import Binding
from switch.facts import DialogFacts


async def bindings(engine: AsyncEngine) -> list[Binding]:
    """Every contact in the books."""
    async with engine.connect() as connection:
        found = (await connection.execute(select(binding))).mappings().all()
    rows = []
    for row in found:
        told = {**row, "expires_at": row["expires_at"] / 1000, "registered_at": row["registered_at"] / 1000}
        rows.append(Binding(**told | {"path": tuple(msgspec.json.decode(row["path"], type=list[str]))}))
    return rows


async def dialogs(engine: AsyncEngine) -> list[SavedDialog]:
    """Every dialog in the books."""
    async with engine.connect() as connection:
        found = (await connection.execute(select(dialog))).mappings().all()
    rows = []
    for row in found:
        told = {name: row[name] for name in DialogFacts.__slots__}
        told["call_id"] = row["sip_call_id"]
        told["route_set"] = tuple(msgspec.json.decode(row["route_set"], type=list[str]))
        rows.append(SavedDialog(row["leg_id"], row["call_id"], DialogFacts(**told)))
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


ALERTS_LOOKED_AT = 20_000
"""The last so many alerts say whose turn it is."""


async def taken(engine: AsyncEngine, since: int) -> dict[str, TakenRow]:
    """Agent → what they took from queues since then, and ever; a call counts once for an agent, however often held."""
    s, a = segment.c, alert.c
    talks = (s.kind == "talk", s.agent != "", s.queue != "")
    calls = select(s.agent, s.queue, func.count(s.call_id.distinct())).where(*talks, s.started_at >= since)
    today = select(s.call_id).where(*talks, s.started_at >= since)
    length = func.sum(s.ended_at - s.started_at)
    talked = select(s.agent, length).where(
        s.call_id.in_(today), s.kind.in_(("talk", "hold")), s.agent != "", s.queue != "", s.started_at >= since
    )
    ever = select(s.agent, func.count(s.call_id.distinct())).where(*talks)
    looked_at = select(func.max(a.id) - ALERTS_LOOKED_AT).scalar_subquery()
    rung = select(a.agent, a.queue, func.max(a.started_at)).where(a.id > func.coalesce(looked_at, 0))
    rows: dict[str, TakenRow] = defaultdict(TakenRow)
    async with engine.connect() as connection:
        for agent, queue, number in (await connection.execute(calls.group_by(s.agent, s.queue))).all():
            rows[agent].by_queue[queue] = number
        for agent, ms in (await connection.execute(talked.group_by(s.agent))).all():
            rows[agent].talk_s = (ms or 0) / 1000
        for agent, number in (await connection.execute(ever.group_by(s.agent))).all():
            rows[agent].ever = number
        for agent, queue, at in (await connection.execute(rung.group_by(a.agent, a.queue))).all():
            rows[agent].rung_at[queue] = at / 1000
    return dict(rows)


async def last_agents(engine: AsyncEngine, since: int) -> dict[str, tuple[str, float]]:
    """Caller's number → the agent who last talked to them out of a queue since then, and when; oldest first."""
    s, i = segment.c, interaction.c
    statement = (
        select(i.caller, s.agent, s.started_at)
        .join(segment, s.call_id == i.call_id)
        .where(s.kind == "talk", s.started_at >= since, s.agent != "", s.queue != "", i.caller != "")
        .order_by(s.started_at)
    )
    async with engine.connect() as connection:
        return {caller: (agent, at / 1000) for caller, agent, at in (await connection.execute(statement)).all()}


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
            None if row.limit_at is None else row.limit_at / 1000,
        )
        for row in found
    ]


_UNWRAPPED = text("""
    SELECT * FROM stay INDEXED BY stay_unwrapped
    WHERE outcome = 'connected' AND wrapped_at IS NULL AND talk_ended_at IS NOT NULL ORDER BY talk_ended_at
""")


async def unwrapped(engine: AsyncEngine) -> dict[str, dict[str, Any]]:
    """Agent → the last talk that is over and not wrapped up after: rows of the table `stay`."""
    async with engine.connect() as connection:
        found = (await connection.execute(_UNWRAPPED)).mappings().all()
    return {row["agent"]: dict(row) for row in found}
