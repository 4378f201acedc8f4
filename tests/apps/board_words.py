"""When and what the switch made of paper (board.py) speaks of."""

from __future__ import annotations

from typing import Any

from apps.api import types as t

AT = 1_767_323_045.678  # 2026-01-02T03:04:05.678Z
CALL = "0gx3k2m4npqrs"


def at(seconds: float = 0.0) -> Any:
    return t.utc(AT + seconds)
