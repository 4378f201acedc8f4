"""What the books already hold, read by the exchange when it starts and as it decides.

Each function takes an engine and gives plain rows. Times in are milliseconds, times out are seconds, both UTC.
Deliberately absent: lists for people, with filters and pages (reports.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec
from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from apps.journal_rows import AgentStateRow, BindingRow, DialogRow, OpenInteraction, SavedDialog, TakenRow
from apps.schema import agent_state, alert, binding, dialog, interaction, recording, segment
from switch.words import Cause, Party


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


async def close_as_crash(engine: AsyncEngine, calls: Sequence[str], died: int) -> None:
    """End these calls, what they were in, and every open recording, at `died`; forget the calls' dialogs."""
    async with engine.begin() as connection:
        for call in calls:
            of_call = segment.c.call_id == call
            edges = select(func.max(segment.c.started_at), func.max(segment.c.ended_at)).where(of_call)
            started = select(interaction.c.started_at).where(interaction.c.call_id == call)
            known = [*(await connection.execute(edges)).one(), (await connection.execute(started)).scalar_one()]
            ended_at = max(died, *(edge for edge in known if edge is not None))
            await connection.execute(
                update(segment)
                .where(of_call, segment.c.ended_at.is_(None))
                .values(ended_at=ended_at, outcome=Cause.CRASH.name.lower())
            )
            totals = (await connection.execute(_totals(call))).one()
            await connection.execute(
                update(interaction)
                .where(interaction.c.call_id == call)
                .values(
                    ended_at=ended_at,
                    cause=Cause.CRASH.name.lower(),
                    fault=Party.SWITCH.value,
                    sip_status=0,
                    **totals._mapping,
                )
            )
            await connection.execute(delete(dialog).where(dialog.c.call_id == call))
        r = recording.c
        unended = select(r.recording_id, r.path).where(r.ended_at.is_(None), r.started_at <= died)
        for recording_id, path in (await connection.execute(unended)).all():
            await connection.execute(
                update(recording)
                .where(r.recording_id == recording_id)
                .values(
                    ended_at=died,
                    length_ms=died - r.started_at,
                    bytes=_size(path),
                    failed="the switch crashed; the file is readable to its last second",
                )
            )


def _size(path: str) -> int:
    """Bytes of a file; 0 when it is not there."""
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _totals(call: str) -> Select[int, int, int, int, int]:
    def total(*kinds: str) -> ColumnElement[int]:
        length = segment.c.ended_at - segment.c.started_at
        return func.coalesce(func.sum(length).filter(segment.c.kind.in_(kinds)), 0)

    return select(  # the same sums as Story.sums
        total("menu").label("menu_ms"),
        total("queue", "ring").label("wait_ms"),
        total("ring", "dial").label("ring_ms"),
        total("talk").label("talk_ms"),
        total("hold").label("hold_ms"),
    ).where(segment.c.call_id == call)


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


async def agent_states(engine: AsyncEngine) -> list[AgentStateRow]:
    """The last state of each agent."""
    a = agent_state.c
    latest = select(func.max(a.id)).group_by(a.agent)
    async with engine.connect() as connection:
        found = (await connection.execute(select(agent_state).where(a.id.in_(latest)).order_by(a.agent))).all()
    return [
        AgentStateRow(row.agent, row.at / 1000, row.presence, row.activity, row.reason, row.extension, row.call_id)
        for row in found
    ]
