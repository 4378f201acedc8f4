"""What a dead exchange left open in the books, ended: calls, waits, talks, recordings, agents' states.

Everything ends when the books were last kept, and not before the last thing that they know of it.

Time: milliseconds, UTC. Deliberately absent: deciding when (journal.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import ColumnElement, Select, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from apps.schema import dialog, interaction, recording, segment
from switch.words import Cause, Party

DOWN = "down"
"""An agent's activity while the switch did not run: nobody is charged for that time."""


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
        await _end_service(connection, died)
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


async def note_down(engine: AsyncEngine, died: int) -> None:
    """From `died` on the switch saw nothing of the agents who were there."""
    async with engine.begin() as connection:
        await connection.execute(_DOWN, dict(died=died, down=DOWN))


async def _end_service(connection: AsyncConnection, died: int) -> None:
    """Waits and talks of calls that are over by now, and wrap-ups as far as they went."""
    await connection.execute(_WAITS, dict(crash=Cause.CRASH.name.lower()))
    await connection.execute(_TALKS)
    await connection.execute(_WRAP_UPS, dict(died=died))


_ENDED = "(SELECT ended_at FROM interaction WHERE call_id = stay.call_id)"
_WAITS = text(f"""
    UPDATE stay SET left_at = max(joined_at, {_ENDED}), outcome = :crash
    WHERE left_at IS NULL AND {_ENDED} IS NOT NULL
""")
_SERVED = """
    (SELECT coalesce(sum(max(0, s.ended_at - max(s.started_at, stay.left_at))), 0) FROM segment s
     WHERE s.call_id = stay.call_id AND s.kind = '{kind}' AND s.agent = stay.agent)
"""
_TALKS = text(f"""
    UPDATE stay INDEXED BY stay_unwrapped
    SET talk_ended_at = max(left_at, {_ENDED}), wrap_from_at = max(left_at, {_ENDED}),
        talk_ms = {_SERVED.format(kind="talk")}, hold_ms = {_SERVED.format(kind="hold")}
    WHERE outcome = 'connected' AND wrapped_at IS NULL AND talk_ended_at IS NULL AND {_ENDED} IS NOT NULL
""")
_WRAP_UPS = text("""
    UPDATE stay INDEXED BY stay_unwrapped
    SET wrap_up_ms = wrap_up_ms + max(0, :died - wrap_from_at), wrap_from_at = NULL
    WHERE outcome = 'connected' AND wrapped_at IS NULL AND wrap_from_at IS NOT NULL
""")
_DOWN = text("""
    WITH RECURSIVE names(agent) AS (
        SELECT min(agent) FROM agent_state
        UNION ALL
        SELECT (SELECT min(agent) FROM agent_state WHERE agent > names.agent) FROM names WHERE names.agent IS NOT NULL
    ), last(id) AS (
        SELECT (SELECT max(id) FROM agent_state WHERE agent = names.agent) FROM names WHERE agent IS NOT NULL
    )
    INSERT INTO agent_state (agent, at, presence, activity, reason, extension, call_id)
    SELECT agent, max(at, :died), presence, CASE presence WHEN 'logged out' THEN 'idle' ELSE :down END,
        reason, extension, ''
    FROM agent_state JOIN last USING (id)
    WHERE activity <> :down AND (presence <> 'logged out' OR activity <> 'idle')
""")
