"""Lists for people, out of the books: call records and recordings, filtered, page by page.

Pages are by key, not by count: `next` names the last row given, so that a page neither repeats nor misses a
call while new ones are written.

Deliberately absent: CSV and other forms (reports_formats.py), live calls.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from acd.words import LeaveReason
from apps import views
from apps.api.params import CdrFilter, RecordingFilter
from apps.api.protocol import not_found
from apps.api.types import CallDetail, CdrRow, Cdrs, MarkInfo, RecordingInfo, Recordings, SegmentInfo, utc_ms
from apps.journal import Journal
from apps.journal_books import ms_of
from apps.journal_past import ALERTS_LOOKED_AT
from apps.journal_rows import CallDirection
from apps.line_use import TRUNK_TROUBLE
from apps.schema import alert, interaction, leg, recording, segment, stay, variable
from switch.words import Cause

LONGEST_WAIT_S = 86400.0
"""Who waits longer than a day is not among the counts of the day that follows."""
_Q850 = {cause.name.lower(): cause.q850 for cause in Cause}
_BUSY = ("busy",)
_REFUSED = ("not_found", "forbidden", "not_acceptable", "declined", "overload")
_UNANSWERED = ("no_answer", "unreachable", "timeout")


async def cdrs(books: Journal, asked: CdrFilter) -> Cdrs:
    """Call records that match, with `segments` when asked. Raises ApiError when `after` is no call."""
    await books.settle()
    i = interaction.c
    wanted = [
        column == value
        for column, value in (
            (i.caller, asked.caller),
            (i.called, asked.called),
            (i.queue, asked.queue),
            (i.agent, asked.agent),
            (i.cause, asked.cause),
            (i.direction, asked.direction),
            (i.call_id, asked.call_id),
        )
        if value
    ]
    if asked.since is not None:
        wanted.append(i.started_at >= ms_of(asked.since.timestamp()))
    if asked.until is not None:
        wanted.append(i.started_at < ms_of(asked.until.timestamp()))
    async with books.engine.connect() as connection:
        statement = await _page(connection, select(interaction).where(*wanted), interaction, asked)
        rows = (await connection.execute(statement)).mappings().all()
        calls = [row["call_id"] for row in rows[: asked.limit]]
        segments = await _segments(connection, calls) if asked.segments else {}
        paths = await _paths(connection, calls)
    found = [_cdr(row, paths.get(row["call_id"], []), segments.get(row["call_id"], [])) for row in rows[: asked.limit]]
    return Cdrs(found, calls[-1] if len(rows) > asked.limit else "")


async def call(books: Journal, call_id: str) -> CallDetail:
    """One call as the books have it. Raises ApiError when there is none."""
    await books.settle()
    async with books.engine.connect() as connection:
        row = (await connection.execute(select(interaction).where(interaction.c.call_id == call_id))).mappings().first()
        if row is None:
            raise not_found("call", call_id, "zongji cdr list shows the calls in the books.")
        segments = (await _segments(connection, [call_id])).get(call_id, [])
        paths = (await _paths(connection, [call_id])).get(call_id, [])
        said = select(leg).where(leg.c.call_id == call_id).order_by(leg.c.started_at, leg.c.leg_id)
        legs = [views.booked_leg(dict(row)) for row in (await connection.execute(said)).mappings()]
        v = variable.c
        told = (await connection.execute(select(v.name, v.value).where(v.call_id == call_id))).all()
    ended_at = row["ended_at"]
    return CallDetail(
        call_id=call_id,
        direction=row["direction"],
        state="ended" if ended_at is not None else "open",
        started_at=utc_ms(row["started_at"]),
        caller=row["caller"],
        called=row["called"],
        answered_at=None if row["answered_at"] is None else utc_ms(row["answered_at"]),
        caller_name=row["caller_name"],
        trunk=row["trunk"],
        extension=row["extension"],
        language=row["language"],
        queue=row["queue"],
        agent=row["agent"],
        ms=0 if ended_at is None else ended_at - row["started_at"],
        legs=legs,
        segments=segments,
        recordings=paths,
        variables={name: value for name, value in told},
        ended_at=None if ended_at is None else utc_ms(ended_at),
        cause=row["cause"],
        fault=row["fault"],
        sip_status=row["sip_status"],
    )


async def recordings(books: Journal, asked: RecordingFilter) -> Recordings:
    """Recordings that match, newest first. Raises ApiError when `after` is none."""
    await books.settle()
    r = recording.c
    wanted = [
        column == value
        for column, value in ((r.call_id, asked.call_id), (r.queue, asked.queue), (r.agent, asked.agent))
        if value
    ]
    if asked.since is not None:
        wanted.append(r.started_at >= ms_of(asked.since.timestamp()))
    if asked.until is not None:
        wanted.append(r.started_at < ms_of(asked.until.timestamp()))
    async with books.engine.connect() as connection:
        statement = await _page(connection, _with_call().where(*wanted), recording, asked)
        rows = (await connection.execute(statement)).mappings().all()
    found = [_recording(row) for row in rows[: asked.limit]]
    return Recordings(found, found[-1].recording_id if len(rows) > asked.limit else "")


async def recording_info(books: Journal, recording_id: str) -> RecordingInfo:
    """One recording, by its id or its call's. Raises ApiError when there is none."""
    await books.settle()
    r = recording.c
    statement = _with_call().where(or_(r.recording_id == recording_id, r.call_id == recording_id))
    async with books.engine.connect() as connection:
        row = (await connection.execute(statement.order_by(r.started_at))).mappings().first()
    if row is None:
        raise not_found("recording", recording_id, "zongji recordings list shows them.")
    return _recording(row)


