"""The wallboard's numbers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from apps.api import params as p
from apps.api.wallboard_types import Wallboard

if TYPE_CHECKING:
    from apps.wallboard import Board


class Wall:
    """Methods about the wallboard."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {"wallboard.get": self.get}

    async def get(self, _: p.Nothing) -> Wallboard:
        return self._board.numbers()
