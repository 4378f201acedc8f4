"""Running calls: list, show, hang up, trace, and click-to-dial."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps import reports, trace_views, views
from apps.api import params as p
from apps.api import types as t
from apps.api.protocol import ApiError, Code, not_found
from apps.click_to_dial import click_to_dial
from media.desk import MediaError
from switch.words import CallId, Cause, Party

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House


LONGEST_TAP_S = 3600.0


class Calls:
    """Methods about calls."""

    def __init__(self, house: House) -> None:
        self._house = house

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {
            "calls.list": self.list,
            "calls.show": self.show,
            "calls.hangup": self.hangup,
            "calls.trace": self.trace,
            "media.tap": self.tap,
            "media.speech": self.speech,
            "dial": self.dial,
        }

    def _running(self, call_id: str) -> Call:
        call = self._house.calls.get(CallId(call_id))
        if call is None:
            raise not_found("running call", call_id, "zongji calls list shows them.")
        return call

    async def list(self, asked: p.CallFilter) -> t.Calls:
        found = [views.call_info(call) for call in self._house.calls.values()]
        return t.Calls(
            [
                call
                for call in found
                if (not asked.queue or call.queue == asked.queue)
                and (not asked.agent or call.agent == asked.agent)
                and (not asked.extension or call.extension == asked.extension)
            ]
        )

    async def show(self, asked: p.ByCall) -> t.CallDetail:
        call = self._house.calls.get(CallId(asked.call_id))
        if call is None:
            return await reports.call(self._house.journal, asked.call_id)
        live = {
            str(leg): await self._house.desk.report(line.stream)
            for leg, line in list(call.lines.items())
            if line.ended is None and line.sound.local is not None
        }
        return views.call_detail(call, live)

    async def hangup(self, asked: p.ByCall) -> t.HangupInfo:
        call = self._running(asked.call_id)
        was = views.state_of(call)
        call.end(Cause.RELEASED, Party.ADMIN)
        return t.HangupInfo(call.id, was)

    async def trace(self, asked: p.TraceOf) -> t.TraceInfo:
        return trace_views.trace(self._house, asked.call_id, bodies=asked.bodies)

    async def tap(self, asked: p.Tap) -> t.TapInfo:
        call = self._running(asked.call_id)
        path = Path(asked.file)
        if not path.is_absolute():
            raise ApiError(Code.REFUSED, "The file must have an absolute path", where="file")
        seconds = min(max(asked.seconds, 1.0), LONGEST_TAP_S)
        lines = [line for line in call.lines.values() if line.ended is None and line.sound.local is not None]
        try:
            self._house.desk.tap([line.stream for line in lines], path, seconds)
        except MediaError:
            raise ApiError(Code.REFUSED, "The call has no audio now", where="call_id") from None
        return t.TapInfo(call.id, str(path), [line.leg for line in lines], seconds)

    async def speech(self, asked: p.Speech) -> t.SpeechInfo:
        call = self._running(asked.call_id)
        call.tell_speech(asked.on)
        speaking = [line.leg for line in call.lines.values() if line.live and line.input.speaking]
        return t.SpeechInfo(call.id, asked.on, [str(leg) for leg in speaking])

    async def dial(self, asked: p.Dial) -> t.DialInfo:
        if not self._house.accepting:
            raise ApiError(Code.REFUSED, "The switch is stopping and takes no new call")
        if self._house.site.phones.get(asked.source) is None:
            raise not_found("extension", asked.source, "zongji phones list shows them.")
        if not self._house.switch.contacts(asked.source):
            what = f"The phone of extension {asked.source} is not registered"
            raise ApiError(Code.REFUSED, what, where="from", hint="zongji phones list shows which are.")
        return t.DialInfo(click_to_dial(self._house, asked.source, asked.target, asked.timeout_s))