async def alerts(books: Journal, call_id: str) -> Sequence[Any]:
    """Who was rung for a call, in order: rows of the table `alert`."""
    await books.settle()
    async with books.engine.connect() as connection:
        statement = select(alert).where(alert.c.call_id == call_id).order_by(alert.c.id)
        return (await connection.execute(statement)).all()


async def alerts_of_agent(books: Journal, agent: str, limit: int) -> Sequence[Any]:
    """For whom an agent was rung last, newest first: rows of the table `alert`."""
    await books.settle()
    recent = select(func.max(alert.c.id) - ALERTS_LOOKED_AT).scalar_subquery()
    async with books.engine.connect() as connection:
        statement = select(alert).where(alert.c.agent == agent, alert.c.id > func.coalesce(recent, 0))
        return (await connection.execute(statement.order_by(alert.c.id.desc()).limit(limit))).all()


SENT_ON = (LeaveReason.TIMED_OUT, LeaveReason.NO_AGENTS, LeaveReason.FULL, LeaveReason.REMOVED)
"""Out of a queue without an agent, and not by the caller's doing."""


async def counts_today(books: Journal, midnight: float) -> dict[str, tuple[int, int, int, int]]:
    """Queue → (answered, abandoned, answered in time, sent on late) of the waits that ended since `midnight`.

    "" is every call since, and those answered, without the others.
    """
    await books.settle()
    i, s = interaction.c, stay.c
    taken = func.count().filter(s.outcome == LeaveReason.CONNECTED.value)
    in_time = func.count().filter(s.outcome == LeaveReason.CONNECTED.value, s.left_at - s.joined_at <= s.target_ms)
    sent_on = s.outcome.in_([reason.value for reason in SENT_ON])
    late = func.count().filter(sent_on, s.left_at - s.joined_at > s.target_ms)
    given_up = func.count().filter(s.outcome == LeaveReason.ABANDONED.value)
    recent = (s.joined_at >= ms_of(midnight - LONGEST_WAIT_S), s.left_at >= ms_of(midnight))
    async with books.engine.connect() as connection:
        rows = (
            await connection.execute(select(s.queue, taken, given_up, in_time, late).where(*recent).group_by(s.queue))
        ).all()
        every = select(func.count(), func.count(i.answered_at)).where(i.started_at >= ms_of(midnight))
        total, answered = (await connection.execute(every)).one()
    return {queue: tuple(counts) for queue, *counts in rows} | {"": (total, answered, 0, 0)}


async def trunks_today(books: Journal, midnight: float) -> dict[str, tuple[int, int]]:
    """Trunk → (calls, failed) since `midnight`. Failed: gone out, and ended for the trunk's own reasons."""
    await books.settle()
    i = interaction.c
    troubles = [cause.name.lower() for cause in TRUNK_TROUBLE]
    failed = func.count().filter(i.direction == CallDirection.OUT.value, i.answered_at.is_(None), i.cause.in_(troubles))
    statement = select(i.trunk, func.count(), failed).where(i.started_at >= ms_of(midnight), i.trunk != "")
    async with books.engine.connect() as connection:
        return {name: (calls, lost) for name, calls, lost in await connection.execute(statement.group_by(i.trunk))}


