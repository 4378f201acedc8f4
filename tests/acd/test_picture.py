from __future__ import annotations

from pathlib import Path

from acd.agent import ACTIVITIES, PRESENCES
from acd.picture import state_pictures

DOC = Path(__file__).resolve().parents[2] / "docs" / "call-centre-states.md"


def test_the_picture_in_the_docs_is_that_of_the_tables() -> None:
    assert DOC.read_text("utf-8") == state_pictures(), "run: python -m acd.picture > docs/call-centre-states.md"


def test_every_arrow_is_drawn() -> None:
    arrows = sum(len(row) for table in (PRESENCES, ACTIVITIES) for row in table.values())  # type: ignore[attr-defined]
    assert state_pictures().split("## A caller")[0].count(" --> ") == arrows + 2
