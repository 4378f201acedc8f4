"""What runs into a recording now: pause, mask a side, resume. What lies in the books is in books.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from apps.api import params as p
from apps.api import types as t
from apps.api.protocol import ApiError, Code, not_found
from switch.words import CallId

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House


class Recordings:
    """Methods about recordings that run."""

    def __init__(self, house: House) -> None:
        self._house = house

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {"recordings.pause": self.pause, "recordings.mask": self.mask, "recordings.resume": self.resume}

    async def pause(self, asked: p.ByCall) -> t.RecordingControl:
        return _told(self._house.recorder.pause(self._call(asked.call_id)))

    async def mask(self, asked: p.MaskOf) -> t.RecordingControl:
        return _told(self._house.recorder.mask(self._call(asked.call_id), asked.side))

    async def resume(self, asked: p.ByCall) -> t.RecordingControl:
        return _told(self._house.recorder.resume(self._call(asked.call_id)))

    def _call(self, call_id: str) -> Call:
        call = self._house.calls.get(CallId(call_id))
        if call is None:
            raise not_found("running call", call_id, "zongji calls list shows them.")
        return call


def _told(found: t.RecordingControl | None) -> t.RecordingControl:
    if found is None:
        raise ApiError(Code.REFUSED, "The call is not being recorded", where="call_id")
    return found
