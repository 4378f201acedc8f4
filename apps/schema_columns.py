"""What the books' tables are made of: their common metadata, and columns that are never NULL."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, Text

metadata = MetaData()


def name(name: str) -> Column[str]:
    """A text; empty for none."""
    return Column(name, Text, nullable=False, server_default="")


def number(name: str) -> Column[int]:
    """A whole number; 0 to begin with."""
    return Column(name, Integer, nullable=False, server_default="0")
