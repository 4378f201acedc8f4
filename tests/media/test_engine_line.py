"""One connection to an engine: who stops waiting for an answer has stopped, whenever the answer comes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from media import orders
from media.engine_line import EngineLine


class Wire:
    """Swallows what is written."""

    def write(self, data: bytes) -> None:
        pass


async def nothing(line: EngineLine) -> None:
    pass


async def test_a_cancellation_in_the_turn_of_the_answer_is_not_forgotten(tmp_path: Path) -> None:
    line = EngineLine("e1", tmp_path / "e1.sock", lambda *_: None, lambda _: None, nothing)
    line._writer = cast(Any, Wire())
    asking = asyncio.create_task(line.ask(orders.Hello()))
    await asyncio.sleep(0)
    (future,) = line._asked.values()
    future.set_result("the answer")
    asking.cancel()  # the caller hangs up in that same turn
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not line._asked
