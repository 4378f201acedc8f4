"""The books' tables: one interaction per call, its segments, and what stands beside them.

Every instant is an integer of milliseconds since 1970, UTC (`..._at`); every duration an integer of
milliseconds (`..._ms`). Words are those of the code: a cause is the name of a `switch.words.Cause` in lower
case, a fault the value of a `switch.words.Party`. An empty string means "none", NULL means "not yet".

Deliberately absent: what callers leave behind (schema_callers.py), statements (journal.py, reports.py).
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, Table, Text, text

from apps.schema_columns import metadata as metadata
from apps.schema_columns import name as _name
from apps.schema_columns import number as _number

VERSION = 4
"""Raised when the tables change. An older database is brought up by `ADDED`; one with a higher version is refused."""
ADDED = {
    1: (
        ("recording", "missing_ms INTEGER NOT NULL DEFAULT 0"),
        ("recording", "marks TEXT NOT NULL DEFAULT ''"),
    ),
    2: (
        ("leg", "dropped_by TEXT NOT NULL DEFAULT ''"),
        ("leg", "refused_out INTEGER NOT NULL DEFAULT 0"),
        ("leg", "resynced INTEGER NOT NULL DEFAULT 0"),
        ("leg", "stretched_ms INTEGER NOT NULL DEFAULT 0"),
        ("leg", "shrunk_ms INTEGER NOT NULL DEFAULT 0"),
    ),
    3: (
        ("leg", "gap_ms INTEGER NOT NULL DEFAULT 0"),
        ("leg", "delay_ms INTEGER NOT NULL DEFAULT 0"),
        ("agent_state", "until_at INTEGER"),
        ("agent_state", "limit_at INTEGER"),
        ("alert", "decision TEXT NOT NULL DEFAULT ''"),
    ),
}
"""By version: (table, column) to be added on the way to the next one. Tables and indexes are made by themselves."""

meta = Table("meta", metadata, Column("name", Text, primary_key=True), _name("value"))
"""`schema`: the version. `alive_at`: when the books were last known to be kept, every few seconds."""

interaction = Table(
    "interaction",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("started_at", Integer, nullable=False),
    Column("answered_at", Integer),
    Column("ended_at", Integer),
    _name("direction"),  # in (from a trunk), out (to a trunk), internal
    _name("caller"),
    _name("caller_name"),
    _name("called"),
    _name("trunk"),
    _name("extension"),  # where the call came from, when from a phone
    _name("language"),
    _name("queue"),  # the last one it waited in
    _name("agent"),  # the last one who talked
    _name("sip_call_id"),
    _name("cause"),
    _name("fault"),
    _number("sip_status"),
    # Sums over the segments, written when the call is closed.
    _number("menu_ms"),
    _number("wait_ms"),
    _number("ring_ms"),
    _number("talk_ms"),
    _number("hold_ms"),
    Index("interaction_started", "started_at"),
    Index("interaction_open", "call_id", sqlite_where=text("ended_at IS NULL")),
)

segment = Table(
    "segment",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    _name("kind"),  # route menu queue ring talk hold voicemail dial
    _name("label"),  # the dialplan's step, or the dialled number
    _name("queue"),
    _name("agent"),
    _name("extension"),
    Column("started_at", Integer, nullable=False),
    Column("ended_at", Integer),
    _name("outcome"),
    Index("segment_talk", "started_at", sqlite_where=text("kind = 'talk'")),
    sqlite_with_rowid=False,
)

alert = Table(
    "alert",
    metadata,
    Column("id", Integer, primary_key=True),
    _name("call_id"),
    _name("queue"),
    _name("agent"),
    _name("extension"),
    Column("started_at", Integer, nullable=False),
    Column("ended_at", Integer, nullable=False),
    _name("outcome"),  # answered, or the value of an acd.words.AlertOutcome
    _name("why"),  # why this agent
    _name("decision"),  # a JSON object: who was passed over and who was ahead (acd.decision.Decision)
    Index("alert_call", "call_id"),
    Index("alert_started", "started_at"),
)

agent_state = Table(
    "agent_state",
    metadata,
    Column("id", Integer, primary_key=True),
    _name("agent"),
    Column("at", Integer, nullable=False),
    _name("presence"),
    _name("activity"),  # the value of an acd.words.Activity, or `down`: the switch did not run
    _name("reason"),
    _name("extension"),
    _name("call_id"),
    Column("until_at", Integer),  # when the wrap-up ends
    Column("limit_at", Integer),  # when the break should
    Index("agent_state_agent", "agent", "id"),
    Index("agent_state_at", "at"),
    Index("agent_state_before", "agent", "at", "id"),
)

stay = Table(
    "stay",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("n", Integer, primary_key=True),  # of the segment in which the caller joined
    _name("queue"),
    Column("joined_at", Integer, nullable=False),
    Column("left_at", Integer),  # the end of the wait: answered, given up, sent on
    _name("outcome"),  # the value of an acd.words.LeaveReason, or `crash`
    _name("agent"),  # who answered
    _name("extension"),
    _number("target_ms"),  # the queue's service_level then
    _number("short_ms"),  # the queue's short_abandon then
    Column("talk_ended_at", Integer),
    _number("talk_ms"),
    _number("hold_ms"),
    Column("wrap_from_at", Integer),  # since when the wrap-up runs
    Column("wrapped_at", Integer),  # when it was over
    _number("wrap_up_ms"),
    _name("disposition"),  # its code, or `not given`
    _name("disposition_name"),
    Index("stay_joined", "joined_at"),
    Index("stay_answered", "left_at", sqlite_where=text("outcome = 'connected'")),
    Index("stay_waiting", "joined_at", sqlite_where=text("left_at IS NULL")),
    Index("stay_unwrapped", "agent", sqlite_where=text("outcome = 'connected' AND wrapped_at IS NULL")),
    sqlite_with_rowid=False,
)
"""One time that a caller is in a queue, and the service that came of it (journal_stays.py)."""
supervision = Table(
    "supervision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    _name("by"),  # the supervisor; admin
    _name("act"),
    _name("call_id"),
    _name("agent"),
    _name("queue"),
    _name("extension"),  # the supervisor's phone
    _name("watch_id"),  # the supervisor's own call
    _name("refused"),  # why it was not done
    _name("text"),
    Index("supervision_call", "call_id"),
    Index("supervision_at", "at"),
)
"""Every act of a supervisor, done or refused."""

variable = Table(
    "variable",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    _name("value"),
    sqlite_with_rowid=False,
)
"""What a call's script told the books (the dialplan's `set`)."""

recording = Table(
    "recording",
    metadata,
    Column("recording_id", Text, primary_key=True),
    Column("call_id", Text, nullable=False),
    _name("path"),
    _name("kind"),  # call, voicemail
    _name("queue"),
    _name("agent"),
    _name("mailbox"),
    Column("started_at", Integer, nullable=False),
    Column("ended_at", Integer),
    _number("length_ms"),
    _number("channels"),
    _number("bytes"),
    _number("dropped_blocks"),
    _name("failed"),
    _number("missing_ms"),  # expected by the clock and not written
    _name("marks"),  # a JSON array of apps.api.book_types.MarkInfo
    Index("recording_call", "call_id"),
    Index("recording_started", "started_at"),
)

leg = Table(
    "leg",
    metadata,
    Column("leg_id", Text, primary_key=True),
    Column("call_id", Text, nullable=False),
    _name("role"),  # caller, callee
    _name("peer"),
    _name("cause"),
    Column("started_at", Integer, nullable=False),
    Column("ended_at", Integer, nullable=False),
    _name("codec"),  # empty: it had no audio
    _name("remote"),
    _number("packets_in"),
    _number("packets_out"),
    _number("lost"),
    _number("late"),
    _number("duplicate"),
    _number("dropped"),
    _number("concealed_ms"),
    _number("far_lost"),
    _number("bursts"),
    _number("burst_ms"),
    Column("jitter_ms", Float, nullable=False, server_default="0"),
    Column("far_jitter_ms", Float, nullable=False, server_default="0"),
    Column("round_trip_ms", Float),
    Column("mos_in", Float),
    Column("mos_out", Float),
    _name("dropped_by"),  # a JSON object: what `dropped` is made of, by reason (media.stream_report.StreamReport)
    _number("refused_out"),
    _number("resynced"),
    _number("stretched_ms"),
    _number("shrunk_ms"),
    _number("gap_ms"),
    _number("delay_ms"),
    Index("leg_call", "call_id"),
    sqlite_with_rowid=False,
)
"""One line of a call when it is over, and how its audio was. NULL: never measured."""

binding = Table(
    "binding",
    metadata,
    Column("extension", Text, primary_key=True),
    Column("contact_uri", Text, primary_key=True),
    _name("call_id"),
    _number("cseq"),
    Column("expires_at", Integer, nullable=False),
    _name("transport"),
    _name("received_ip"),
    _number("received_port"),
    _name("user_agent"),
    Column("instance", Text),
    Column("q", Text),
    _name("path"),  # a JSON array of header values (RFC 3327)
    Column("registered_at", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Where a registered phone is (RFC 3261 10)."""

dialog = Table(
    "dialog",
    metadata,
    Column("leg_id", Text, primary_key=True),
    _name("call_id"),
    _name("role"),  # uac, uas
    _name("sip_call_id"),
    _name("local_tag"),
    _name("remote_tag"),
    _name("local_uri"),
    _name("remote_uri"),
    _name("remote_target"),
    _name("local_contact"),
    _number("local_cseq"),
    _number("remote_cseq"),
    _name("route_set"),  # a JSON array of header values
    _name("transport"),
    _name("far_ip"),
    _number("far_port"),
    Column("local_sdp", LargeBinary),
    Column("remote_sdp", LargeBinary),
    Column("saved_at", Integer, nullable=False),
)
"""What a new exchange needs to take over a confirmed dialog (RFC 3261 12)."""
