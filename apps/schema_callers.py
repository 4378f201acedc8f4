"""The books' tables of what callers leave behind: what is remembered of them, messages, answers, votes.

Conventions as in schema.py.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from apps.schema_columns import metadata, name, number

caller_memory = Table(
    "caller_memory",
    metadata,
    Column("number", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    name("value"),
    Column("set_at", Integer, nullable=False),
    Index("caller_memory_set", "set_at"),
    sqlite_with_rowid=False,
)
"""What scripts remember of a caller's number (the dialplan's `remember`)."""


message = Table(
    "message",
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("name", Text, primary_key=True),  # of the file
    name("folder"),  # saved
    name("sent_by"),  # the extension that sent it on
    Column("changed_at", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""What became of a message in a mailbox; one without a row is new. The messages themselves are the files."""


survey_answer = Table(
    "survey_answer",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("survey", Text, primary_key=True),
    Column("question", Text, primary_key=True),
    name("answer"),  # the key
    name("agent"),  # who talked with the caller last
    name("queue"),
    name("caller"),
    Column("at", Integer, nullable=False),
    Index("survey_answer_at", "at"),
    sqlite_with_rowid=False,
)
"""What callers answered after a talk (the dialplan's `survey`)."""


vote = Table(
    "vote",
    metadata,
    Column("poll", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    name("choice"),
    name("call_id"),
    Column("at", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""One vote of each number in each poll (the dialplan's `vote`)."""


form_answer = Table(
    "form_answer",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("question", Text, primary_key=True),
    name("value"),  # the keys, or the path of what was said
    number("spoken"),  # 1: a path
    number("length_ms"),
    name("caller"),
    Column("at", Integer, nullable=False),
    Index("form_answer_at", "at"),
    sqlite_with_rowid=False,
)
"""What callers answered, spoken and keyed (the dialplan's `form`)."""
