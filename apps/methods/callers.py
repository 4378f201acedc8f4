"""What is remembered of callers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from apps.api import params as p
from apps.api import types as t
from apps.api.protocol import ApiError, Code

if TYPE_CHECKING:
    from apps.house import House


class Callers:
    """Methods about a caller's number."""

    def __init__(self, house: House) -> None:
        self._memory = house.memory

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {"callers.show": self.show, "callers.remember": self.remember, "callers.forget": self.forget}

    async def show(self, asked: p.ByNumber) -> t.CallerMemoryInfo:
        found = await self._memory.all_of(asked.number)
        told = [t.RememberedInfo(one.name, one.value, t.utc(one.set_at)) for one in found]
        return t.CallerMemoryInfo(asked.number, told)

    async def remember(self, asked: p.Remember) -> t.CallerMemoryInfo:
        if not self._memory.remember(asked.number, asked.name, asked.value):
            raise ApiError(Code.INVALID_PARAMS, f"{asked.number!r} is nobody's number", hint="Give a caller's number.")
        return await self.show(p.ByNumber(asked.number))

    async def forget(self, asked: p.ByNumber) -> t.CallerMemoryInfo:
        was = await self.show(asked)
        await self._memory.forget(asked.number)
        return was