def disposition(row: Any) -> str:
    """How a call came out, in the few words that never change. `row` is of the table `interaction`."""
    if row["ended_at"] is None:
        return "running"
    if row["queue"] and not row["talk_ms"] and row["fault"] == "caller":
        return "abandoned"
    if row["queue"] and not row["talk_ms"]:
        return "no answer"  # the machine answered, nobody served
    if row["answered_at"] is not None:
        return "answered"
    if row["cause"] in _BUSY:
        return "busy"
    if row["cause"] in _UNANSWERED:
        return "no answer"
    if row["fault"] == "caller":
        return "abandoned"
    return "rejected" if row["cause"] in _REFUSED else "failed"


async def _page(
    connection: AsyncConnection, statement: Select[Any], table: Any, asked: CdrFilter | RecordingFilter
) -> Select[Any]:
    """The rows after the one that `asked.after` names, one more than asked for."""
    key = next(iter(table.primary_key))
    forward = isinstance(asked, CdrFilter) and asked.oldest_first
    if asked.after:
        edge = (await connection.execute(select(table.c.started_at).where(key == asked.after))).scalar()
        if edge is None:
            kind = "call" if isinstance(asked, CdrFilter) else "recording"
            raise not_found(kind, asked.after, "Take `after` from the `next` of the page before.")
        started = table.c.started_at
        statement = statement.where(
            or_(started > edge, and_(started == edge, key > asked.after))
            if forward
            else or_(started < edge, and_(started == edge, key < asked.after))
        )
    order = (table.c.started_at, key) if forward else (table.c.started_at.desc(), key.desc())
    return statement.order_by(*order).limit(asked.limit + 1)


async def _segments(connection: AsyncConnection, calls: Sequence[str]) -> dict[str, list[SegmentInfo]]:
    found: dict[str, list[SegmentInfo]] = {}
    statement = select(segment).where(segment.c.call_id.in_(calls)).order_by(segment.c.call_id, segment.c.n)
    for row in (await connection.execute(statement)).mappings():
        ended_at = row["ended_at"]
        found.setdefault(row["call_id"], []).append(
            SegmentInfo(
                row["n"],
                row["kind"],
                utc_ms(row["started_at"]),
                0 if ended_at is None else ended_at - row["started_at"],
                None if ended_at is None else utc_ms(ended_at),
                row["label"],
                row["queue"],
                row["agent"],
                row["extension"],
                row["outcome"],
            )
        )
    return found


async def _paths(connection: AsyncConnection, calls: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    r = recording.c
    statement = select(r.call_id, r.path).where(r.call_id.in_(calls)).order_by(r.started_at)
    for call_id, path in (await connection.execute(statement)).all():
        found.setdefault(call_id, []).append(path)
    return found


def _with_call() -> Select[Any]:
    i = interaction.c
    return select(recording, i.caller, i.called).join(interaction, i.call_id == recording.c.call_id, isouter=True)


def _recording(row: Any) -> RecordingInfo:
    path = row["path"]
    if not os.path.exists(path) and os.path.exists(f"{path}.wav"):
        path += ".wav"  # until it has its final form
    return RecordingInfo(
        row["recording_id"],
        row["call_id"],
        path,
        utc_ms(row["started_at"]),
        row["length_ms"],
        row["channels"],
        row["kind"],
        None if row["ended_at"] is None else utc_ms(row["ended_at"]),
        row["bytes"],
        row["dropped_blocks"],
        row["failed"],
        row["queue"],
        row["agent"],
        row["mailbox"],
        row["caller"] or "",
        row["called"] or "",
        os.path.exists(path),
        row["missing_ms"],
        msgspec.json.decode(row["marks"], type=list[MarkInfo]) if row["marks"] else [],
    )


def _cdr(row: Any, paths: list[str], segments: list[SegmentInfo]) -> CdrRow:
    ended_at, answered_at = row["ended_at"], row["answered_at"]
    same = {name: row[name] for name in CdrRow.__struct_fields__ if name in row and not name.endswith("_at")}
    return CdrRow(
        **same,
        started_at=utc_ms(row["started_at"]),
        answered_at=None if answered_at is None else utc_ms(answered_at),
        ended_at=None if ended_at is None else utc_ms(ended_at),
        disposition=disposition(row),
        q850=_Q850.get(row["cause"], 0),
        ended_by=row["fault"],
        duration_ms=0 if ended_at is None else ended_at - row["started_at"],
        recording=paths[0] if paths else "",
        segments=segments,
    )
