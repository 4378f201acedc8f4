"""The books' tables of queues: which are closed by force, and why callers were not kept.

Conventions as in schema.py.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from apps.schema_columns import metadata, name

queue_forced = Table(
    "queue_forced",
    metadata,
    Column("queue", Text, primary_key=True),
    name("state"),  # open, closed
    Column("set_at", Integer, nullable=False),
    name("set_by"),
    sqlite_with_rowid=False,
)
"""Queues that somebody opened or closed by force, until it is taken back."""

queue_exit = Table(
    "queue_exit",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("at", Integer, primary_key=True),
    name("queue"),
    name("reason"),  # turned away, overflow
    name("why"),  # the condition, and what the facts were
    sqlite_with_rowid=False,
)
"""Callers whom a condition of their queue turned away, or sent on while they waited."""
